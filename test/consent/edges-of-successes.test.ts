/** What a success ends and what it leaves, by instants: rules 1, 5, 6, 10 and 11. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/consent/instant.ts';
import { type Answer, answer, at, given, granted, itsTimer, type Step } from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

function past(minutes: number): string {
  return new Date(START + minutes * MINUTE).toISOString();
}

function ok(minutes: number, more: Answer = {}) {
  return answer(past(minutes), 'OK', { operation: 'balances', ...more });
}

function failed(minutes: number, more: Answer = {}) {
  return answer(past(minutes), 'TECHNICAL', { operation: 'balances', ...more });
}

/** The account is gone: the list is fetched, and the call waits for it. */
function gone(minutes: number, accountId: string, more: Answer = {}) {
  const call = { operation: 'balances', accountId, ...more };
  return answer(past(minutes), 'CONSENT.RESOURCE_NOT_GRANTED', call);
}

function waitsAfter(...steps: readonly [Step, ...Step[]]) {
  const { consent } = given(...steps.slice(0, -1)).when(steps.at(-1) ?? steps[0]);
  return consent.calls.map(({ key, reason, dueAt, failedAt }) => ({
    call: key.replaceAll('|', ' ').trim(),
    reason,
    due: (dueAt - START) / MINUTE,
    failed: (failedAt - START) / MINUTE,
  }));
}

describe('rule 1: a success without a new token', () => {
  const XS2A = granted('2026-11-01T10:00Z', { token: 't0', provider: 'klarna-xs2a' });

  it.each([
    ['where tokens rotate', GRANTED, {}, true],
    ['but not one that brings a token', GRANTED, { token: 't1' }, false],
    ['but not where tokens do not rotate', XS2A, { provider: 'klarna-xs2a' }, false],
    ['but not where none was held', granted('2026-11-01T10:00Z'), {}, false],
  ] as const)('is counted %s', (_, grant, more, counted) => {
    const told = given(grant).when(ok(0, more));

    expect(told.notes.includes('token-not-renewed')).toBe(counted);
    expect(told.consent.token?.renewed === false).toBe(counted);
  });
});

describe('the last success', () => {
  it('is the latest, not the last to be heard of', () => {
    const { consent } = given(GRANTED, ok(10)).when(ok(0, { operation: 'transactions' }));

    expect(consent).toMatchObject({
      lastSuccessAt: START + 10 * MINUTE,
      evidenceAt: START + 10 * MINUTE,
    });
  });

  it.each([
    ['before', -1, START],
    ['at', 0, START],
    ['after', 1, undefined],
  ])('%s validUntil tells whether the date is right (rule 6)', (_, minutes, validUntil) => {
    const until = granted('2026-11-01T10:00Z', { validUntil: past(0) });
    const told = given(until).when(ok(minutes, { now: past(-60) }));

    expect(told.consent.validUntil).toBe(validUntil);
    expect(told.consent.expiringAt).toBeUndefined();
  });

  it('ends no date that was never told', () => {
    const until = granted('2026-11-01T10:00Z', { validUntil: '2027-05-01T00:00Z' });

    expect(given(until).when(ok(0)).consent.expiringAt).toBe(at('2027-04-24T00:00Z'));
  });
});

describe('rule 10: the wait of a call', () => {
  it.each([
    ['stays after a success that is older', -1, 1],
    ['is over with a success of its own instant', 0, 0],
    ['is over with a later success', 1, 0],
  ])('%s', (_, minutes, waiting) => {
    expect(waitsAfter(GRANTED, failed(0), ok(minutes))).toHaveLength(waiting);
  });
});

describe('rule 5: a suspicion that a success ends', () => {
  const STRIKE = answer(past(0), 'CONSENT');

  it('lets go on in ten minutes what was held, and leaves what has a later date or a request', () => {
    const waits = waitsAfter(
      GRANTED,
      failed(-125, { operation: 'requested' }),
      itsTimer(past(-95)),
      failed(-31, { operation: 'held' }),
      failed(-10, { operation: 'just due' }),
      failed(-9, { operation: 'later' }),
      STRIKE,
      ok(10, { operation: 'accounts' }),
    );

    expect(waits).toEqual([
      { call: 'requested', reason: 'retry', due: -95, failed: -125 },
      { call: 'held', reason: 'resume', due: 20, failed: -31 },
      { call: 'just due', reason: 'retry', due: 20, failed: -10 },
      { call: 'later', reason: 'retry', due: 21, failed: -9 },
    ]);
  });

  it('is not over while a strike still stands', () => {
    const told = given(GRANTED, STRIKE, answer(past(60), 'CONSENT')).when(ok(30));

    expect(told.notes).toContain('strike-voided');
    expect(told.consent.strikes.map((one) => one.at)).toEqual([START + 60 * MINUTE]);
    expect(told.consent.status).toBe('suspect');
  });
});

describe('rule 11: a list of accounts', () => {
  // With parameters it is another call, and the one that waits is not its own.
  const list = (minutes: number, accounts?: readonly string[]) =>
    ok(minutes, {
      operation: 'accounts',
      parameters: { all: true },
      ...(accounts !== undefined && { accounts }),
    });
  const WAITING = [
    { call: 'accounts', reason: 'fresh-accounts', due: 0, failed: 0 },
    { call: 'balances a', reason: 'retry', due: 0, failed: 0 },
  ];

  it('is fetched for the call that missed its account', () => {
    expect(waitsAfter(GRANTED, gone(0, 'a', { now: past(-1) }))).toMatchObject([
      { call: 'accounts', reason: 'fresh-accounts' },
      { call: 'balances a', reason: 'retry' },
    ]);
  });

  it('that is older than the failure does not help', () => {
    expect(waitsAfter(GRANTED, gone(0, 'a'), list(-1, ['a']))).toEqual(WAITING);
  });

  it.each([0, 1])('that is %i minutes newer does, and no other is fetched', (minutes) => {
    expect(waitsAfter(GRANTED, gone(0, 'a'), list(minutes, ['a']))).toEqual([
      { call: 'balances a', reason: 'retry', due: minutes, failed: 0 },
    ]);
  });

  it('that does not name the account ends the call', () => {
    const told = given(GRANTED, gone(0, 'a')).when(list(1, ['b']));

    expect(told.notes).toContain('given-up');
    expect(told.consent.calls).toEqual([]);
  });

  it('that serves some is fetched again for those that failed after it, by the last of them', () => {
    const waits = waitsAfter(
      GRANTED,
      gone(0, 'a'),
      gone(20, 'b'),
      gone(30, 'c'),
      list(10, ['a', 'b', 'c']),
    );

    expect(waits).toEqual([
      { call: 'balances b', reason: 'retry', due: 20, failed: 20 },
      { call: 'balances c', reason: 'retry', due: 30, failed: 30 },
      { call: 'balances a', reason: 'retry', due: 10, failed: 0 },
      { call: 'accounts', reason: 'fresh-accounts', due: 10, failed: 30 },
    ]);
  });

  it('is cached only where there is one', () => {
    const [none, some] = [list(0), list(0, [])].map((one) => given(GRANTED).when(one).decision);

    expect(none).not.toHaveProperty('cache');
    expect(some).toMatchObject({ cache: { at: START, accounts: [] } });
  });
});
