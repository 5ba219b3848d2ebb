/** The reactions, where test/consent/reactions.test.ts says less than the rules do. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import { answer, at, given, granted, when } from '../support/story.ts';

const ROOMY = granted('2026-11-01T10:00Z', { token: 't0', bank: { unattendedCallsPerDayMax: 99 } });
const HOUR = 3_600_000;

describe('a success that the bank wants looked at', () => {
  it('is a success', () => {
    const told = given(ROOMY, answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-22T09:00Z', 'OK.WARNING'),
    );

    expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
  });
});

describe('what is repeated once and given up', () => {
  it.each<Category>(['USER', 'NOT_SUPPORTED'])('asks nobody: %s', (category) => {
    const said = (time: string) => answer(time, category, { operation: 'balances' });
    const told = given(ROOMY, said('2026-11-22T08:00Z')).when(said('2026-11-23T08:00Z'));

    expect(told.notes).toContain('given-up');
    expect(told.notices).toEqual([]);
  });
});

describe('the monthly quota', () => {
  const until = (ref: string, more: Parameters<typeof answer>[2] = {}) =>
    when({ ...answer('2026-11-22T10:00Z', 'RATE_LIMIT.CLIENT_QUOTA', more), ref }).consent.timer
      ?.dueAt ?? 0;

  it('is spread over six hours of the first of the month', () => {
    const waits = Array.from({ length: 2_000 }, (_, n) => until(`ref-${n}`));
    const hours = waits.map((wait) => (wait - at('2026-12-01T00:00Z')) / HOUR);

    expect(Math.min(...hours)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...hours)).toBeGreaterThan(5.5);
    expect(Math.max(...hours)).toBeLessThan(6);
  });

  it('is over when the bank says so, later or sooner, and no sooner than in an hour', () => {
    expect(until('r', { retryAfterSeconds: 30 * 86_400 })).toBe(at('2026-12-22T10:00Z'));
    expect(until('r', { retryAfterSeconds: 7_200 })).toBe(at('2026-11-22T12:00Z'));
    expect(until('r', { retryAfterSeconds: 1 })).toBe(at('2026-11-22T11:00Z'));
  });
});

describe('Retry-After', () => {
  const failed = (time: string, category: Category, retryAfterSeconds: number) =>
    answer(time, category, { operation: 'balances', retryAfterSeconds });
  const due = (category: Category, seconds: number) =>
    given(ROOMY).when(failed('2026-11-22T08:00Z', category, seconds)).consent.timer?.dueAt;

  it('takes the place of a step, be it shorter or longer, and of the one day of a repetition', () => {
    expect(due('TECHNICAL', 60)).toBe(at('2026-11-22T08:01Z'));
    expect(due('TECHNICAL', 7_200)).toBe(at('2026-11-22T10:00Z'));
    expect(due('USER', 7_200)).toBe(at('2026-11-22T10:00Z'));
  });

  it('may be a date; one that has passed means at once', () => {
    const dated = (date: string) => {
      const { finding, ...event } = answer('2026-11-22T08:00Z', 'TECHNICAL');
      return given(ROOMY).when({ ...event, finding: { ...finding, retry: { at: at(date) } } });
    };

    expect(dated('2026-11-22T09:15Z').consent.timer?.dueAt).toBe(at('2026-11-22T09:15Z'));
    expect(dated('2026-11-22T07:00Z').requests).toMatchObject([{ at: at('2026-11-22T08:00Z') }]);
    expect(dated('2026-11-22T07:00Z').consent.calls).toMatchObject([
      { dueAt: at('2026-11-22T08:00Z') },
    ]);
  });

  it('never shortens the wait for the confirming call', () => {
    const strike = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { operation: 'balances' });
    const told = given(ROOMY, strike).when(failed('2026-11-23T08:21Z', 'TECHNICAL', 60));

    expect(told.consent.confirming?.dueAt).toBe(at('2026-11-23T08:51Z'));
  });
});

describe('what is counted', () => {
  it.each([
    ['UNKNOWN', 'unclassified'],
    ['CREDENTIAL', 'credential-failed'],
    ['RATE_LIMIT.CLIENT_QUOTA', 'client-quota-used-up'],
    ['REQUEST', 'given-up'],
  ] as const)('%s: %s', (category, note) => {
    expect(given(ROOMY).when(answer('2026-11-22T08:00Z', category)).notes).toContain(note);
  });
});
