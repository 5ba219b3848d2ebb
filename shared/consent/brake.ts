/**
 * Whether one end more of a bank's consents is believed: not when an unusual number, and an unusual
 * share of those that are alive, would end within an hour. Pure; the numbers are counted elsewhere,
 * and only roughly. (rule 20)
 */
import type { Consent } from './consent.ts';
import { DAY, type Instant, MINUTE } from './instant.ts';
import type { Policy } from './policy.ts';

export type BrakePolicy = Pick<
  Policy,
  'brakeEndingsMin' | 'brakeSharePercent' | 'brakeWindowMinutes' | 'brakeActiveDays'
>;

/** Two spans of time side by side, named by when they begin. */
export interface Spans {
  readonly current: Instant;
  readonly previous: Instant;
}

/** What was counted in each of two spans. */
export interface Counts {
  readonly current: number;
  readonly previous: number;
}

/** What a person decided for a bank: until then all ends of its consents are held, or none. */
export interface BankDecision {
  readonly heldUntil?: Instant;
  readonly releasedUntil?: Instant;
}

/** What is known of a bank when one more of its consents is about to end. */
export interface BankSeen extends BankDecision {
  /** Ends by the bank's answers, this one among them, whether they were held or not. */
  readonly endings: Counts;
  /** Consents with a success. */
  readonly active: Counts;
}

/** Consents are counted for the bank, where that is not known for the provider. */
export function brakeBankOf({ bank, provider }: Consent): string {
  return bank.id ?? provider ?? 'unknown';
}

/** The windows in which ends are counted. */
export function endingSpans(at: Instant, { brakeWindowMinutes }: BrakePolicy): Spans {
  return spansOf(at, brakeWindowMinutes * MINUTE);
}

/** The weeks in which consents with a success are counted. */
export function activeSpans(at: Instant, { brakeActiveDays }: BrakePolicy): Spans {
  return spansOf(at, brakeActiveDays * DAY);
}

function spansOf(at: Instant, length: number): Spans {
  const current = Math.floor(at / length) * length;
  return { current, previous: current - length };
}

/** Whether `after` is the first success of its consent in a week; when it was, if so. */
export function newlyActiveAt(
  before: Consent | undefined,
  { lastSuccessAt }: Consent,
  policy: BrakePolicy,
): Instant | undefined {
  const week = (at?: Instant) => at && activeSpans(at, policy).current;
  return week(before?.lastSuccessAt) === week(lastSuccessAt) ? undefined : lastSuccessAt;
}

/** Whether the end that is about to happen `at` is held. */
export function isToBeHeld(seen: BankSeen, at: Instant, policy: BrakePolicy): boolean {
  if (at < (seen.heldUntil ?? 0)) return true;
  if (at < (seen.releasedUntil ?? 0)) return false;

  const endings = endingsWithin(seen.endings, at, policy);
  // While no success has been counted any share may be meant.
  const active = Math.max(seen.active.current, seen.active.previous);
  const isManyOf = endings * 100 >= active * policy.brakeSharePercent;
  return endings >= policy.brakeEndingsMin && isManyOf;
}

/** The window that slides: of the one before, as much as is left of it. */
function endingsWithin(endings: Counts, at: Instant, policy: BrakePolicy): number {
  const passed = at - endingSpans(at, policy).current;
  const left = 1 - passed / (policy.brakeWindowMinutes * MINUTE);
  return endings.current + endings.previous * left;
}
