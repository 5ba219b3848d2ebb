/** A month of faults, twenty times over, breaks no promise; and a seed is a history. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../tools/sim/simulation.ts';
import kept from './seeds.json' with { type: 'json' };

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const MONTH = { consents: 20, days: 30 } as const;

describe('a month of faults', () => {
  it.each(SEEDS)('breaks no promise with seed %i', async (seed) => {
    const { broken, steps, hash } = await simulate({ seed, ...MONTH });

    expect(broken).toBeUndefined();
    expect(steps).toBeGreaterThan(5_000);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(kept)('breaks no promise with seed $seed, which once found: $found', async (wish) => {
    const { broken } = await simulate(wish);

    expect(broken).toBeUndefined();
  });

  it('is the same history with the same seed, and another one with another', async () => {
    const short = { consents: 8, days: 10 };

    const [first, second, other] = [
      await simulate({ seed: 42, ...short }),
      await simulate({ seed: 42, ...short }),
      await simulate({ seed: 43, ...short }),
    ];

    expect(second.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });
});
