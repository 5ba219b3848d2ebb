/**
 * What is done about an answer that is neither a success nor a strike: the call waits, is given up,
 * or leads to another call. The confirming call of a suspect consent is never dropped: where
 * another would be given up, it is made again a day later. (docs/lifecycle.md; rules 5 to 11)
 */
import { nextMonthOf, spreadOf } from './bank-day.ts';
import type { WaitingCall } from './consent.ts';
import { announcePurge, ask, type Draft } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import { abandon, fetchAccounts, isConfirming, waitOr } from './going-on.ts';
import { DAY, HOUR, type Instant, MINUTE } from './instant.ts';
import { beginLimitWait, mayPurge } from './ledger.ts';
import { type Ladder, type Reaction, reactionTo } from './policy.ts';
import {
  ACCOUNTS_CALL,
  atOnce,
  callKey,
  counts,
  find,
  hintOf,
  letWait,
  waitingFor,
} from './waiting.ts';

export function react(draft: Draft, event: BankCallCompleted, reaction: Reaction): void {
  const held = event.call.attended ? undefined : waitingFor(draft.consent, event);
  const early = held !== undefined && !counts(held, event);
  switch (reaction.do) {
    case 'climb-ladder':
      return early ? heedHint(draft, event, held) : climb(draft, event, held, reaction);
    case 'await-next-day':
      return awaitNextDay(draft, event);
    case 'await-next-month':
      return awaitNextMonth(draft, event, reaction.spreadHours);
    case 'refresh-access-token':
      return refreshAccessToken(draft, event, held);
    case 'repeat-once':
      if (early) return heedHint(draft, event, held);
      return repeatOnce(draft, event, held, reaction.afterHours, reaction.ask);
    case 'refetch-accounts':
      return refetchAccounts(draft, event);
    case 'give-up':
      if (reaction.ask) ask(draft, event.finding.category);
      return abandon(draft, event);
    case 'await-authorisation':
      // Nobody has authorised it yet, and a call that asks for it would go on for ever.
      return abandon(draft, event);
    default:
      return;
  }
}

/** Waits one step, and one step longer each time; a hint of the bank takes a step's place. */
function climb(
  draft: Draft,
  event: BankCallCompleted,
  held: WaitingCall | undefined,
  ladder: Ladder,
): void {
  if (event.finding.scope === 'client') draft.notes.push('credential-failed');
  if (event.finding.category === 'UNKNOWN') draft.notes.push('unclassified');

  const step = held?.step ?? 0;
  const atTop = step >= ladder.minutes.length;
  const confirming = held !== undefined && held === draft.consent.confirming;
  if (atTop && !ladder.endless && !confirming) return abandon(draft, event);

  const minutes = ladder.minutes[Math.min(step, ladder.minutes.length - 1)] ?? 0;
  const wait = atTop && !ladder.endless ? DAY : minutes * MINUTE;
  const least = atTop || confirming ? event.at + wait : 0;
  const dueAt = Math.max(hintOf(draft, event) ?? event.at + wait, least);
  const refreshed = event.finding.category === 'CREDENTIAL.ACCESS_TOKEN';
  waitOr(draft, event, { reason: 'retry', dueAt, step: step + 1, refreshed }, () => {
    askForTransferState(draft, event, event.at + minutes * MINUTE);
  });
}

/** An attempt before its time does not count, but what the bank says of the time does. */
function heedHint(draft: Draft, event: BankCallCompleted, held: WaitingCall): void {
  const hint = hintOf(draft, event);
  if (hint === undefined || hint <= held.dueAt) return;
  letWait(draft, held.call, event.at, { reason: held.reason, dueAt: hint });
}

function awaitNextDay(draft: Draft, event: BankCallCompleted): void {
  const until = beginLimitWait(draft, event.at);
  const { limit } = draft.consent;
  if (limit !== undefined && limit.waits >= draft.policy.limitWaitsMax) {
    ask(draft, event.finding.category);
  }
  const dueAt = Math.max(until, hintOf(draft, event) ?? until);
  waitOr(draft, event, { reason: 'limit-over', dueAt });
}

function awaitNextMonth(draft: Draft, event: BankCallCompleted, spreadHours: number): void {
  draft.notes.push('client-quota-used-up');
  const month = nextMonthOf(event.at) + spreadOf(draft.consent.ref, spreadHours * HOUR);
  const hint = hintOf(draft, event, draft.policy.quotaWaitMaxDays * DAY);
  const dueAt = hint === undefined ? month : Math.max(hint, event.at + HOUR);
  waitOr(draft, event, { reason: 'limit-over', dueAt });
}

/** At once and one time; after that the credential itself is at fault. */
function refreshAccessToken(
  draft: Draft,
  event: BankCallCompleted,
  held: WaitingCall | undefined,
): void {
  if (held?.refreshed) {
    const credential = reactionTo(draft.policy, 'CREDENTIAL');
    if (credential.do === 'climb-ladder') climb(draft, event, held, credential);
    return;
  }
  waitOr(draft, event, { reason: 'retry', dueAt: atOnce(event), refreshed: true });
}

function repeatOnce(
  draft: Draft,
  event: BankCallCompleted,
  held: WaitingCall | undefined,
  afterHours: number,
  thenAsk: boolean,
): void {
  if (held?.repeated) {
    if (thenAsk) ask(draft, event.finding.category);
    return abandon(draft, event);
  }
  const dueAt = hintOf(draft, event) ?? event.at + afterHours * HOUR;
  waitOr(draft, event, { reason: 'retry', dueAt, repeated: true });
}

/**
 * The accounts known are not the bank's any more: forget them, fetch the list, and make the failed
 * call again if the list names its account. A list that is being fetched serves every call that
 * failed for the want of it. (rule 11)
 */
function refetchAccounts(draft: Draft, event: BankCallCompleted): void {
  const { consent, policy } = draft;
  const { call, at, finding } = event;
  const fetching = find(consent, callKey(ACCOUNTS_CALL))?.reason === 'fresh-accounts';
  const isList = call.operation === ACCOUNTS_CALL.operation;
  if (isList) consent.accountsRefused += 1;
  const refusedAgain = isList && consent.accountsRefused >= policy.accountsRefusedMax;
  if (refusedAgain) ask(draft, finding.category);

  const joins = fetching && !isList;
  if (!joins && !mayPurge(draft, at)) return abandon(draft, event);
  if (!joins) announcePurge(draft, at, finding.category);
  if (refusedAgain || isConfirming(draft, event)) return abandon(draft, event);
  if (!joins) fetchAccounts(draft, event, at);
  if (!isList) waitOr(draft, event, { reason: 'retry', dueAt: at, awaitsAccounts: true });
}

/** A payment that may have been made, where repeating it is not safe: ask how it stands, once. */
function askForTransferState(draft: Draft, { call, at }: BankCallCompleted, dueAt: Instant): void {
  if (call.operation !== 'transfer') return;
  const { accountId, instructionId } = call;
  const repeated = !call.attended && instructionId !== undefined;
  if (draft.policy.idempotentPayments && repeated) return;
  const state = {
    operation: 'transfer-state',
    ...(accountId !== undefined && { accountId }),
    ...(instructionId !== undefined && { instructionId }),
    attended: false,
  };
  if (find(draft.consent, callKey(state)) !== undefined) return;
  letWait(draft, state, at, { reason: 'retry', dueAt });
}
