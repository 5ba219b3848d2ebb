/**
 * A call goes on or it does not: it waits for its next time, or is given up. The confirming call of
 * a suspect consent is never given up: another stands in for it. (rules 5, 9, 10)
 */
import type { Draft } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import { DAY, type Instant } from './instant.ts';
import {
  ACCOUNTS_CALL,
  atOnce,
  callKey,
  confirmFrom,
  giveUp,
  letWait,
  newWaiting,
  putCall,
  removeCall,
  type Wait,
  waitingFor,
} from './waiting.ts';

/** The call waits; where it cannot, `otherwise`, and it is given up. */
export function waitOr(
  draft: Draft,
  event: BankCallCompleted,
  wait: Wait,
  otherwise: () => void = () => {},
): void {
  const dueAt = wait.dueAt + lagOf(draft, event);
  if (letWait(draft, event.call, event.at, { ...wait, dueAt })) return;
  otherwise();
  abandon(draft, event);
}

/** Given up; in a confirming call's place an `accounts` call is made a day later. (rule 5) */
export function abandon(draft: Draft, event: BankCallCompleted): void {
  if (event.call.attended) return;
  if (!isConfirming(draft, event)) return giveUp(draft, callKey(event.call));

  const { attempts } = draft.consent.confirming ?? { attempts: 0 };
  const wait = {
    reason: 'confirm',
    dueAt: Math.max(event.at + lagOf(draft, event) + DAY, confirmFrom(draft)),
  } as const;
  removeCall(draft, callKey(ACCOUNTS_CALL));
  draft.consent.confirming = { ...newWaiting(ACCOUNTS_CALL, wait, event.at), attempts };
}

/** Asks for a fresh account list, unless the confirming call will bring it. (rule 11) */
export function fetchAccounts(draft: Draft, event: BankCallCompleted, failedAt: Instant): void {
  if (draft.consent.confirming?.key === callKey(ACCOUNTS_CALL)) return;
  const wait = { reason: 'fresh-accounts', dueAt: atOnce(event) } as const;
  putCall(draft, newWaiting(ACCOUNTS_CALL, wait, failedAt));
}

/** An answer is never older than its request: by how much the producer's clock is behind. */
function lagOf(draft: Draft, event: BankCallCompleted): number {
  const request = waitingFor(draft.consent, event)?.request;
  if (request === undefined || request.id !== event.requestId) return 0;
  return Math.max(0, request.sentAt - event.at);
}

export function isConfirming(draft: Draft, event: BankCallCompleted): boolean {
  const { confirming } = draft.consent;
  return confirming !== undefined && waitingFor(draft.consent, event) === confirming;
}
