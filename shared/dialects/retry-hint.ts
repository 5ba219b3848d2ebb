/**
 * When the bank says to come back: `Retry-After`, else `RateLimit-Reset`, each in seconds or as an
 * HTTP date. What is neither is ignored, for a wait that was misread is worse than none.
 */

import type { RetryHint } from '../consent/finding.ts';
import { DAY, SECOND } from '../consent/instant.ts';

const HEADERS = ['retry-after', 'ratelimit-reset'] as const;

/** More is no wait but an epoch time, which some servers send where seconds are due. */
const RETRY_AFTER_MS_MAX = 366 * DAY;

/** The first readable hint; header names in any case. Never throws. */
export function retryHintIn(headers: Readonly<Record<string, unknown>>): RetryHint | undefined {
  for (const wanted of HEADERS) {
    for (const [name, value] of Object.entries(headers)) {
      if (name.toLowerCase() !== wanted || typeof value !== 'string') continue;

      const hint = hintIn(value.trim());
      if (hint !== undefined) return hint;
    }
  }
  return undefined;
}

function hintIn(value: string): RetryHint | undefined {
  if (/^\d+$/.test(value)) {
    const afterMs = Number(value) * SECOND;
    return afterMs <= RETRY_AFTER_MS_MAX ? { afterMs } : undefined;
  }
  // Date.parse reads almost anything; only what prints back the same is an HTTP date (RFC 9110).
  const at = Date.parse(value);
  return Number.isFinite(at) && new Date(at).toUTCString() === value ? { at } : undefined;
}
