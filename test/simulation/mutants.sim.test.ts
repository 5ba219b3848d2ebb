/** An invariant that nobody can break proves nothing: each mutant breaks the one that names it. */
import { describe, expect, it } from 'vitest';
import { type Outcome, simulate } from '../../tools/sim/simulation.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS_MAX = 6;

describe('a worker that', () => {
  it.each(MUTANTS)(
    '$name is found out',
    async ({ mutation, rates = {}, consents = 12, killedBy }) => {
      let broken: Outcome['broken'];
      for (let seed = 1; seed <= SEEDS_MAX && broken === undefined; seed += 1) {
        broken = (await simulate({ seed, consents, days: 14, mutation, rates })).broken;
      }

      expect(killedBy).toContain(broken?.invariant);
    },
  );
});
