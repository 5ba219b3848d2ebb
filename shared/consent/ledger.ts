/**
 * The day's count of unattended calls, on the bank's own day, per operation and account. It binds
 * the worker's own requests only; a limit error from the bank closes the day for all of them.
 * (rules 7, 8)
 */
import { bankDayOf, DEFAULT_TIME_ZONE, spreadOf } from './bank-day.ts';
import type { Consent, Ledger, WaitingCall } from './consent.ts';
import type { Draft } from './draft.ts';
import type { Call } from './finding.ts';
import { HOUR, type Instant, MINUTE } from './instant.ts';
import type { Policy } from './policy.ts';
import type { Bank } from './provider.ts';
import { waitingCalls } from './waiting.ts';

export const LEDGER_KEYS_MAX = 128;

/** What a message says of the bank adds to what is known; another bank takes its place. */
export function learnBank({ consent }: Draft, bank: Bank | undefined): void {
  if (bank === undefined) return;
  const known = consent.bank;
  const { id = known.id, timeZone = known.timeZone, unattendedCallsPerDayMax: max } = bank;
  if (id !== known.id && known.id !== undefined) {
    consent.bank = bank;
    return;
  }
  const isOld =
    id === known.id &&
    timeZone === known.timeZone &&
    (max === undefined || max === known.unattendedCallsPerDayMax);
  if (!isOld) consent.bank = { ...known, ...bank };
}

/** The bank as it is told to others: by the provider's name where nobody has named it. */
export function bankOf({ bank, provider }: Consent): Bank {
  return { ...(provider && { id: provider }), timeZone: DEFAULT_TIME_ZONE, ...bank };
}

/** Counts a result on the bank's day it came. */
export function countCall({ consent }: Draft, call: Call, at: Instant): void {
  const counted = ledgerWith(consent, call, at);
  if (counted !== undefined) consent.ledger = counted;
}

/**
 * The ledger with one call more; as it was for a call with the PSU present, or of a day gone by,
 * which is not worth keeping.
 */
export function ledgerWith(consent: Consent, call: Call, at: Instant): Ledger | undefined {
  const today = call.attended ? undefined : ledgerOf(consent, at);
  if (today === undefined) return consent.ledger;

  const key = ledgerKey(call);
  const count = today.counts[key];
  if (count === undefined && Object.keys(today.counts).length >= LEDGER_KEYS_MAX) {
    return consent.ledger;
  }
  return { ...today, counts: { ...today.counts, [key]: (count ?? 0) + 1 } };
}

/** Whether today's purges are used up; counts one more when they are not. (rule 11) */
export function mayPurge(draft: Draft, at: Instant): boolean {
  // News of the day before counts today: it is today that the list is fetched.
  const today = ledgerOf(draft.consent, at) ?? draft.consent.ledger;
  if (today === undefined || today.purges >= draft.policy.purgesPerDayMax) return false;
  draft.consent.ledger = { ...today, purges: today.purges + 1 };
  return true;
}

/** When a call that is due `at` may be requested: then, or on the next day if there is no room. */
export function roomFor(draft: Draft, waiting: WaitingCall, at: Instant): Instant {
  const { consent, policy } = draft;
  if (consent.limit !== undefined && at < consent.limit.until) return consent.limit.until;

  const max = dailyMax(consent, policy);
  if (max === undefined) return at;
  const today = ledgerOf(consent, at);
  const key = ledgerKey(waiting.call);
  const used = (today?.counts[key] ?? 0) + underWay(consent, waiting.call, today?.dayStart ?? at);
  return used < max ? at : nextDayOf(draft, at);
}

/**
 * What the day has left for a caller that wants to begin this call: requests under way have their
 * place already, and one is kept for a confirming call, unless `request` names what is answered.
 * `undefined` where nothing limits it.
 */
export function roomLeft(
  consent: Consent,
  policy: Policy,
  call: Call,
  at: Instant,
  request?: string,
): number | undefined {
  const left = callsLeft(consent, policy, call, at);
  if (left === undefined || request !== undefined) return left;

  const isOnly = dailyMax(consent, policy) === 1;
  const { start } = bankDayOf(at, timeZoneOf(consent));
  return left - underWay(consent, call, start) - (isOnly ? 0 : 1);
}

/**
 * What the bank's day of `at` has left for calls like this one, by what was counted; none while a
 * limit wait stands. `undefined` for attended calls, where nothing limits them, and for a day gone
 * by. Requests under way are not taken off.
 */
export function callsLeft(
  consent: Consent,
  policy: Policy,
  call: Call,
  at: Instant,
): number | undefined {
  const max = dailyMax(consent, policy);
  if (call.attended || max === undefined) return undefined;
  const today = ledgerOf(consent, at);
  if (today === undefined) return undefined;
  if (consent.limit !== undefined && at < consent.limit.until) return 0;
  return Math.max(0, max - (today.counts[ledgerKey(call)] ?? 0));
}

function dailyMax({ bank }: Consent, policy: Policy): number | undefined {
  return bank.unattendedCallsPerDayMax ?? policy.unattendedCallsPerDayMax;
}

/** Just past the start of the bank's next day, at a moment of this consent's own. */
function nextDayOf(draft: Draft, at: Instant): Instant {
  const spread = spreadOf(draft.consent.ref, draft.policy.daySpreadMinutes * MINUTE);
  return bankDayOf(at, timeZoneOf(draft.consent)).end + spread;
}

/**
 * Waits for the bank's next day. Refused again after such a wait and without a success since, the
 * bank counts in a rolling window: this consent then waits 24 hours. (rule 7)
 */
export function beginLimitWait(draft: Draft, at: Instant): Instant {
  const { consent, policy } = draft;
  const last = consent.limit;
  const unbroken =
    last !== undefined &&
    (consent.lastSuccessAt === undefined || consent.lastSuccessAt <= last.since);
  if (unbroken && at < last.until) return last.until;
  // News of a day before the last wait: its own call waits for its own next day.
  if (last !== undefined && at <= last.since) return nextDayOf(draft, at);

  const until = unbroken ? at + policy.rollingWaitHours * HOUR : nextDayOf(draft, at);
  consent.limit = { since: at, until, waits: unbroken ? last.waits + 1 : 1 };
  draft.notes.push(unbroken ? 'rolling-window' : 'limit-wait');
  return until;
}

/** The ledger of the day of `at`, empty if it is a new one; none for a day gone by. */
function ledgerOf(consent: Consent, at: Instant): Ledger | undefined {
  const { start } = bankDayOf(at, timeZoneOf(consent));
  const { ledger } = consent;
  if (ledger !== undefined && start < ledger.dayStart) return undefined;
  return ledger?.dayStart === start ? ledger : { dayStart: start, counts: {}, purges: 0 };
}

/** Requests of today that nobody has taken yet: they will be counted when somebody does. */
function underWay(consent: Consent, like: Call, dayStart: Instant): number {
  const key = ledgerKey(like);
  const sent = waitingCalls(consent).filter(
    ({ call, request }) =>
      request !== undefined &&
      request.sentAt >= dayStart &&
      ledgerKey(call) === key &&
      !isTaken(consent, request.id),
  );
  return sent.length;
}

/** A caller has begun the call, which was counted then. */
function isTaken({ lease, foretold = [] }: Consent, request: string): boolean {
  return lease?.requestId === request || foretold.some(({ requestId }) => requestId === request);
}

function ledgerKey({ operation, accountId = '' }: Call): string {
  return `${operation}|${accountId}`;
}

function timeZoneOf(consent: Consent): string {
  return consent.bank.timeZone ?? DEFAULT_TIME_ZONE;
}
