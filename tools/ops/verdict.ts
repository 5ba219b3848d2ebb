/**
 * Where a consent stands, in two sentences: what it is, since when and why; and what comes next.
 * Pure; said from the state alone, so it holds when the history has gone.
 */
import type { Strike, WaitingCall } from '../../shared/consent/consent.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { waitingCalls } from '../../shared/consent/waiting.ts';
import type { Seen } from './state.ts';
import { timeText } from './times.ts';

export interface Standing extends Seen {
  /** When the status last became what it is, if the history tells. */
  readonly since: Instant | undefined;
  readonly now: Instant;
}

export function verdict(standing: Standing): string {
  return `${statusSentence(standing)} ${nextSentence(standing)}${owedSentence(standing)}`;
}

function statusSentence({ consent, since }: Standing): string {
  const { consentId, status, bank, strikes, end } = consent;
  const time = (at: Instant) => timeText(at, bank);
  const subject = `${consentId} is ${status}`;
  if (end !== undefined) return endSentence(subject, consent, time(end.at));
  const [first] = strikes;
  if (status === 'suspect' && first !== undefined) {
    const count = strikes.length === 1 ? 'one strike' : `${strikes.length} strikes`;
    return `${subject} since ${time(first.at)}, with ${count}: the bank said ${saidBy(strikes)}.`;
  }
  if (status === 'received') {
    return `${subject}: neither a grant nor a success has been heard of.`;
  }
  const from = since === undefined ? '' : ` since ${time(since)}`;
  return `${subject}${from}: ${proofOf(consent, time)}.`;
}

function proofOf(
  { lastSuccessAt, grantedAt }: Standing['consent'],
  time: (at: Instant) => string,
): string {
  if (lastSuccessAt !== undefined) return `the bank last answered a call at ${time(lastSuccessAt)}`;
  return grantedAt === undefined
    ? 'nothing stands against it'
    : `it was granted at ${time(grantedAt)}, and no call has succeeded since`;
}

function endSentence(subject: string, { end, strikes }: Standing['consent'], at: string): string {
  switch (end?.by) {
    case 'bank':
      return `${subject} since ${at}: the bank said ${saidBy(strikes)}.`;
    case 'lifetime':
      return `${subject} since ${at}, when its known lifetime was over.`;
    case 'psu':
      return `${subject} since ${at}: the PSU withdrew it on our side.`;
    case 'tpp':
      return `${subject} since ${at}: it was ended on our own side.`;
    default:
      return `${subject} since ${at}: another consent took its place.`;
  }
}

/** `CONSENT.EXPIRED at 08:00, and again CONSENT.REVOKED at 09:00`, a strike each. */
function saidBy(strikes: readonly Strike[]): string {
  if (strikes.length === 0) return 'so';
  const said = strikes.map(({ at, category }) => `${category} at ${utc(at)}`);
  return said.join(', and again ');
}

function utc(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length).replace('T', ' ')} UTC`;
}

function nextSentence(standing: Standing): string {
  const { consent, now } = standing;
  const { end, timer, bank, confirming, status, held } = consent;
  if (end !== undefined) return afterEnd(standing);
  if (timer === undefined) return 'Nothing is to come by itself: no timer is set.';

  const at = timeText(timer.dueAt, bank);
  const isLate = timer.dueAt < now;
  const due = isLate ? `the timer was due at ${at}, and is overdue` : `the timer is due at ${at}`;
  if (status === 'suspect' && confirming !== undefined) {
    const call = waitWords(confirming, bank);
    if (held !== undefined) {
      const what = timer.dueAt === held.until ? 'held end' : 'confirming call';
      return `${heldSentence(held.until, bank)} Next: ${due}, for the ${what}; ${call}.`;
    }
    const ends = 'a success clears the strikes, another strike may end the consent';
    return `Next: ${due}, for the confirming call; ${call}; ${ends}.`;
  }
  const next = earliest(waitingCalls(consent));
  if (next !== undefined && next.dueAt <= timer.dueAt) {
    return `Next: ${due}; ${waitWords(next, bank)}.`;
  }
  return `Next: ${due}, for ${lifetimeWords(consent, timer.dueAt)}.`;
}

function heldSentence(until: Instant, bank: Seen['consent']['bank']): string {
  const why = "too many of the bank's consents would end at once";
  const then = 'a success clears it, an operator may release it; else it comes then';
  return `Its end is held until ${timeText(until, bank)}: ${why}; ${then}.`;
}

function afterEnd({ consent: { end } }: Standing): string {
  if (end?.by !== 'bank' && end?.by !== 'lifetime') {
    return 'Nobody is asked to log in again for it; only a newer grant begins a new life.';
  }
  const notice = end.required ?? 'of a name that is not known';
  const lives = 'a newer grant begins a new life, and a success may still prove the end wrong';
  return `The PSU is asked to log in again by notice ${notice}; ${lives}.`;
}

function earliest(calls: readonly WaitingCall[]): WaitingCall | undefined {
  const dated = calls.filter(({ awaitsAccounts }) => !awaitsAccounts);
  return dated.toSorted((a, b) => a.dueAt - b.dueAt)[0];
}

function waitWords({ call, reason, dueAt, request }: WaitingCall, bank: Seen['consent']['bank']) {
  const what = `the call ${call.operation} (${reason})`;
  if (request === undefined) return `${what} is requested at ${timeText(dueAt, bank)}`;
  return `${what} was requested at ${timeText(request.sentAt, bank)} as ${request.id}`;
}

function lifetimeWords({ expiringAt, validUntil }: Seen['consent'], dueAt: Instant): string {
  if (expiringAt === dueAt) return 'the notice that the consent is about to expire';
  return validUntil === dueAt ? 'the end of its known lifetime' : 'the next look at its dates';
}

function owedSentence({ outbox }: Standing): string {
  if (outbox.length === 0) return '';
  const kinds = outbox.map((one) => one.do).join(', ');
  return ` Still owed, and not performed yet: ${kinds}.`;
}
