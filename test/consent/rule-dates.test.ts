/** Rules 6 to 8, sentence by sentence: a known lifetime, the bank's days and what they hold. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, type Step, when } from '../support/story.ts';

const UNTIL = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' });

describe('rule 6: an error on either side of validUntil', () => {
  /** Heard a little before the date by our own clock, so that the date alone does not end it. */
  const heard = { now: '2026-11-21T23:59:55Z' };

  it('is final at once if it says EXPIRED, from the very moment on, with a fresh token too', () => {
    const sharp = given(UNTIL).when(answer('2026-11-22T00:00:00Z', 'CONSENT.EXPIRED', heard));
    const fresh = given(UNTIL, answer('2026-11-21T20:00Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-22T00:00:10Z', 'CONSENT.EXPIRED', { ...heard, used: 't0', token: 't1' }),
    );

    expect(sharp.consent).toMatchObject({ status: 'expired', end: { by: 'bank' } });
    expect(fresh.consent).toMatchObject({ status: 'expired', end: { by: 'bank' } });
  });

  it('is a strike like any other if it says REVOKED', () => {
    const told = given(UNTIL).when(answer('2026-11-22T00:00:10Z', 'CONSENT.REVOKED', heard));

    expect(told.consent.status).toBe('suspect');
  });

  it('is a strike like any other if it came before the date', () => {
    const told = given(UNTIL).when(
      answer('2026-11-21T23:59:50Z', 'CONSENT.EXPIRED', { now: '2026-11-21T23:59:50Z' }),
    );

    expect(told.consent.status).toBe('suspect');
  });
});

describe('rule 6: the date itself', () => {
  const late = (more: Parameters<typeof granted>[1]) => granted('2026-11-01T10:00Z', more);

  it('is when the consent ended, however late the timer fires', () => {
    const told = given(UNTIL, itsTimer()).when(itsTimer('2026-11-22T03:00Z'));

    expect(told.consent.end?.at).toBe(at('2026-11-22T00:00Z'));
    expect(told.notice('reconsent.required')?.confirmedAt).toBe(at('2026-11-22T00:00Z'));
  });

  it('is not disproved by a success of the same moment', () => {
    const told = given(UNTIL).when(
      answer('2026-11-22T00:00:00Z', 'OK', { used: 't0', token: 't1', now: '2026-11-21T23:59Z' }),
    );

    expect(told.consent.validUntil).toBe(at('2026-11-22T00:00Z'));
  });

  it('leaves no notice to be said once it is disproved', () => {
    const told = given(UNTIL).when(answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent.status).toBe('valid');
    expect(told.consent.timer).toBeUndefined();
  });

  it('is not learnt from a late grant if a success has come after it', () => {
    const told = given(answer('2026-11-22T08:00Z', 'OK')).when(
      late({ validUntil: '2026-11-20T00:00Z', now: '2026-11-22T08:01Z' }),
    );

    expect(told.consent.status).toBe('valid');
    expect(told.consent.validUntil).toBeUndefined();
  });
});

describe('rule 6: the notice that a lifetime is ending', () => {
  const day = (validUntil: string, more: Parameters<typeof granted>[1] = {}) =>
    when(granted('2026-11-01T10:00Z', { validUntil, ...more })).consent.timer?.dueAt;

  it('is due seven days before, where the lifetime is over fourteen days by the least', () => {
    expect(day('2026-12-01T10:00Z')).toBe(at('2026-11-24T10:00Z'));
    expect(day('2026-11-15T10:01Z')).toBe(at('2026-11-08T10:01Z'));
    expect(day('2026-11-15T10:00Z')).toBe(at('2026-11-15T10:00Z'));
  });

  it('is still to come when a success has undone an end before it', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2027-02-01T00:00Z' }),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED'),
    ).when(answer('2026-11-22T10:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(told.consent.timer?.dueAt).toBe(at('2027-01-25T00:00Z'));
  });

  it('goes by the lifetime at the grant, however late that is heard of', () => {
    expect(day('2026-11-22T10:00Z', { now: '2026-11-10T10:00Z' })).toBe(at('2026-11-15T10:00Z'));
  });
});

describe('rule 7: the wait for the bank’s next day', () => {
  const MINUTE = 60_000;
  const limit = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'CONSENT.LIMIT_EXCEEDED', more);
  const MIDNIGHT = at('2026-11-22T23:00Z');

  it('is spread over fifteen minutes by the consent alone', () => {
    const until = (ref: string, time: string) =>
      when({ ...limit(time), ref }).consent.limit?.until ?? 0;
    const refs = Array.from({ length: 300 }, (_, n) => `ref-${n}`);
    const spreads = refs.map((ref) => until(ref, '2026-11-22T15:00Z') - MIDNIGHT);
    const later = refs.map((ref) => until(ref, '2026-11-22T16:30Z') - MIDNIGHT);
    const nextDay = refs.map((ref) => until(ref, '2026-11-23T15:00Z') - MIDNIGHT);

    expect(Math.max(...spreads)).toBeLessThan(15 * MINUTE);
    expect(Math.max(...spreads)).toBeGreaterThan(14 * MINUTE);
    expect(Math.min(...spreads)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...spreads)).toBeLessThan(3 * MINUTE);
    expect(later).toEqual(spreads);
    expect(nextDay).toEqual(spreads.map((spread) => spread + 24 * 60 * MINUTE));
  });

  it('is 24 hours from the error in a rolling window, however late that is heard of', () => {
    const first = when(limit('2026-11-22T15:00Z')).consent.limit?.until ?? 0;
    const end = new Date(first).toISOString();
    const told = given(limit('2026-11-22T15:00Z'), itsTimer()).when(
      limit(end, { now: '2026-11-23T03:00Z' }),
    );

    expect(told.notes).toContain('rolling-window');
    expect(told.consent.limit?.until).toBe(first + 24 * 60 * MINUTE);
  });

  it('is no evidence', () => {
    const told = given(granted('2026-11-01T10:00Z'), limit('2026-11-22T15:00Z')).when(
      answer('2026-11-22T14:00Z', 'CONSENT.EXPIRED'),
    );

    expect(told.notes).toContain('strike');
  });
});

describe('rule 8: the count of a day', () => {
  const balances = { operation: 'balances', accountId: 'a' };
  const counted = (count: number, more: Parameters<typeof answer>[2] = {}): readonly Step[] =>
    Array.from({ length: count }, (_, n) =>
      answer(`2026-11-22T0${n + 1}:00Z`, n % 2 === 0 ? 'OK' : 'REQUEST', { ...balances, ...more }),
    );
  const failed = (more: Parameters<typeof answer>[2] = {}) =>
    answer('2026-11-22T09:00Z', 'TECHNICAL', { ...balances, ...more });

  it.each(['klarna-consent', 'klarna-xs2a'] as const)(
    'leaves room for a fourth at %s',
    (provider) => {
      const fourth = given(...counted(2, { provider }), failed({ provider })).when(itsTimer());
      const fifth = given(...counted(3, { provider }), failed({ provider })).when(itsTimer());

      expect(fourth.requests).toHaveLength(1);
      expect(fifth.requests).toEqual([]);
    },
  );

  it.each(['keybank', 'hamsterbank'] as const)('binds nothing at %s', (provider) => {
    const told = given(...counted(8, { provider }), failed({ provider })).when(itsTimer());

    expect(told.requests).toHaveLength(1);
  });

  it('is taken of each operation by itself', () => {
    const told = given(...counted(3), failed({ operation: 'transactions' })).when(itsTimer());

    expect(told.requests).toHaveLength(1);
  });

  it('goes by the maximum of the message, also where that is higher', () => {
    const bank = { unattendedCallsPerDayMax: 6 };
    const told = given(...counted(3, { bank }), failed()).when(itsTimer());

    expect(told.requests).toHaveLength(1);
  });

  it('does not take a result of the day before for one of today', () => {
    const late = Array.from({ length: 3 }, (_, n) =>
      answer(`2026-11-21T2${n}:00Z`, 'OK', { ...balances, now: '2026-11-22T08:00Z' }),
    );
    const told = given(...late, failed()).when(itsTimer());

    expect(told.requests).toHaveLength(1);
  });

  it('is not begun again by a result of the day before', () => {
    const late = answer('2026-11-21T20:00Z', 'OK', { ...balances, now: '2026-11-22T08:00Z' });
    const told = given(...counted(3), late, failed()).when(itsTimer());

    expect(told.requests).toEqual([]);
  });

  const page = (time: string, n: number, category: Parameters<typeof answer>[1] = 'TECHNICAL') =>
    answer(time, category, { ...balances, parameters: { n } });

  it('takes a request that is not answered yet for a call of the day it was sent on', () => {
    const today = given(
      ...counted(1),
      page('2026-11-22T09:00Z', 1),
      itsTimer('2026-11-22T09:30Z'),
    ).when(page('2026-11-22T09:31Z', 2, 'CREDENTIAL.ACCESS_TOKEN'));
    const tomorrow = given(
      page('2026-11-22T22:00Z', 1),
      itsTimer(),
      page('2026-11-22T23:10Z', 2, 'OK'),
      page('2026-11-22T23:11Z', 3, 'OK'),
    ).when(page('2026-11-22T23:12Z', 4, 'CREDENTIAL.ACCESS_TOKEN'));

    expect(today.requests).toEqual([]);
    expect(tomorrow.requests).toHaveLength(1);
  });
});

describe('rule 8: an attended call', () => {
  const attended = { operation: 'balances', attended: true };

  it('proves the consent alive like any other', () => {
    const told = given(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-22T09:00Z', 'OK', attended),
    );

    expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
  });

  it('takes nothing away from the unattended one that waits, if it is given up', () => {
    const waits = answer('2026-11-22T08:00Z', 'TECHNICAL', { operation: 'balances' });
    const told = given(waits).when(answer('2026-11-22T08:10Z', 'REQUEST', attended));

    expect(told.consent.calls).toHaveLength(1);
  });
});
