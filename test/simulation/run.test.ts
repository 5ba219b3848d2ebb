/** What `npm run sim` prints: of a history that breaks a promise its reader has nothing else. */
import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from '../../tools/sim/faults.ts';
import { NO_EARLY_END } from '../../tools/sim/invariants.ts';
import { run } from '../../tools/sim/run.ts';
import { MUTANTS } from './mutants.ts';
import type { Mutant } from './mutations.ts';

const STEP = /^ {2}\d{4}-\d\d-\d\dT[\d:.]+Z \S/;

async function printed(command: string, mutation?: Mutant['mutation']) {
  const [, args = ''] = command.split('npm run sim -- ');
  const pages: string[] = [];
  const exitCode = await run(args.split(' '), (page) => pages.push(page), mutation);
  return { exitCode, lines: pages.join('').trimEnd().split('\n') };
}

describe('a history that breaks a promise', () => {
  const hasty = MUTANTS.find(({ name }) => name === 'believes the first error')?.mutation;
  const broken = printed('npm run sim -- --seed 1 --consents 12 --days 14', hasty);

  it('prints the rate of each fault, the last 30 steps, the promise, and how to play it again', async () => {
    const { exitCode, lines } = await broken;

    const [faults, steps] = [lines.slice(0, FAULT_NAMES.length + 1), lines.slice(-32, -2)];
    expect(faults[0]).toBe('seed 1: faults');
    FAULT_NAMES.forEach((fault, index) => {
      expect(faults[index + 1]).toMatch(new RegExp(`^ {2}${fault} +\\d+\\.\\d{3} % of \\w`));
    });
    expect(lines).toHaveLength(faults.length + 30 + 2);
    for (const step of steps) expect(step).toMatch(STEP);
    expect(lines.at(-2)).toMatch(
      new RegExp(`^seed 1 breaks "${NO_EARLY_END}": consent-\\d+ ended by errors \\d+ ms apart$`),
    );
    expect(lines.at(-1)).toBe('npm run sim -- --seed 1 --consents 12 --days 14');
    expect(exitCode).toBe(1);
  });

  it('comes to the same step when the printed command is run', async () => {
    const { lines } = await broken;

    const again = await printed(lines.at(-1) ?? '', hasty);

    expect(again).toEqual(await broken);
  });

  it('is the last one played of many seeds, and is played again alone', async () => {
    const many = await printed('npm run sim -- --seed 1 --seeds 3 --consents 12 --days 14', hasty);

    expect(many).toEqual(await broken);
  });
});

describe('a history that keeps its promises', () => {
  it('prints its faults, its hash and what has happened', async () => {
    const { exitCode, lines } = await printed('npm run sim -- --seed 7 --consents 2 --days 1');

    const story = lines.slice(FAULT_NAMES.length + 1);
    expect(story[0]).toMatch(/^seed 7: \d+ steps, log [0-9a-f]{64}$/);
    expect(story[1]).toMatch(/^all invariants held in \d+ steps$/);
    expect(story.slice(2).every((line) => /^ +\d+ \S/.test(line))).toBe(true);
    expect(exitCode).toBe(0);
  });
});
