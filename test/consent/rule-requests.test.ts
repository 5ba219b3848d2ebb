/** Rules 9 and 10, sentence by sentence: payments, and the end that every request has. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import {
  answer,
  at,
  given,
  granted,
  itsTimer,
  type Step,
  when,
  withdrawn,
} from '../support/story.ts';

const ROOMY = granted('2026-11-01T10:00Z', { bank: { unattendedCallsPerDayMax: 99 } });

describe('rule 9: the hour of a payment', () => {
  const transfer = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'NO_RESPONSE', {
      provider: 'hamsterbank',
      operation: 'transfer',
      instructionId: 'i-1',
      ...more,
    });
  const FIRST = transfer('2026-11-22T10:00Z');

  it('is over at its last moment', () => {
    const told = given(FIRST).when(transfer('2026-11-22T10:30Z', { retryAfterSeconds: 1_800 }));

    expect(told.consent.calls).toEqual([]);
  });

  it('begins with the first attempt, whatever follows', () => {
    const told = given(FIRST).when(transfer('2026-11-22T10:31Z', { retryAfterSeconds: 600 }));

    expect(told.consent.calls).toMatchObject([{ notAfter: at('2026-11-22T11:00Z') }]);
  });

  it('begins with the first attempt, also if that is heard of last', () => {
    const told = given(FIRST).when(transfer('2026-11-22T09:50Z'));

    expect(told.consent.transfers).toMatchObject([{ firstAttemptAt: at('2026-11-22T09:50Z') }]);
  });

  it('sees no request after it, neither the first nor another', () => {
    const late = given(FIRST).when(itsTimer('2026-11-22T11:00Z'));
    const unanswered = given(FIRST, itsTimer());

    expect(late.requests).toEqual([]);
    expect(late.notes).toContain('given-up');
    expect(unanswered.when(itsTimer()).requests).toEqual([]);
    expect(unanswered.when(itsTimer()).consent.calls).toEqual([]);
    expect(given(FIRST).when(itsTimer()).consent.timer?.dueAt).toBe(at('2026-11-22T11:00Z'));
  });

  it('is each instruction’s own', () => {
    const told = given(FIRST).when(transfer('2026-11-22T10:05Z', { instructionId: 'i-2' }));

    expect(told.consent.calls).toHaveLength(2);
  });

  it('is of no use to an attended transfer, whose outcome is asked for instead', () => {
    const told = when(transfer('2026-11-22T10:00Z', { attended: true }));

    expect(told.consent.calls).toMatchObject([
      { call: { operation: 'transfer-state', instructionId: 'i-1' } },
    ]);
  });
});

describe('rule 9: asking how a transfer stands', () => {
  const lost = (time: string) =>
    answer(time, 'NO_RESPONSE', { operation: 'transfer', instructionId: 'i-1' });

  it('waits for the step of the ladder, and is done once', () => {
    const first = when(lost('2026-11-22T10:00Z'));
    const second = given(lost('2026-11-22T10:00Z')).when(lost('2026-11-22T10:10Z'));

    expect(first.requests).toEqual([]);
    expect(first.consent.timer?.dueAt).toBe(at('2026-11-22T10:30Z'));
    expect(second.consent.calls).toHaveLength(1);
    expect(second.consent.timer?.dueAt).toBe(at('2026-11-22T10:30Z'));
  });

  it.each<Category>(['REQUEST', 'BANK.TRANSFER_DENIED'])('is not done after %s', (category) => {
    const told = when(
      answer('2026-11-22T10:00Z', category, { operation: 'transfer', instructionId: 'i-1' }),
    );

    expect(told.consent.calls).toEqual([]);
  });

  it('is no payment made: a duplicate is one where payments are idempotent only', () => {
    const told = given(lost('2026-11-22T10:00Z')).when(
      answer('2026-11-22T10:01Z', 'BANK.TRANSFER_DENIED.DUPLICATE', {
        operation: 'transfer',
        instructionId: 'i-1',
      }),
    );

    expect(told.notes).not.toContain('payment-known');
    expect(told.consent.status).toBe('received');
  });

  it('is not taken for made by a duplicate of another instruction', () => {
    const payment = { provider: 'hamsterbank', operation: 'transfer' } as const;
    const told = given(
      answer('2026-11-22T10:00Z', 'NO_RESPONSE', { ...payment, instructionId: 'i-1' }),
    ).when(
      answer('2026-11-22T10:01Z', 'BANK.TRANSFER_DENIED.DUPLICATE', {
        ...payment,
        instructionId: 'i-2',
      }),
    );

    expect(told.notes).not.toContain('payment-known');
  });
});

describe('rule 9: transfer tokens', () => {
  const state = (time: string, transferToken: string) =>
    answer(time, 'OK', { operation: 'transfer-state', instructionId: 'i-1', transferToken });

  it('give way to newer ones, and go with the consent', () => {
    const newer = given(ROOMY, state('2026-11-22T10:00Z', 'one')).when(
      state('2026-11-22T10:05Z', 'two'),
    );
    const ended = given(ROOMY, state('2026-11-22T10:00Z', 'one')).when(
      withdrawn('2026-11-22T11:00Z', 'tpp'),
    );

    expect(newer.consent.transfers[0]?.token?.reveal()).toBe('two');
    expect(ended.consent.transfers).toEqual([]);
  });
});

describe('rule 10: how long a request may be acted upon', () => {
  const FAILED = answer('2026-11-22T10:00Z', 'TECHNICAL', { operation: 'balances' });

  it.each([
    ['10:40', '2026-11-23T06:30Z'],
    ['11:15', '2026-11-23T06:30Z'],
    ['11:30', '2026-11-23T06:30Z'],
    ['11:31', '2026-11-23T07:31Z'],
  ])('20 hours from when it was due, or from %s, if that is over an hour late', (time, end) => {
    const told = given(ROOMY, FAILED).when(itsTimer(`2026-11-22T${time}Z`));

    expect(told.requests).toMatchObject([{ notAfter: at(end) }]);
  });

  it('is counted when nobody has answered for a day', () => {
    expect(given(ROOMY, FAILED, itsTimer()).when(itsTimer()).notes).toContain('unanswered');
  });

  it('is sent four times again once it has been answered', () => {
    const silent: readonly Step[] = [itsTimer(), itsTimer(), itsTimer()];
    const failedAgain = answer('2026-11-25T08:00Z', 'TECHNICAL', { operation: 'balances' });
    const told = given(ROOMY, FAILED, ...silent, failedAgain, ...silent).when(itsTimer());

    expect(told.requests).toHaveLength(1);
    expect(told.notices).toEqual([]);
  });
});

describe('rule 10: an attempt and its time', () => {
  const failed = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'TECHNICAL', { operation: 'balances', ...more });

  it('counts from the very moment it was due', () => {
    const told = given(ROOMY, failed('2026-11-22T10:00Z')).when(failed('2026-11-22T10:30Z'));

    expect(told.consent.calls).toMatchObject([{ step: 2 }]);
  });

  it('does not count before, but what the bank says of the time does', () => {
    const told = given(ROOMY, failed('2026-11-22T10:00Z')).when(
      failed('2026-11-22T10:10Z', { retryAfterSeconds: 3_600 }),
    );

    expect(told.consent.calls).toMatchObject([{ step: 1, dueAt: at('2026-11-22T11:10Z') }]);
  });

  it('does not use up the one repetition before its time', () => {
    const user = (time: string) => answer(time, 'USER', { operation: 'balances' });
    const told = given(ROOMY, user('2026-11-22T10:00Z')).when(user('2026-11-22T10:10Z'));

    expect(told.consent.calls).toMatchObject([{ dueAt: at('2026-11-23T10:00Z') }]);
  });

  it('is not undone by an older success', () => {
    const told = given(ROOMY, failed('2026-11-22T10:00Z')).when(
      answer('2026-11-22T09:59Z', 'OK', { operation: 'balances' }),
    );

    expect(told.consent.calls).toHaveLength(1);
  });
});

describe('rule 10: seven days without a success', () => {
  const failed = (time: string) => answer(time, 'REQUEST');
  const asks = (...steps: readonly Step[]) =>
    given(ROOMY, ...steps)
      .when(failed('2026-11-29T10:00Z'))
      .notice('consent.action-required')?.action;

  it('begin with the earliest failure, whenever that is heard of', () => {
    expect(asks(failed('2026-11-25T10:00Z'), failed('2026-11-22T10:00Z'))).toBe('NO_SUCCESS');
    expect(asks(failed('2026-11-22T10:00Z'), answer('2026-11-21T10:00Z', 'OK'))).toBe('NO_SUCCESS');
  });

  it('do not begin before the last success', () => {
    expect(asks(answer('2026-11-25T10:00Z', 'OK'), failed('2026-11-22T10:00Z'))).toBeUndefined();
  });

  it('begin with a strike too', () => {
    expect(asks(answer('2026-11-22T10:00Z', 'CONSENT.EXPIRED'))).toBe('NO_SUCCESS');
  });
});

describe('rule 10: the 32 calls that wait', () => {
  const provider = 'hamsterbank';
  const fill = Array.from({ length: 32 }, (_, n) =>
    answer('2026-11-22T10:01Z', 'BANK.TECHNICAL', {
      provider,
      operation: 'transactions',
      parameters: { n },
    }),
  );
  const operations = (first: Step) =>
    given(granted('2026-11-01T10:00Z', { provider }), first, ...fill.slice(0, -1))
      .when(fill.at(-1) as Step)
      .consent.calls.map(({ call }) => call.operation);

  it('do not lose a payment or the fetching of accounts to others', () => {
    const payment = answer('2026-11-22T10:00Z', 'NO_RESPONSE', {
      provider,
      operation: 'transfer',
      instructionId: 'i-1',
    });
    const gone = answer('2026-11-22T10:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
      provider,
      operation: 'accounts',
    });

    expect(operations(payment)).toContain('transfer');
    expect(operations(gone)).toContain('accounts');
  });

  it('are different by operation, account, parameters and instruction, by nothing else', () => {
    const calls = [
      { operation: 'transactions' },
      { operation: 'balances' },
      { operation: 'balances', accountId: 'a' },
      { operation: 'balances', accountId: 'a', parameters: { from: 1, to: 2 } },
      { operation: 'balances', accountId: 'a', parameters: { from: 1, to: 3 } },
      { operation: 'transfer-state', instructionId: 'i-1' },
      { operation: 'transfer-state', instructionId: 'i-2' },
      { operation: 'balances', accountId: 'a', parameters: { to: 2, from: 1 } },
    ].map((call) => answer('2026-11-22T10:00Z', 'TECHNICAL', call));
    const told = given(ROOMY, ...calls.slice(0, -1)).when(calls.at(-1) as Step);

    expect(told.consent.calls).toHaveLength(7);
  });
});
