/**
 * A success is proof of life: what was held against the consent before it is void, and what waited
 * for it goes on. (docs/lifecycle.md; rules 2, 5, 6, 11)
 */
import type { WaitingCall } from './consent.ts';
import { announceRelinked, announceStatus, type Draft, publishedStatus } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import { fetchAccounts } from './going-on.ts';
import { type Instant, MINUTE } from './instant.ts';
import { areFinal, without } from './strikes.ts';
import {
  ACCOUNTS_CALL,
  atOnce,
  callKey,
  giveUp,
  letWait,
  putOffConfirming,
  reasonOf,
} from './waiting.ts';

/** `usedUp`: the token that this success took the place of, where strikes are to be held to it. */
export function succeed(draft: Draft, event: BankCallCompleted, usedUp?: string): void {
  const { consent, policy } = draft;
  const { at, call, token } = event;
  const from = publishedStatus(consent);

  if (policy.rotatesTokens && token === undefined && consent.token !== undefined) {
    consent.token = { ...consent.token, renewed: false };
    draft.notes.push('token-not-renewed');
  }
  consent.evidenceAt = Math.max(at, consent.evidenceAt ?? at);
  consent.lastSuccessAt = Math.max(at, consent.lastSuccessAt ?? at);
  if (consent.failingSince !== undefined && consent.failingSince <= at) {
    delete consent.failingSince;
  }
  if (consent.validUntil !== undefined && at > consent.validUntil) {
    delete consent.validUntil;
    delete consent.expiringAt;
  }

  endOwnWait(draft, callKey(call), at);
  if (call.operation === ACCOUNTS_CALL.operation) takeAccounts(draft, event);
  clearSuspicion(draft, event, usedUp);
  if (consent.status === 'received') consent.status = 'valid';
  announceStatus(draft, from, 'OK');
}

/** The wait and ladder of the call itself, unless it failed again since. */
function endOwnWait(draft: Draft, key: string, at: Instant): void {
  const { consent } = draft;
  if (consent.races.length > 0) consent.races = consent.races.filter((race) => race.key !== key);
  if (consent.calls.length === 0) return;
  consent.calls = consent.calls.filter((held) => held.key !== key || held.failedAt > at);
}

/** Strikes before it are void. With none left, what the suspicion held goes on in ten minutes. */
function clearSuspicion(draft: Draft, event: BankCallCompleted, usedUp?: string): void {
  const { consent, policy } = draft;
  const { at } = event;
  const standing = without(consent.strikes, at, usedUp);
  if (standing === consent.strikes) return;

  draft.notes.push('strike-voided');
  consent.strikes = standing;
  if (!areFinal(standing, policy)) delete consent.held;
  if (standing.length > 0) return putOffConfirming(draft);

  consent.status = 'valid';
  delete consent.confirming;
  const resumeAt = at + policy.resumeAfterMinutes * MINUTE;
  fetchForLaterOnes(draft, event);
  consent.calls = consent.calls.map((held) => resumed(held, resumeAt));
}

function resumed(held: WaitingCall, resumeAt: Instant): WaitingCall {
  const isHeld = held.request === undefined && !held.awaitsAccounts && held.dueAt < resumeAt;
  return isHeld ? { ...held, reason: reasonOf(held, 'resume'), dueAt: resumeAt } : held;
}

/** A fresh list: cached, and the calls that waited for it go on if it names their account. */
function takeAccounts(draft: Draft, event: BankCallCompleted): void {
  const { consent } = draft;
  const { at, finding } = event;
  const { accounts } = finding;
  consent.accountsRefused = 0;
  if (accounts !== undefined) {
    const relinkFrom = announceRelinked(draft, at, finding.category);
    draft.cache = { at, accounts, ...(relinkFrom !== undefined && { relinkFrom }) };
  }

  consent.calls = consent.calls.filter(
    ({ reason, failedAt }) => reason !== 'fresh-accounts' || failedAt > at,
  );
  const named = new Set(accounts?.map(({ id }) => id));
  for (const held of consent.calls) {
    if (!held.awaitsAccounts || held.failedAt > at) continue;
    const isNamed = held.call.accountId !== undefined && named.has(held.call.accountId);
    const again = { reason: 'retry', dueAt: atOnce(event) } as const;
    if (!isNamed || !letWait(draft, held.call, held.failedAt, again)) giveUp(draft, held.key);
  }
  fetchForLaterOnes(draft, event);
}

/** A list older than a call's failure is not the one it waits for: that one is still to come. */
function fetchForLaterOnes(draft: Draft, event: BankCallCompleted): void {
  const { calls } = draft.consent;
  const failures = calls.filter((held) => held.awaitsAccounts).map(({ failedAt }) => failedAt);
  if (failures.length === 0 || calls.some(({ reason }) => reason === 'fresh-accounts')) return;

  fetchAccounts(draft, event, Math.max(...failures));
}
