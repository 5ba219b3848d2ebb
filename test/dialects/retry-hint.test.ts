import { describe, expect, it } from 'vitest';
import { DAY } from '../../shared/consent/instant.ts';
import { retryHintIn } from '../../shared/dialects/retry-hint.ts';

describe('retryHintIn', () => {
  it.each([
    [{ 'Retry-After': '30' }, { afterMs: 30_000 }],
    [{ 'retry-after': ' 0 ' }, { afterMs: 0 }],
    [{ 'Retry-After': `${366 * 86_400}` }, { afterMs: 366 * DAY }],
    [{ 'RateLimit-Reset': '90' }, { afterMs: 90_000 }],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, { at: 784_111_777_000 }],
    [{ 'ratelimit-reset': 'Sun, 06 Nov 1994 08:49:37 GMT' }, { at: 784_111_777_000 }],
  ])('reads %j', (headers, hint) => {
    expect(retryHintIn(headers)).toEqual(hint);
  });

  it('prefers Retry-After, and falls back when it cannot be read', () => {
    expect(retryHintIn({ 'RateLimit-Reset': '90', 'Retry-After': '30' })).toEqual({
      afterMs: 30_000,
    });
    expect(retryHintIn({ 'RateLimit-Reset': '90', 'Retry-After': 'soon' })).toEqual({
      afterMs: 90_000,
    });
  });

  it.each([
    '',
    '-5',
    '+5',
    '1.5',
    '1e3',
    '0x10',
    '30, 30',
    'soon',
    'Invalid Date',
    `${366 * 86_400 + 1}`,
    '1763800000',
    '30 s',
    'in 30',
    '9'.repeat(400),
    'May 1',
    '2026-11-22T08:00:00Z',
    'Mon, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 +0100',
    'Mon, 31 Nov 2026 08:00:00 GMT',
  ])('ignores %j', (value) => {
    expect(retryHintIn({ 'Retry-After': value })).toBeUndefined();
  });

  it('ignores a header that is no text', () => {
    expect(retryHintIn({ 'Retry-After': 30 })).toBeUndefined();
  });

  it('ignores other headers', () => {
    expect(retryHintIn({ 'X-RateLimit-Reset': '30', Date: '30' })).toBeUndefined();
  });

  it('takes RateLimit-Reset for no hint as long as calls remain', () => {
    const headers = { 'RateLimit-Limit': '100', 'RateLimit-Reset': '90' };

    expect(retryHintIn({ ...headers, 'RateLimit-Remaining': '42' })).toBeUndefined();
    expect(retryHintIn({ ...headers, 'RateLimit-Remaining': '0' })).toEqual({ afterMs: 90_000 });
    expect(retryHintIn({ 'Retry-After': '30', 'RateLimit-Remaining': '42' })).toEqual({
      afterMs: 30_000,
    });
  });
});
