/** A promise that no worker breaks, or that no reader finds, might as well not be there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROMISES } from '../../tools/sim/invariants.ts';
import { MUTANTS } from './mutants.ts';

describe('each promise', () => {
  it('is broken by a worker that breaks no other one first', () => {
    const alone = MUTANTS.filter(({ killedBy }) => killedBy.length === 1);
    const broken = new Set(alone.flatMap(({ killedBy }) => killedBy));

    expect([...broken].sort()).toEqual([...PROMISES].sort());
  });

  it('has its row in docs/reliability.md, by its name', () => {
    const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
    const [, table = ''] = page.split('## The promises');
    const rows = [...table.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)].map(([, name]) => name);

    expect(rows).toEqual(['promise', ...PROMISES]);
  });
});
