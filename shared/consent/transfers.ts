/**
 * What is kept of payments: when each was first attempted, and the latest `transfer_token` of each,
 * by the bank's response time. At most eight, until the consent ends; one that is forgotten while
 * its call waits would be a new payment at its next attempt. (rule 9)
 */
import type { Consent, Transfer } from './consent.ts';
import type { Draft } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import type { Call } from './finding.ts';
import type { Instant } from './instant.ts';
import { TRANSFERS_MAX } from './waiting.ts';

/** Told from the future, an attempt may have been made at any time before. (rule 15) */
const LONG_AGO: Instant = 0;

export function noteTransfer(draft: Draft, event: BankCallCompleted): void {
  const { call, at, finding } = event;
  const { consent } = draft;
  const token = finding.transferToken;
  const { instructionId } = call;
  if (instructionId === undefined) {
    if (token !== undefined) draft.notes.push('transfer-token-without-instruction');
    return;
  }
  const attempt = call.operation === 'transfer';
  if (!attempt && token === undefined) return;

  const known = consent.transfers.find((transfer) => transfer.instructionId === instructionId);
  const newer = token !== undefined && (known?.tokenAt === undefined || at >= known.tokenAt);
  const next: Transfer = {
    ...known,
    instructionId,
    firstAttemptAt: Math.min(event.clockAhead ? LONG_AGO : at, known?.firstAttemptAt ?? Infinity),
    ...(newer && { token, tokenAt: at }),
  };
  const others = consent.transfers.filter((transfer) => transfer !== known);
  consent.transfers = [...withRoom(consent, others), next];
}

/** One is forgotten if need be: the oldest, but none that a call waits for while another can go. */
function withRoom({ calls }: Consent, known: readonly Transfer[]): readonly Transfer[] {
  if (known.length < TRANSFERS_MAX) return known;
  const free = known.findIndex(
    ({ instructionId }) => !calls.some(({ call }) => call.instructionId === instructionId),
  );
  return known.toSpliced(Math.max(0, free), 1);
}

/** Whether an earlier attempt of this payment is known. */
export function wasAttempted(consent: Consent, { instructionId }: Call): boolean {
  return consent.transfers.some((transfer) => transfer.instructionId === instructionId);
}
