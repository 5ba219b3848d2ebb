/**
 * Drops a time zone that this runtime does not know: the bank's day is then counted in the zone
 * that is stored, or in the default one, and the rest of the message still counts.
 */
import type { Bank } from '../consent/provider.ts';
import type { IntakeNote } from './reading.ts';

/** Asking the runtime takes a quarter of a millisecond, so the answers are kept. */
const ANSWERS_MAX = 1_024;
/** The longest name of the time zone database has 32 characters. */
const ZONE_CHARS_MAX = 64;
const answers = new Map<string, boolean>();

function isKnownZone(timeZone: string): boolean {
  if (timeZone.length > ZONE_CHARS_MAX) return false;
  const kept = answers.get(timeZone);
  if (kept !== undefined) return kept;

  let isKnown = true;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    isKnown = false;
  }
  if (answers.size >= ANSWERS_MAX) answers.clear();
  answers.set(timeZone, isKnown);
  return isKnown;
}

/** Never throws. */
export function withKnownZone(bank: Bank): {
  readonly bank: Bank;
  readonly notes: readonly IntakeNote[];
} {
  if (bank.timeZone === undefined || isKnownZone(bank.timeZone)) return { bank, notes: [] };

  const { timeZone: _unknown, ...rest } = bank;
  return { bank: rest, notes: ['unknown-time-zone'] };
}
