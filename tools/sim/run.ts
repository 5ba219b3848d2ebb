/**
 * What `npm run sim` does: histories full of faults, each of which follows from its seed. The rates
 * of the faults come first; then what happened, or the invariant that was broken, how it came to
 * that, and the command that plays it again.
 */
import { parseArgs } from 'node:util';
import { FAULT_NAMES, FAULTS, ratesOf } from './faults.ts';
import { type Outcome, simulate } from './simulation.ts';
import type { Mutation } from './workers.ts';

const HELP = `npm run sim -- [--seed 1] [--seeds 1] [--consents 50] [--days 30]

Plays so many days with faults, and five without, of so many consents at five banks.

  --seed      the first seed
  --seeds     how many seeds, one after the other
  --help      this text
`;

interface Wish {
  readonly seed: number;
  readonly seeds: number;
  readonly consents: number;
  readonly days: number;
}

/** Throws one line for an option it does not know, or that is no number. */
function readWish(args: readonly string[]): Wish | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      consents: { type: 'string', default: '50' },
      days: { type: 'string', default: '30' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const numberOf = (name: 'seed' | 'seeds' | 'consents' | 'days') => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number > 0) return number;
    throw new Error(`--${name} is ${JSON.stringify(values[name])}; expected a whole number from 1`);
  };
  return {
    seed: numberOf('seed'),
    seeds: numberOf('seeds'),
    consents: numberOf('consents'),
    days: numberOf('days'),
  };
}

function ratesPage(seed: number): string {
  const rates = ratesOf(seed);
  const rows = FAULT_NAMES.map((fault) => {
    const percent = `${(rates[fault] * 100).toFixed(3)} %`;
    return `  ${fault.padEnd(20)} ${percent.padStart(9)} of ${FAULTS[fault][1]}`;
  });
  return [`seed ${seed}: faults`, ...rows, ''].join('\n');
}

function failurePage({ seed, broken, lastLines }: Outcome, { consents, days }: Wish): string {
  return [
    ...lastLines.map((line) => `  ${line}`),
    `seed ${seed} breaks "${broken?.invariant}": ${broken?.why}`,
    `npm run sim -- --seed ${seed} --consents ${consents} --days ${days}`,
    '',
  ].join('\n');
}

function countsPage(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([name, count]) => `  ${String(count).padStart(8)} ${name}\n`).join('');
}

type Write = (text: string) => void;

/** Plays what `args` wish for; the exit code. `mutation`: what a mutant does to the worker. */
export async function run(
  args: readonly string[],
  write: Write,
  mutation: Mutation = {},
): Promise<0 | 1> {
  const wish = readWish(args);
  if (wish === 'help') {
    write(HELP);
    return 0;
  }
  const sum = new Map<string, number>();
  let steps = 0;
  for (let seed = wish.seed; seed < wish.seed + wish.seeds; seed += 1) {
    if (wish.seeds === 1) write(ratesPage(seed));
    const outcome = await simulate({ ...wish, seed, mutation });
    if (outcome.broken !== undefined) {
      if (wish.seeds > 1) write(ratesPage(seed));
      write(failurePage(outcome, wish));
      return 1;
    }
    steps += outcome.steps;
    for (const [name, count] of outcome.counts) sum.set(name, (sum.get(name) ?? 0) + count);
    write(`seed ${seed}: ${outcome.steps} steps, log ${outcome.hash}\n`);
  }
  write(`all invariants held in ${steps} steps\n${countsPage(sum)}`);
  return 0;
}
