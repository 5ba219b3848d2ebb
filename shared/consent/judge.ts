/**
 * The judgement of a bank-call result, in the order that matters: an earlier life, a life that has
 * ended, the token, a lost race, older news, a lifetime that is over, a fresh token, strikes.
 * (rule 19)
 */
import { isEndedByUs } from './consent.ts';
import { ask, type Draft, wasAuthorised } from './draft.ts';
import { endByBank, revive } from './ending.ts';
import type { BankCallCompleted } from './event.ts';
import { holdEnding } from './held-ending.ts';
import { DAY } from './instant.ts';
import { endLease, takeForetold } from './lease.ts';
import { countCall, learnBank } from './ledger.ts';
import {
  isFresh,
  isOfEarlierLife,
  keepForGrant,
  keepReported,
  lostRace,
  printOf,
  usedUpBy,
} from './lineage.ts';
import { reactionTo } from './policy.ts';
import { forgetRace, repeatLostRace } from './races.ts';
import { react } from './reactions.ts';
import { areFinal, withError, without } from './strikes.ts';
import { succeed } from './success.ts';
import { noteTransfer, wasAttempted } from './transfers.ts';
import {
  ACCOUNTS_CALL,
  atOnce,
  callKey,
  confirmFrom,
  letWait,
  newWaiting,
  removeCall,
  waitingFor,
} from './waiting.ts';

type Unheard = 'earlier-generation' | 'ended';

/** Judges one result; the reason when it changes nothing. */
export function judge(draft: Draft, reported: BankCallCompleted): Unheard | undefined {
  const { consent } = draft;
  const { at, usedFingerprint } = reported;
  if (isOfEarlierLife(consent, at, usedFingerprint)) return 'earlier-generation';

  const event = understood(draft, reported);
  const reaction = reactionTo(draft.policy, event.finding.category);
  const wasEnded = consent.end !== undefined;
  // Of a consent that has ended nothing is heard any more, but the token of its next life.
  if (wasEnded && !provesAlive(draft, event))
    return keepForGrant(draft, event) ? undefined : 'ended';

  const mayStrike = reaction.do === 'strike' || reaction.do === 'await-authorisation';
  const told = takeForetold(draft, event.key);
  const fresh = mayStrike && (told?.fresh ?? isFresh(consent, event.token));
  const stale = mayStrike && (told?.lostRace ?? lostRace(consent, at, usedFingerprint));
  consent.provider = event.provider;
  learnBank(draft, event.bank);
  keepReported(draft, event, told);
  noteTransfer(draft, event);
  if (told === undefined && !endLease(draft, event.key)) countCall(draft, event.call, at);

  if (reaction.do === 'prove-alive') {
    // What undid an end has been weighed already, by time alone (example E12).
    succeed(draft, event, wasEnded ? undefined : usedUpBy(event));
    return undefined;
  }
  if (reaction.do === 'strike' || (mayStrike && wasAuthorised(consent))) {
    if (!stale || !repeatLostRace(draft, event)) strike(draft, event, fresh);
  } else {
    forgetRace(draft, event);
    react(draft, event, reaction);
  }
  if (consent.end === undefined) noteFailure(draft, event);
  return undefined;
}

/** The call it answers; a duplicate of a known payment is the payment made. (rule 9) */
function understood(draft: Draft, event: BankCallCompleted): BankCallCompleted {
  const { requestId, finding } = event;
  const held = requestId === undefined ? undefined : waitingFor(draft.consent, event);
  const named = held !== undefined && held.request?.id === requestId;
  const call = named ? { ...held.call, attended: event.call.attended } : event.call;
  const isKnown =
    finding.category === 'BANK.TRANSFER_DENIED.DUPLICATE' &&
    draft.policy.idempotentPayments &&
    wasAttempted(draft.consent, call);
  if (isKnown) draft.notes.push('payment-known');
  if (!named && !isKnown) return event;
  return { ...event, call, ...(isKnown && { finding: { ...finding, category: 'OK' } }) };
}

/**
 * A success that takes the ground from under an end the bank's own answers or dates had made. Where
 * tokens rotate it must bring one, for the old one has been wiped. (rules 2, 12)
 */
function provesAlive(draft: Draft, event: BankCallCompleted): boolean {
  const { consent, policy } = draft;
  const { end, strikes } = consent;
  if (end === undefined || isEndedByUs(consent)) return false;
  if (reactionTo(policy, event.finding.category).do !== 'prove-alive') return false;
  if (policy.rotatesTokens && event.token === undefined) return false;

  const standing = without(strikes, event.at);
  const disproved =
    end.by === 'lifetime' ? event.at > end.at : standing !== strikes && !areFinal(standing, policy);
  if (!disproved) return false;

  revive(draft, standing);
  confirmStrike(draft);
  return true;
}

/** The bank calls the consent over: noted, and perhaps the end. (rules 5, 6) */
function strike(draft: Draft, event: BankCallCompleted, fresh: boolean): void {
  const { consent, policy } = draft;
  const { at, call, finding, usedFingerprint } = event;
  const used = usedFingerprint !== undefined && { used: printOf(usedFingerprint) };
  forgetRace(draft, event);
  if (consent.evidenceAt !== undefined && at < consent.evidenceAt) {
    draft.notes.push('strike-dropped');
    return;
  }
  const before = consent.strikes.at(-1)?.at;
  consent.evidenceAt = at;
  consent.strikes = withError(
    consent.strikes,
    { at, category: finding.category, ...used },
    call,
    fresh,
    policy,
  );
  draft.notes.push('strike');

  const { validUntil } = consent;
  const outlived = finding.category === 'CONSENT.EXPIRED' && validUntil !== undefined;
  if (outlived && at >= validUntil) return endByBank(draft, at);
  // Once held, an end waits for its date, or for a person.
  if (consent.held === undefined && areFinal(consent.strikes, policy) && !reprieve(draft)) {
    if (draft.brake !== 'hold') return endByBank(draft, at);
    holdEnding(draft);
  }

  consent.status = 'suspect';
  // By its date: of many strikes the list does not grow any more.
  if (consent.strikes.at(-1)?.at !== before || consent.confirming === undefined) {
    confirmStrike(draft);
  } else if (consent.confirming.key !== callKey(call)) {
    letWait(draft, call, at, { reason: 'resume', dueAt: atOnce(event) });
  }
}

/** A bank that sends a fresh token with the last strike is not believed, at most twice. */
function reprieve(draft: Draft): boolean {
  const { consent, policy } = draft;
  const reprieves = consent.strikes.filter(({ reprieved }) => reprieved).length;
  const { fresh = false } = consent.strikes.at(-1) ?? {};
  if (!fresh || reprieves >= policy.freshTokenReprievesMax) return false;

  consent.strikes = consent.strikes.map((one, index) =>
    index === consent.strikes.length - 1 ? { ...one, reprieved: true } : one,
  );
  draft.notes.push('strike-reprieved');
  return true;
}

/** If a strike stands, its first call is made again in a day, or an `accounts` call instead. */
function confirmStrike(draft: Draft): void {
  const { consent } = draft;
  const latest = consent.strikes.at(-1);
  if (latest === undefined) return;

  const mayRepeat = !latest.call.attended && latest.call.operation !== 'transfer';
  const call = mayRepeat ? latest.call : ACCOUNTS_CALL;
  removeCall(draft, callKey(call));
  const wait = { reason: 'confirm', dueAt: confirmFrom(draft) } as const;
  consent.confirming = newWaiting(call, wait, latest.at);
}

/** Seven days of nothing but failures need a person. (rule 10) */
function noteFailure(draft: Draft, { at }: BankCallCompleted): void {
  const { consent, policy } = draft;
  if (consent.lastSuccessAt !== undefined && at <= consent.lastSuccessAt) return;

  consent.failingSince = Math.min(at, consent.failingSince ?? at);
  if (at - consent.failingSince >= policy.noSuccessDays * DAY) ask(draft, 'NO_SUCCESS');
}
