/**
 * What every event of the results queue has: who, and when. A producer's clock that runs ahead
 * would make later answers look old, so a date more than 5 minutes after SQS took the message is
 * taken back to that moment; a date in the past may be true and stays. (rule 15)
 */
import type { TokenRescued } from '../consent/event.ts';
import { type Instant, MINUTE } from '../consent/instant.ts';
import type { Secret, Token } from '../consent/secret.ts';
import { fingerprintOf, keyOf, refOf } from './names.ts';
import type { QueueRecord } from './reading.ts';

const AHEAD_MAX_MS = 5 * MINUTE;

/** DynamoDB takes 400 KB for the whole consent; banks' tokens are a few KB. */
export const TOKEN_BYTES_MAX = 32_768;

export type Happening = Omit<TokenRescued, 'type' | 'provider' | 'usedFingerprint' | 'token'>;

export function happeningOf(
  told: { readonly id: string; readonly consentId: string; readonly at: Instant },
  record: QueueRecord,
  now: Instant,
): Happening {
  const isAhead = told.at > record.sentAt + AHEAD_MAX_MS;
  return {
    id: told.id,
    key: keyOf(told.id),
    consentId: told.consentId,
    ref: refOf(told.consentId),
    at: isAhead ? record.sentAt : told.at,
    now,
    ...(isAhead ? { clockAhead: true } : {}),
  };
}

export function isTooLong(secret: Secret, bytesMax: number = TOKEN_BYTES_MAX): boolean {
  return Buffer.byteLength(secret.reveal()) > bytesMax;
}

export function tokenOf(secret: Secret): Token {
  return { secret, fingerprint: fingerprintOf(secret.reveal()) };
}
