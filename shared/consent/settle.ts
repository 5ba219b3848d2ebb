/**
 * What follows from the dates, whatever was heard: a lifetime over, a notice due, a request
 * unanswered, a call due, and the one timer for whatever comes next. It is asked after every event,
 * so a timer is a hint and nothing is lost with one. (rules 6, 10, 14, 20)
 */
import type { WaitingCall } from './consent.ts';
import { ask, type Draft, owe, publish } from './draft.ts';
import { endByBank, endByLifetime } from './ending.ts';
import { HOUR, type Instant, MINUTE } from './instant.ts';
import { bankOf, roomFor } from './ledger.ts';
import { giveUp } from './waiting.ts';

/** Does all that is due at `now`, and sets or cancels the timer. */
export function settle(draft: Draft, now: Instant): void {
  const { consent } = draft;
  if (consent.end === undefined) {
    if (consent.validUntil !== undefined && consent.validUntil <= now) {
      endByLifetime(draft, consent.validUntil);
    } else if (consent.held !== undefined && consent.held.until <= now) {
      endByBank(draft, consent.held.until);
    } else {
      sayExpiring(draft, now);
      for (const held of waitingNow(draft)) proceed(draft, held, now);
    }
  }
  setTimer(draft);
}

/** A suspect consent asks for nothing but its confirming call; the others are held. */
function waitingNow({ consent }: Draft): readonly WaitingCall[] {
  if (consent.status === 'suspect') return consent.confirming ? [consent.confirming] : [];
  return consent.calls;
}

function sayExpiring(draft: Draft, now: Instant): void {
  const { consent } = draft;
  const { expiringAt, validUntil, generation, version } = consent;
  if (expiringAt === undefined || validUntil === undefined || expiringAt > now) return;

  delete consent.expiringAt;
  publish(draft, `${generation}.expiring.${version}`, {
    type: 'consent.expiring',
    reason: 'validUntil',
    validUntil,
  });
}

/** Sends a call that is due, or again when nobody answered; or sees that it is not to be sent. */
function proceed(draft: Draft, held: WaitingCall, now: Instant): void {
  if (held.awaitsAccounts || dateOf(draft, held) > now) return;
  if (held.notAfter !== undefined && held.notAfter <= now) return giveUp(draft, held.key);
  if (held.request !== undefined && !mayResend(draft, held)) return;

  const dueAt = roomFor(draft, withoutRequest(held), now);
  if (dueAt > now) {
    draft.notes.push('day-full');
    return replace(draft, held, { ...withoutRequest(held), dueAt });
  }
  send(draft, held, now);
}

/** Nobody answered for a day. Not without end, but for the confirming call. (rule 10) */
function mayResend(draft: Draft, held: WaitingCall): boolean {
  const { policy } = draft;
  const { sendings } = held;
  draft.notes.push('unanswered');
  if (held === draft.consent.confirming) {
    if (sendings >= policy.confirmSendingsAsk) ask(draft, 'NO_CALLER');
    return true;
  }
  if (sendings < policy.sendingsMax) return true;
  ask(draft, 'NO_CALLER');
  giveUp(draft, held.key);
  return false;
}

function send(draft: Draft, held: WaitingCall, now: Instant): void {
  const { consent, policy } = draft;
  if (consent.provider === undefined) return;

  consent.requestsMade += 1;
  const id = `${consent.ref}.g${consent.generation}.r${consent.requestsMade}`;
  // Sent long after it was due, for the timer was lost: it is not to be born dead.
  const from = now - held.dueAt > policy.lateSendingMinutes * MINUTE ? now : held.dueAt;
  const life = from + policy.requestLifeHours * HOUR;
  const attempts = held.attempts + 1;
  const sendings = held.sendings + 1;
  replace(draft, held, { ...held, attempts, sendings, request: { id, sentAt: now } });
  owe(draft, {
    do: 'RequestCall',
    key: `request:${held.key}`,
    id,
    provider: consent.provider,
    bank: bankOf(consent),
    call: held.call,
    generation: consent.generation,
    reason: held.reason,
    attempt: attempts,
    at: now,
    notAfter: Math.min(life, held.notAfter ?? life),
  });
}

function replace(draft: Draft, held: WaitingCall, next: WaitingCall): void {
  const { consent } = draft;
  if (held === consent.confirming) consent.confirming = next;
  else consent.calls = consent.calls.map((call) => (call === held ? next : call));
}

function withoutRequest({ request: _answered, ...held }: WaitingCall): WaitingCall {
  return held;
}

/** When this call needs a look: when it is due, or when its answer is overdue. */
function dateOf({ policy }: Draft, held: WaitingCall): Instant {
  if (held.request === undefined) return held.dueAt;
  const overdue = held.request.sentAt + policy.unansweredAfterHours * HOUR;
  return Math.min(overdue, held.notAfter ?? overdue);
}

/** One timer, for the next date; none when there is no date. */
function setTimer(draft: Draft): void {
  const { consent } = draft;
  const next = consent.end === undefined ? nextDate(draft) : Number.POSITIVE_INFINITY;
  if (next === consent.timer?.dueAt) return;

  const { ref, generation, timer } = consent;
  if (timer !== undefined) draft.cancels.push({ ref, generation, number: timer.number });
  const cancels = draft.cancels;
  if (next === Number.POSITIVE_INFINITY) {
    if (timer !== undefined) delete consent.timer;
    if (cancels.length > 0) owe(draft, { do: 'CancelTimer', key: 'timer', cancels });
    return;
  }
  consent.timersSet += 1;
  consent.timer = { number: consent.timersSet, dueAt: next };
  const name = { ref, generation, number: consent.timersSet };
  owe(draft, { do: 'SetTimer', key: 'timer', name, dueAt: next, cancels });
}

function nextDate(draft: Draft): Instant {
  const { validUntil, expiringAt, held: ending } = draft.consent;
  let next = Math.min(validUntil ?? Infinity, expiringAt ?? Infinity, ending?.until ?? Infinity);
  for (const held of waitingNow(draft)) {
    if (!held.awaitsAccounts) next = Math.min(next, dateOf(draft, held));
  }
  return next;
}
