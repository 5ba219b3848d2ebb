/**
 * Short names made by hashing: they keep their length whatever they stand for, and AWS takes each
 * of them where the original might be too long or hold a character that is refused.
 */
import { createHash } from 'node:crypto';

const REF_CHARS = 22;
/** 16 characters of base64url. */
const KEY_BYTES = 12;

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Names a token without telling it: `sha256:` and 43 characters. */
export function fingerprintOf(token: string): string {
  return `sha256:${digest(token).toString('base64url')}`;
}

/** Names a consent in 22 characters: 132 bits, so no two consents share one. */
export function refOf(consentId: string): string {
  return digest(consentId).toString('base64url').slice(0, REF_CHARS);
}

/** Names a message in 16 characters: the same id twice is the same event. */
export function keyOf(messageId: string): string {
  // Of the bytes, not of the text: a string cut from a longer one is slow to compare.
  return digest(messageId).subarray(0, KEY_BYTES).toString('base64url');
}
