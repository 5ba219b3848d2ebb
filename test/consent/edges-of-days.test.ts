/** The bank's day by its instants: what is counted on it, and how long a limit is waited for. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { callsLeft } from '../../shared/consent/ledger.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { type Answer, answer, at, given, granted, itsTimer, type Step } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const CALL = { operation: 'balances', accountId: 'a' } as const;

function ok(time: string, more: Answer = {}) {
  return answer(time, 'OK', { ...CALL, ...more });
}

function limit(time: string, more: Answer = {}) {
  return answer(time, 'CONSENT.LIMIT_EXCEEDED', { ...CALL, ...more });
}

describe('rule 8: requests under way', () => {
  const failed = (time: string, more: Answer = {}) =>
    answer(time, 'TECHNICAL', { ...CALL, ...more });
  const two = [GRANTED, ok('2026-11-22T06:00Z'), ok('2026-11-22T06:01Z')] as const;
  const next = answer('2026-11-22T09:00Z', 'CREDENTIAL.ACCESS_TOKEN', {
    ...CALL,
    parameters: { page: 2 },
  });
  const underWay = (more: Answer): readonly [Step, Step] => [
    failed('2026-11-22T07:00Z', { attended: false, ...more }),
    itsTimer('2026-11-22T07:30Z'),
  ];

  it('take the place of a call of the day', () => {
    // Two successes, the failure that the request repeats, the request, and the error itself.
    const told = given(...two.slice(0, 2), ...underWay({ parameters: { page: 1 } })).when(next);

    expect(told.requests).toEqual([]);
    expect(told.notes).toContain('day-full');
  });

  it('do not where they are for another account', () => {
    const told = given(...two, ...underWay({ accountId: 'b' })).when(next);

    expect(told.requests).toHaveLength(1);
  });

  it.each([
    ['do not where they were sent the day before', '2026-11-21T22:59:59Z', 1],
    ['do from the first instant of the day', '2026-11-21T23:00Z', 0],
  ])('%s', (_, sent, requests) => {
    const told = given(
      GRANTED,
      failed('2026-11-21T22:00Z', { parameters: { page: 1 } }),
      itsTimer(sent),
      ok('2026-11-22T06:00Z'),
      ok('2026-11-22T06:01Z'),
    ).when(next);

    expect(told.requests).toHaveLength(requests);
  });
});

describe('rule 8: what is counted', () => {
  it('is kept for 128 kinds of calls, of which each goes on being counted', () => {
    const kinds = Array.from({ length: 129 }, (_, n) =>
      ok('2026-11-22T06:00Z', { operation: `operation-${n}` }),
    );

    const told = given(GRANTED, ...kinds).when(
      ok('2026-11-22T06:01Z', { operation: 'operation-0' }),
    );

    const { counts = {} } = told.consent.ledger ?? {};
    expect(Object.keys(counts)).toHaveLength(128);
    expect(counts['operation-0|a']).toBe(2);
    expect(counts['operation-128|a']).toBeUndefined();
  });

  it('leaves calls from the instant at which a limit wait is over', () => {
    const { consent } = given(GRANTED).when(limit('2026-11-22T06:00Z'));
    const { until } = consent.limit ?? { until: 0 };
    const left = (time: number) =>
      callsLeft(consent, POLICIES['klarna-consent'], { ...CALL, attended: false }, time);

    expect([left(until - 1), left(until)]).toEqual([0, 4]);
  });
});

describe('rule 7: a limit', () => {
  it('is over some minutes after the bank’s midnight, at a time of the consent’s own', () => {
    const { consent } = given(GRANTED).when(limit('2026-11-22T06:00Z'));

    const minutes = ((consent.limit?.until ?? 0) - at('2026-11-22T23:00Z')) / MINUTE;
    expect(minutes).toBeGreaterThan(1);
    expect(minutes).toBeLessThan(15);
  });

  it.each([
    ['an older success', '2026-11-22T05:00Z'],
    ['a success of its own instant', '2026-11-22T06:00Z'],
  ])('that is met again after the wait is a rolling window, despite %s', (_, success) => {
    const again = '2026-11-23T06:00Z';
    const told = given(GRANTED, ok(success), limit('2026-11-22T06:00Z')).when(limit(again));

    expect(told.notes).toEqual(['rolling-window']);
    expect(told.consent.limit).toEqual({
      since: at(again),
      until: at(again) + 24 * HOUR,
      waits: 2,
    });
  });
});
