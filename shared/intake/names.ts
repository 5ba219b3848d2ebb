/**
 * Short names made by hashing: they keep their length whatever they stand for, and AWS takes each
 * of them where the original might be too long or hold a character that is refused.
 */
import { createHash } from 'node:crypto';

const REF_CHARS = 22;
const KEY_CHARS = 16;

function digest(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

/** Names a token without telling it: `sha256:` and 43 characters. */
export function fingerprintOf(token: string): string {
  return `sha256:${digest(token)}`;
}

/** Names a consent in 22 characters: 132 bits, so no two consents share one. */
export function refOf(consentId: string): string {
  return digest(consentId).slice(0, REF_CHARS);
}

/** Names a message in 16 characters: the same id twice is the same event. */
export function keyOf(messageId: string): string {
  return digest(messageId).slice(0, KEY_CHARS);
}
