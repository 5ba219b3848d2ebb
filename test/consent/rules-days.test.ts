/** Rules 7 and 8: the bank's next day, and how many calls it has. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, itsTimer, type Step, when } from '../support/story.ts';

const MINUTE = 60_000;
const LIMIT = (time: string, more: Parameters<typeof answer>[2] = {}) =>
  answer(time, 'CONSENT.LIMIT_EXCEEDED', more);

describe('rule 7: next day', () => {
  it.each([
    ['Europe/Berlin', '2026-11-22T15:00Z', '2026-11-22T23:00Z'],
    ['Europe/Berlin', '2027-03-28T15:00Z', '2027-03-28T22:00Z'],
    ['Europe/Berlin', '2026-10-25T15:00Z', '2026-10-25T23:00Z'],
    ['America/New_York', '2026-11-22T03:00Z', '2026-11-22T05:00Z'],
    ['Asia/Kathmandu', '2026-11-22T15:00Z', '2026-11-22T18:15Z'],
    ['Africa/Cairo', '2027-04-29T12:00Z', '2027-04-29T22:00Z'],
  ])('in %s, after %s, starts at %s', (timeZone, error, midnight) => {
    const told = when(LIMIT(error, { bank: { timeZone } }));

    const due = told.consent.timer?.dueAt ?? 0;
    expect(due).toBeGreaterThanOrEqual(at(midnight));
    expect(due).toBeLessThanOrEqual(at(midnight) + 15 * MINUTE);
  });

  it('counts from the day of the error, not from the day it is heard of', () => {
    const told = when(LIMIT('2026-11-22T22:59:30Z', { now: '2026-11-22T23:00:10Z' }));

    expect(told.consent.limit?.until).toBeGreaterThanOrEqual(at('2026-11-22T23:00Z'));
    expect(told.consent.limit?.until).toBeLessThanOrEqual(at('2026-11-22T23:15Z'));
  });

  it('waits 24 hours from the error when refused again after the wait: a rolling window', () => {
    const told = given(LIMIT('2026-11-22T15:00Z'), itsTimer()).when(LIMIT('2026-11-22T23:20Z'));

    expect(told.notes).toContain('rolling-window');
    expect(told.consent.timer?.dueAt).toBe(at('2026-11-23T23:20Z'));
  });

  it('waits for the next day again once a success has come between', () => {
    const told = given(
      LIMIT('2026-11-22T15:00Z'),
      itsTimer(),
      answer('2026-11-22T23:20Z', 'OK'),
    ).when(LIMIT('2026-11-23T10:00Z'));

    expect(told.notes).toContain('limit-wait');
    expect(told.consent.limit?.waits).toBe(1);
  });

  it('takes a second error on the same day for the same wait', () => {
    const told = given(LIMIT('2026-11-22T15:00Z')).when(
      LIMIT('2026-11-22T16:00Z', { operation: 'balances' }),
    );

    expect(told.consent.limit).toMatchObject({ waits: 1, since: at('2026-11-22T15:00Z') });
    expect(told.consent.calls).toHaveLength(2);
  });

  it('lets late news of an earlier day wait for its own next day only', () => {
    const told = given(LIMIT('2026-11-22T15:00Z'), answer('2026-11-22T16:00Z', 'OK')).when(
      LIMIT('2026-11-21T15:00Z', { operation: 'balances', now: '2026-11-22T16:01Z' }),
    );

    expect(told.consent.limit?.since).toBe(at('2026-11-22T15:00Z'));
    expect(told.consent.calls[0]?.dueAt).toBe(told.consent.limit?.until);
  });

  it('asks for a person after seven limit waits without a success', () => {
    let history: Step[] = [LIMIT('2026-11-01T15:00Z')];
    for (let day = 2; day <= 6; day += 1) {
      history = [...history, LIMIT(`2026-11-0${day}T16:00Z`)];
    }
    const seventh = given(...history).when(LIMIT('2026-11-07T17:00Z'));

    expect(given(...history.slice(1)).when(LIMIT('2026-11-07T17:00Z')).notices).toEqual([]);
    expect(seventh.notice('consent.action-required')?.action).toBe('CONSENT.LIMIT_EXCEEDED');
  });

  it('obeys Retry-After only where it makes the wait longer', () => {
    const shorter = when(LIMIT('2026-11-22T15:00Z', { retryAfterSeconds: 60 }));
    const longer = when(LIMIT('2026-11-22T15:00Z', { retryAfterSeconds: 20 * 3_600 }));

    expect(shorter.consent.timer?.dueAt).toBe(shorter.consent.limit?.until);
    expect(longer.consent.timer?.dueAt).toBe(at('2026-11-23T11:00Z'));
  });
});

describe('rule 8: four unattended calls a day', () => {
  const failed = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'TECHNICAL', { operation: 'balances', accountId: 'a', ...more });
  const ok = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'OK', { operation: 'balances', accountId: 'a', ...more });
  const three = [ok('2026-11-22T06:00Z'), ok('2026-11-22T07:00Z'), ok('2026-11-22T08:00Z')];

  it('requests nothing of ours above four, per operation and account', () => {
    const full = given(...three, failed('2026-11-22T09:00Z')).when(itsTimer());
    const other = given(...three, failed('2026-11-22T09:00Z', { accountId: 'b' })).when(itsTimer());

    expect(full.requests).toEqual([]);
    expect(full.notes).toContain('day-full');
    expect(full.consent.timer?.dueAt).toBeGreaterThanOrEqual(at('2026-11-22T23:00Z'));
    expect(other.requests).toHaveLength(1);
  });

  it('does not count attended calls', () => {
    const attended = three.map((event) => ({ ...event, call: { ...event.call, attended: true } }));
    const told = given(...attended, failed('2026-11-22T09:00Z')).when(itsTimer());

    expect(told.requests).toHaveLength(1);
  });

  it('obeys the maximum that the message states', () => {
    const told = given(
      ok('2026-11-22T06:00Z'),
      failed('2026-11-22T09:00Z', { bank: { unattendedCallsPerDayMax: 2 } }),
    ).when(itsTimer());

    expect(told.notes).toContain('day-full');
  });

  it('knows no maximum where the provider has none', () => {
    const history = [...three, ok('2026-11-22T08:30Z')].map((event) => ({
      ...event,
      provider: 'keybank' as const,
    }));
    const told = given(...history, failed('2026-11-22T09:00Z', { provider: 'keybank' })).when(
      itsTimer(),
    );

    expect(told.requests).toHaveLength(1);
  });

  it('begins anew with the bank’s day, not with the UTC day', () => {
    const told = given(...three, ok('2026-11-22T22:59Z'), failed('2026-11-22T23:01Z')).when(
      itsTimer(),
    );

    expect(told.requests).toHaveLength(1);
  });

  it('closes the day for all operations when the bank says the limit is reached', () => {
    const told = given(failed('2026-11-22T09:00Z'), LIMIT('2026-11-22T09:10Z')).when(
      itsTimer('2026-11-22T09:30Z'),
    );

    expect(told.requests).toEqual([]);
    expect(told.consent.calls.map(({ dueAt }) => dueAt)).toEqual([
      told.consent.limit?.until,
      told.consent.limit?.until,
    ]);
  });

  it('never repeats an attended call, and takes its answer for evidence', () => {
    const ladder = when(failed('2026-11-22T09:00Z', { attended: true }));
    const strike = when(answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { attended: true }));

    expect(ladder.consent.calls).toEqual([]);
    expect(strike.consent.status).toBe('suspect');
  });

  it('counts requests under way as calls of the day', () => {
    const told = given(
      ok('2026-11-22T06:00Z', { bank: { unattendedCallsPerDayMax: 3 } }),
      failed('2026-11-22T07:00Z', { parameters: { page: 1 } }),
      itsTimer('2026-11-22T07:30Z'),
      answer('2026-11-22T07:31Z', 'OK', { operation: 'accounts' }),
    ).when(
      answer('2026-11-22T07:32Z', 'CREDENTIAL.ACCESS_TOKEN', {
        operation: 'balances',
        accountId: 'a',
        parameters: { page: 2 },
      }),
    );

    expect(told.requests).toEqual([]);
    expect(told.notes).toContain('day-full');
  });
});
