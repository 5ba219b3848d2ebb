/**
 * Calls that wait: to be requested at their time, or for the answer to a request. The confirming
 * call of a suspect consent has a place of its own; all others share a bounded list.
 * (rules 5, 9, 10)
 */
import type { Consent, WaitingCall } from './consent.ts';
import type { Draft } from './draft.ts';
import type { RequestReason } from './effect.ts';
import type { BankCallCompleted } from './event.ts';
import type { Call } from './finding.ts';
import { hash32 } from './hash32.ts';
import { HOUR, type Instant, MINUTE } from './instant.ts';

export const WAITING_CALLS_MAX = 32;
export const TRANSFERS_MAX = 8;

/** Two calls are the same when operation, account, parameters and instruction are. */
export function callKey(call: Call): string {
  const { operation, accountId = '', parameters, instructionId = '' } = call;
  const rest = parameters === undefined ? '' : digestOf(canonical(parameters));
  return `${operation}|${accountId}|${instructionId}|${rest}`;
}

/** An `accounts` call of our own: no account, no parameters, nobody present. */
export const ACCOUNTS_CALL: Call = { operation: 'accounts', attended: false };

/** All that waits, the confirming call first. */
export function waitingCalls({ confirming, calls }: Consent): readonly WaitingCall[] {
  return confirming ? [confirming, ...calls] : calls;
}

/** The waiting call that a result is about: the one its request was made for, else the same one. */
export function waitingFor(consent: Consent, event: BankCallCompleted): WaitingCall | undefined {
  const waiting = waitingCalls(consent);
  if (waiting.length === 0) return undefined;

  const { requestId } = event;
  const named = requestId && waiting.find(({ request }) => request?.id === requestId);
  if (named) return named;
  const key = callKey(event.call);
  return waiting.find((call) => call.key === key);
}

/** An attempt counts when it answers the request, or comes when the call was due. (rule 10) */
export function counts(held: WaitingCall, event: BankCallCompleted): boolean {
  if (event.requestId !== undefined && event.requestId === held.request?.id) return true;
  return event.at >= held.dueAt;
}

/** What the bank says of the time to come back, at most a day ahead unless said otherwise. */
export function hintOf(
  { policy }: Draft,
  { at, finding: { retry } }: BankCallCompleted,
  longest: number = policy.retryAfterMaxHours * HOUR,
): Instant | undefined {
  if (retry === undefined) return undefined;
  const told = retry.at ?? at + retry.afterMs;
  return Math.min(Math.max(told, at), at + longest);
}

/** When a call is due that is to be made again at once, whatever the producer's clock says. */
export function atOnce({ at, now }: BankCallCompleted): Instant {
  return Math.min(at, now);
}

/** What changes about a call when it is to wait (again). */
export interface Wait {
  readonly reason: RequestReason;
  readonly dueAt: Instant;
  readonly step?: number;
  readonly repeated?: boolean;
  readonly refreshed?: boolean;
  readonly awaitsAccounts?: boolean;
}

/**
 * Lets a call wait until `wait.dueAt`. Attended calls never do, payments only where they are safe
 * to repeat: false is the answer then, and nothing waits.
 */
export function letWait(draft: Draft, call: Call, failedAt: Instant, wait: Wait): boolean {
  const { consent } = draft;
  const key = callKey(call);
  const held = consent.confirming?.key === key ? consent.confirming : find(consent, key);
  if (call.attended) return false;

  const notAfter = paymentEnd(draft, call, held);
  if (notAfter !== undefined && wait.dueAt >= notAfter) return false;

  const { step = 0, repeated = false, refreshed = false, attempts = 0 } = held ?? {};
  const next: WaitingCall = {
    ...newWaiting(call, wait, failedAt),
    ...{ step, repeated, refreshed, attempts },
    ...(notAfter !== undefined && { notAfter }),
    ...wait,
    reason: held === undefined ? wait.reason : reasonOf(held, wait.reason),
  };
  if (consent.confirming?.key === key) {
    const dueAt = Math.max(next.dueAt, confirmFrom(draft));
    consent.confirming = { ...next, reason: 'confirm', dueAt };
  } else putCall(draft, next);
  return true;
}

/** The soonest that a confirming call may go, whatever a hint or a step says. (rule 5) */
export function confirmFrom({ consent, policy }: Draft): Instant {
  const latest = consent.strikes.at(-1);
  return latest === undefined ? 0 : latest.at + policy.confirmAfterMinutes * MINUTE;
}

/** What stands of a strike may be later than the error that it was confirmed for. */
export function putOffConfirming(draft: Draft): void {
  const { consent } = draft;
  const { confirming } = consent;
  if (confirming === undefined || confirming.request !== undefined) return;
  consent.confirming = { ...confirming, dueAt: Math.max(confirming.dueAt, confirmFrom(draft)) };
}

/** A call that has not waited before. */
export function newWaiting(call: Call, wait: Wait, failedAt: Instant): WaitingCall {
  return {
    key: callKey(call),
    call,
    failedAt,
    step: 0,
    repeated: false,
    refreshed: false,
    awaitsAccounts: false,
    attempts: 0,
    sendings: 0,
    ...wait,
  };
}

/** The fetching of a list stays that, however long it takes: other calls wait for it. */
export function reasonOf(held: WaitingCall, next: RequestReason): RequestReason {
  return held.reason === 'fresh-accounts' ? held.reason : next;
}

/** Adds or replaces; one more than fit takes the place of the oldest that may go. */
export function putCall(draft: Draft, next: WaitingCall): void {
  const { consent } = draft;
  const others = consent.calls.filter(({ key }) => key !== next.key);
  if (others.length >= WAITING_CALLS_MAX) {
    const oldest = others.findIndex(
      ({ call, reason }) => call.operation !== 'transfer' && reason !== 'fresh-accounts',
    );
    others.splice(Math.max(0, oldest), 1);
    draft.notes.push('displaced');
  }
  consent.calls = [...others, next];
}

export function removeCall(draft: Draft, key: string): void {
  const { consent } = draft;
  if (find(consent, key) === undefined) return;
  consent.calls = consent.calls.filter((call) => call.key !== key);
}

/** A call that is not made again. Without its account list, no call can wait for one either. */
export function giveUp(draft: Draft, key: string): void {
  const held = find(draft.consent, key);
  draft.notes.push('given-up');
  removeCall(draft, key);
  if (held?.reason === 'fresh-accounts') {
    draft.consent.calls = draft.consent.calls.filter((call) => !call.awaitsAccounts);
  }
}

export function find(consent: Consent, key: string): WaitingCall | undefined {
  return consent.calls.find((call) => call.key === key);
}

/**
 * The end of a payment's repetitions: within an hour of its first attempt where the provider knows
 * idempotent payments and an instructionId names this one; before its first attempt otherwise. One
 * that waits already keeps its end, whether its first attempt is still known or not.
 * `undefined` for calls that are no payments.
 */
function paymentEnd(draft: Draft, call: Call, held?: WaitingCall): Instant | undefined {
  if (call.operation !== 'transfer') return undefined;
  const { policy, consent } = draft;
  const known = consent.transfers.find(({ instructionId }) => instructionId === call.instructionId);
  if (!policy.idempotentPayments || known === undefined) return Number.NEGATIVE_INFINITY;
  const end = known.firstAttemptAt + policy.paymentLifeHours * HOUR;
  return Math.min(end, held?.notAfter ?? end);
}

/** Short for a text: 64 bits, far more than the few calls that wait beside each other need. */
function digestOf(text: string): string {
  return [0, 1].map((seed) => hash32(text, seed).toString(36)).join('.');
}

/** JSON with sorted keys: intake has bounded size and depth. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const written = fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${written.join(',')}}`;
}
