/**
 * A thousand results as callers report them, by what they are, and what each kind leads to. The
 * calls that are asked for, and their results, come on top of the thousand.
 */
import type { Taken } from './meter.ts';

export const KINDS = {
  success: { perThousand: 600, says: 'a success that brings a new token' },
  accounts: { perThousand: 300, says: 'the same, with a list of four accounts' },
  failure: {
    perThousand: 50,
    says: "a failure on the bank's side; asked for again after 30 minutes, the call succeeds",
  },
  duplicate: { perThousand: 30, says: 'a message that has come before' },
  strike: { perThousand: 18, says: 'an error of the consent; a day later the call succeeds' },
  end: { perThousand: 2, says: 'an error of the consent; a day later the call fails again' },
} as const satisfies Readonly<Record<string, { perThousand: number; says: string }>>;

export type Kind = keyof typeof KINDS;

export const KIND_NAMES = Object.keys(KINDS) as Kind[]; // `keys` forgets what they are.

export interface Counted extends Taken {
  readonly logLines: number;
  readonly logBytes: number;
}

/** What one of each kind takes, and how many metrics all of them write to. */
export interface CountedMix {
  readonly kinds: Readonly<Record<Kind, Counted>>;
  readonly metrics: number;
}
