/**
 * All chance of a simulation: streams of numbers that follow from the seed and a name alone. One
 * stream drawn from more often leaves the others as they were, so a new kind of fault does not turn
 * every other seed into another story.
 */
import { hash32 } from '../../shared/consent/hash32.ts';

export interface Random {
  /** From 0 up to, but not, 1. */
  next(): number;
  chance(rate: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  within(least: number, most: number): number;
  /** Throws a RangeError for an empty list. */
  pick<One>(list: readonly One[]): One;
}

const STEP = 0x6d2b79f5;

/** The stream called `name` (mulberry32). */
export function streamOf(seed: number, name: string): Random {
  let state = hash32(`${seed}:${name}`);
  const next = () => {
    state = (state + STEP) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const within = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    within,
    chance: (rate) => next() < rate,
    pick: (list) => {
      const one = list[within(0, list.length - 1)];
      if (one === undefined) throw new RangeError('nothing to pick from an empty list');
      return one;
    },
  };
}
