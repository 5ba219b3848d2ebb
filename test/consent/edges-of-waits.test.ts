/** How long a call waits and when it is given up, by instants and numbers: rules 7 to 11. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { ACCOUNTS_CALL, callKey } from '../../shared/consent/waiting.ts';
import { type Answer, answer, at, given, granted, itsTimer } from '../support/story.ts';

const START = at('2026-11-22T10:00Z');
// Its bank sets no daily maximum.
const GRANTED = granted('2026-11-01T10:00Z', { provider: 'hamsterbank' });
const BALANCES = { provider: 'hamsterbank', operation: 'balances' } as const;
const PAYMENT = { provider: 'hamsterbank', operation: 'transfer', instructionId: 'i-1' } as const;

function past(minutes: number): string {
  return new Date(START + minutes * MINUTE).toISOString();
}

function failed(minutes: number, more: Answer = {}, category: Category = 'BANK.TECHNICAL') {
  return answer(past(minutes), category, { ...BALANCES, ...more });
}

describe('a call that waits', () => {
  it('begins at the first step, with nothing used up', () => {
    const { consent } = given(GRANTED).when(failed(0));

    expect(consent.calls).toStrictEqual([
      {
        ...{ key: 'balances|||', call: { operation: 'balances', attended: false } },
        ...{ reason: 'retry', failedAt: START, dueAt: START + 30 * MINUTE, step: 1 },
        ...{ repeated: false, refreshed: false, awaitsAccounts: false, attempts: 0, sendings: 0 },
      },
    ]);
  });

  it.each([
    ['TECHNICAL', []],
    ['UNKNOWN', ['unclassified']],
    ['CREDENTIAL', ['credential-failed']],
    ['CONSENT.LIMIT_EXCEEDED', ['limit-wait']],
    ['RATE_LIMIT.CLIENT_QUOTA', ['client-quota-used-up']],
  ] as const)('is counted by its cause: %s', (category, notes) => {
    expect(given(GRANTED).when(failed(0, {}, category)).notes).toEqual(notes);
  });

  it.each([
    ['CONSENT.LIMIT_EXCEEDED', 'limit-over'],
    ['RATE_LIMIT.CLIENT_QUOTA', 'limit-over'],
    ['USER', 'retry'],
    ['CREDENTIAL.ACCESS_TOKEN', 'retry'],
  ] as const)('says after %s that it waits for %s', (category, reason) => {
    const more = category === 'CREDENTIAL.ACCESS_TOKEN' ? { now: past(-1) } : {};

    expect(given(GRANTED).when(failed(0, more, category)).consent.calls).toMatchObject([
      { reason },
    ]);
  });

  it('waits for the next month at a time of the consent’s own, within six hours', () => {
    const { consent } = given(GRANTED).when(failed(0, {}, 'RATE_LIMIT.CLIENT_QUOTA'));

    const hours = ((consent.calls[0]?.dueAt ?? 0) - at('2026-12-01T00:00Z')) / HOUR;
    expect(hours).toBeGreaterThan(1);
    expect(hours).toBeLessThan(6);
  });

  it.each([
    ['an hour at least', 60, 60],
    ['as long as the bank says', 2 * 3_600, 120],
  ])('of a quota waits %s where the bank says when', (_, retryAfterSeconds, minutes) => {
    const quota = failed(0, { retryAfterSeconds }, 'RATE_LIMIT.CLIENT_QUOTA');

    expect(given(GRANTED).when(quota).consent.calls).toMatchObject([
      { dueAt: START + minutes * MINUTE },
    ]);
  });
});

describe('rule 10: an attempt before its time', () => {
  it.each([
    ['moves the date where the bank says a later one', 3_600, 70],
    ['leaves the date where the bank says an earlier one', 60, 30],
  ])('%s', (_, retryAfterSeconds, due) => {
    const told = given(GRANTED, failed(0)).when(failed(10, { retryAfterSeconds }));

    expect(told.consent.calls).toMatchObject([
      { step: 1, reason: 'retry', dueAt: START + due * MINUTE },
    ]);
  });

  it('leaves a repetition to its day', () => {
    const told = given(GRANTED, failed(0, {}, 'USER')).when(failed(10, {}, 'USER'));

    expect(told.consent.calls).toMatchObject([{ dueAt: START + 24 * HOUR }]);
  });

  it('is one that names another request, and none that comes between due date and request', () => {
    const other = given(GRANTED, failed(0)).when(failed(10, { requestId: 'other' }));
    const late = given(GRANTED, failed(0), itsTimer(past(60))).when(failed(45, { now: past(61) }));

    expect(other.consent.calls).toMatchObject([{ step: 1 }]);
    expect(late.consent.calls).toMatchObject([{ step: 2 }]);
  });
});

describe('rule 5: a confirming call that fails', () => {
  it('is not made again at once, though the bank says so', () => {
    const told = given(answer(past(0), 'CONSENT'), itsTimer()).when((consent) =>
      answer(past(24 * 60 + 21), 'TECHNICAL', {
        retryAfterSeconds: 1,
        requestId: consent.confirming?.request?.id ?? '',
      }),
    );

    expect(told.consent.confirming?.dueAt).toBe(START + (24 * 60 + 51) * MINUTE);
  });
});

describe('rule 10: a request', () => {
  it.each([
    ['of an hour late lives from when it was due', 90, 30],
    ['of more than an hour late lives from now', 91, 91],
  ])('%s', (_, sent, from) => {
    const told = given(GRANTED, failed(0)).when(itsTimer(past(sent)));

    expect(told.requests).toMatchObject([{ notAfter: START + from * MINUTE + 20 * HOUR }]);
  });

  it('is made at once by our own clock, though the producer’s is ahead', () => {
    const told = given(GRANTED).when(failed(10, { now: past(0) }, 'CREDENTIAL.ACCESS_TOKEN'));

    expect(told.requests).toHaveLength(1);
  });

  it('that nobody answers for a day is counted', () => {
    expect(given(GRANTED, failed(0), itsTimer()).when(itsTimer()).notes).toEqual(['unanswered']);
  });
});

describe('rule 9: a payment', () => {
  it.each([
    ['waits for a time within its hour', 3_599, 1],
    ['does not wait for the end of its hour', 3_600, 0],
  ])('%s', (_, retryAfterSeconds, waiting) => {
    const told = given(GRANTED).when(failed(0, { ...PAYMENT, retryAfterSeconds }));

    expect(told.consent.calls).toHaveLength(waiting);
  });

  it.each([
    ['is requested just before its hour is over, for what is left of it', 59, 1, []],
    ['is given up when its hour is over', 60, 0, ['given-up']],
  ])('%s', (_, minute, requested, notes) => {
    const told = given(GRANTED, failed(0, PAYMENT)).when(itsTimer(past(minute)));

    expect(told.requests).toHaveLength(requested);
    expect(told.requests.map(({ notAfter }) => notAfter)).toEqual(
      Array.from({ length: requested }, () => START + HOUR),
    );
    expect(told.notes).toEqual(notes);
  });

  it('is looked at again when its hour is over, not a day later', () => {
    const told = given(GRANTED, failed(0, PAYMENT)).when(itsTimer());

    expect(told.consent.timer?.dueAt).toBe(START + HOUR);
  });

  it.each([
    [{}, {}],
    [{ accountId: 'a' }, { accountId: 'a' }],
  ])('of which nobody knows is asked for once, half an hour later: %j', (account, named) => {
    const unsafe = { provider: 'klarna-xs2a', operation: 'transfer', ...account } as const;
    const told = given(failed(0, unsafe)).when(failed(10, unsafe));

    expect(told.consent.calls).toMatchObject([{ reason: 'retry', dueAt: START + 30 * MINUTE }]);
    expect(told.consent.calls[0]?.call).toStrictEqual({
      operation: 'transfer-state',
      ...named,
      attended: false,
    });
  });
});

describe('rule 10: the 33rd call that waits', () => {
  const others = (count: number) =>
    Array.from({ length: count }, (_, n) => failed(1, { operation: `operation-${n}` }));

  it('displaces the oldest, but no payment', () => {
    const told = given(GRANTED, failed(0, PAYMENT), ...others(31)).when(failed(2));

    expect(told.notes).toEqual(['displaced']);
    expect(told.consent.calls.map(({ call }) => call.operation).slice(0, 2)).toEqual([
      'transfer',
      'operation-1',
    ]);
  });

  it('displaces no list that is being fetched, but the call that waits for it', () => {
    const gone = failed(0, { accountId: 'a' }, 'CONSENT.RESOURCE_NOT_GRANTED');
    const told = given(GRANTED, gone, ...others(30)).when(failed(2));

    expect(told.consent.calls.map(({ call }) => call.operation).slice(0, 2)).toEqual([
      'accounts',
      'operation-0',
    ]);
  });
});

describe('rule 11: accounts that are gone', () => {
  const gone = (minutes: number, more: Answer) =>
    failed(minutes, more, 'CONSENT.RESOURCE_NOT_GRANTED');

  it('are purged once for all the calls that the list is fetched for', () => {
    const told = given(GRANTED, gone(0, { accountId: 'a' })).when(gone(1, { accountId: 'b' }));

    expect(told.notices).toEqual([]);
    expect(told.consent.accountsRefused).toBe(0);
  });

  it('are given up with their calls when the list is refused again', () => {
    const list = { operation: 'accounts' };
    const once = given(GRANTED).when(gone(0, list));
    const twice = given(GRANTED, gone(0, list)).when(gone(1, list));

    expect(once.consent.calls).toMatchObject([{ reason: 'fresh-accounts' }]);
    expect(twice.consent.calls).toEqual([]);
    expect(twice.notice('consent.action-required')?.action).toBe('CONSENT.RESOURCE_NOT_GRANTED');
  });

  it('and their list given up, leave the calls that wait for something else', () => {
    const told = given(GRANTED, failed(-5), gone(0, { accountId: 'a' })).when(
      failed(1, { operation: 'accounts' }, 'REQUEST'),
    );

    expect(told.consent.calls.map(({ key }) => key)).toEqual(['balances|||']);
  });

  it('ask for a person where the policy says so, and for none where it does not', () => {
    const again = (category: Category) =>
      given(GRANTED, failed(0, {}, category), itsTimer()).when(failed(24 * 60, {}, category));

    expect(again('USER').notices).toEqual([]);
    expect(again('USER.CONFIGURATION').notice('consent.action-required')?.action).toBe(
      'USER.CONFIGURATION',
    );
  });
});

describe('the key of a call', () => {
  const keyOf = (parameters?: Readonly<Record<string, unknown>>) =>
    callKey({ ...ACCOUNTS_CALL, ...(parameters && { parameters }) });

  it('is the same however the parameters are ordered', () => {
    expect(keyOf({ a: 1, b: { c: [1, null], d: 'x' }, e: 2 })).toBe(
      keyOf({ e: 2, b: { d: 'x', c: [1, null] }, a: 1 }),
    );
  });

  it('tells calls apart by all that they ask', () => {
    const asked = [
      undefined,
      {},
      { a: 1 },
      { a: '1' },
      { a: null },
      { a: [] },
      { a: {} },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: [12] },
      { a: 1, b: 2 },
      { a: { b: 2 } },
      { b: 1 },
    ];

    expect(new Set(asked.map(keyOf)).size).toBe(asked.length);
    expect(keyOf()).toBe('accounts|||');
  });

  it('is stored, so it stays as it is', () => {
    const call = { operation: 'balances', accountId: 'a', instructionId: 'i', attended: true };

    expect(callKey({ ...call, parameters: { page: 1 } })).toBe('balances|a|i|fgszy1.khza1g');
  });
});
