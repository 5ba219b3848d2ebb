/** The reactions: what becomes of a call by the category of its answer. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import { answer, at, given, granted, itsTimer, type Step, when } from '../support/story.ts';

const roomy = granted('2026-11-01T10:00Z', { bank: { unattendedCallsPerDayMax: 99 } });
const MINUTE = 60_000;

/** The waits (minutes) that one call goes through when it is always answered the same. */
function waitsOf(category: Category, more: Parameters<typeof answer>[2] = {}, turns = 9): number[] {
  let history: Step[] = [{ ...roomy, provider: more.provider ?? roomy.provider }];
  const waits: number[] = [];
  let time = at('2026-11-02T10:00Z');
  for (let turn = 0; turn < turns; turn += 1) {
    const event = answer(new Date(time).toISOString(), category, {
      operation: 'balances',
      ...more,
    });
    const { consent } = given(...history).when(event);
    const due = consent.calls[0]?.dueAt;
    if (due === undefined) return waits;
    waits.push((due - time) / MINUTE);
    history = [...history, event, itsTimer()];
    time = Math.max(due, time) + MINUTE;
  }
  return waits;
}

describe('the reactions', () => {
  it.each([
    'BANK.API_TIMEOUT',
    'BANK.TECHNICAL',
    'BANK',
    'TECHNICAL',
    'MAINTENANCE',
    'MAINTENANCE.BANK',
    'MAINTENANCE.XS2A',
    'NO_RESPONSE',
    'UNKNOWN',
    'RATE_LIMIT',
  ] as const)('%s climbs the ladder and is given up', (category) => {
    expect(waitsOf(category)).toEqual([30, 60, 120, 240, 480, 960]);
  });

  it('500 is tried three times in all at hamsterbank', () => {
    expect(waitsOf('TECHNICAL', { provider: 'hamsterbank' })).toEqual([30, 60]);
    expect(waitsOf('BANK.TECHNICAL', { provider: 'hamsterbank' })).toHaveLength(6);
  });

  it('CREDENTIAL repeats the last step without end', () => {
    expect(waitsOf('CREDENTIAL')).toEqual([30, 60, 120, 240, 480, 960, 960, 960, 960]);
  });

  it('CREDENTIAL.ACCESS_TOKEN goes again at once, and if refused once more climbs as CREDENTIAL', () => {
    expect(waitsOf('CREDENTIAL.ACCESS_TOKEN')).toEqual([0, 30, 60, 120, 240, 480, 960, 960, 960]);
  });

  it.each([
    'USER',
    'USER.SESSION.DUPLICATE',
    'NOT_SUPPORTED',
    'USER.ACCESS_DENIED',
    'USER.ACCESS_DENIED.CREDENTIALS',
    'USER.CONFIGURATION.ACCOUNT',
  ] as const)('%s is repeated once after a day', (category) => {
    expect(waitsOf(category)).toEqual([1_440]);
  });

  it.each([
    'USER.ABORTED',
    'USER.SESSION',
    'USER.SESSION.TIMEOUT',
    'NOT_SUPPORTED.*',
    'NOT_SUPPORTED.BUSINESS_ACCOUNT',
    'REQUEST',
    'USER.TRANSFER_DENIED.INSUFFICIENT_FUNDS',
    'BANK.TRANSFER_DENIED',
    'CONSENT.PERMISSION_DENIED',
  ] as const)('%s is given up at once', (category) => {
    expect(waitsOf(category)).toEqual([]);
  });

  it.each([
    ['USER.ACCESS_DENIED.BLOCKED', 2],
    ['USER.CONFIGURATION', 2],
    ['CONSENT.PERMISSION_DENIED', 1],
  ] as const)('%s asks for a person once, at report %i', (category, reports) => {
    const story: Step[] = [];
    for (let day = 1; day <= reports; day += 1)
      story.push(answer(`2026-11-0${day}T10:00Z`, category));
    const last = story.at(-1) as Step;

    expect(
      given(...story.slice(0, -1))
        .when(last)
        .notice('consent.action-required')?.action,
    ).toBe(category);
    expect(given(...story).when(answer('2026-11-05T10:00Z', category)).notices).toEqual([]);
  });

  it('a locked account at hamsterbank is not repeated', () => {
    expect(waitsOf('USER.ACCESS_DENIED.BLOCKED', { provider: 'hamsterbank' })).toEqual([]);
  });

  it('the monthly quota waits for the first of the next month, spread over six hours', () => {
    const told = when(
      answer('2026-11-22T10:00Z', 'RATE_LIMIT.CLIENT_QUOTA', { provider: 'hamsterbank' }),
    );
    const hinted = when(
      answer('2026-11-22T10:00Z', 'RATE_LIMIT.CLIENT_QUOTA', { retryAfterSeconds: 5 * 86_400 }),
    );

    const due = told.consent.timer?.dueAt ?? 0;
    expect(due).toBeGreaterThanOrEqual(at('2026-12-01T00:00Z'));
    expect(due).toBeLessThanOrEqual(at('2026-12-01T06:00Z'));
    expect(hinted.consent.timer?.dueAt).toBe(at('2026-11-27T10:00Z'));
  });

  it('Retry-After takes the place of a step, and is cut at a day', () => {
    expect(waitsOf('RATE_LIMIT', { retryAfterSeconds: 90 }, 1)).toEqual([1.5]);
    expect(waitsOf('RATE_LIMIT', { retryAfterSeconds: 9 * 86_400 }, 1)).toEqual([1_440]);
  });

  it('NOT_AUTHORISED leaves a consent received until a grant or success is heard of; then it is a strike', () => {
    const before = when(
      answer('2026-11-22T10:00Z', 'CONSENT.NOT_AUTHORISED', { provider: 'hamsterbank' }),
    );
    const after = given(roomy).when(answer('2026-11-22T10:00Z', 'CONSENT.NOT_AUTHORISED'));

    expect(before.consent).toMatchObject({ status: 'received', calls: [], strikes: [] });
    expect(after.consent.status).toBe('suspect');
  });
});
