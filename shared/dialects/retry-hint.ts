/**
 * When the bank says to come back: `Retry-After`, else `RateLimit-Reset`, each in seconds or as an
 * HTTP date. What is neither is ignored, for a wait that was misread is worse than none. Klarna
 * sends the `RateLimit` headers with every answer: as long as calls remain, they are no hint.
 */

import type { RetryHint } from '../consent/finding.ts';
import { DAY, SECOND } from '../consent/instant.ts';

const RESET = 'ratelimit-reset';
const HEADERS = ['retry-after', RESET] as const;

/** More is no wait but an epoch time, which some servers send where seconds are due. */
const RETRY_AFTER_MS_MAX = 366 * DAY;

/** The first readable hint; header names in any case. Never throws. */
export function retryHintIn(headers: Readonly<Record<string, unknown>>): RetryHint | undefined {
  for (const wanted of HEADERS) {
    if (wanted === RESET && Number(headerIn(headers, 'ratelimit-remaining') ?? 0) > 0) continue;
    const value = headerIn(headers, wanted);
    const hint = value === undefined ? undefined : hintIn(value);
    if (hint !== undefined) return hint;
  }
  return undefined;
}

function headerIn(headers: Readonly<Record<string, unknown>>, wanted: string): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === wanted && typeof value === 'string') return value.trim();
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
