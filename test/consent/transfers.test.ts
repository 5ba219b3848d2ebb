/** What is kept of payments, and for how long it counts. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, when } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { provider: 'hamsterbank' });

function state(time: string, transferToken?: string, instructionId = 'i-1') {
  return answer(time, 'OK', {
    provider: 'hamsterbank',
    operation: 'transfer-state',
    instructionId,
    ...(transferToken !== undefined && { transferToken }),
  });
}

function paid(time: string, instructionId = 'i-1', category: 'OK' | 'TECHNICAL' = 'OK') {
  const call = { provider: 'hamsterbank', operation: 'transfer', instructionId } as const;
  return answer(time, category, call);
}

describe('a payment that is known (rule 9)', () => {
  it('was attempted, or brought a token: a look at its state alone makes none', () => {
    expect(given(GRANTED).when(state('2026-11-22T10:00Z')).consent.transfers).toEqual([]);
    expect(when(paid('2026-11-22T10:00Z')).consent.transfers).toHaveLength(1);
    expect(when(state('2026-11-22T10:00Z', 'x')).consent.transfers).toHaveLength(1);
  });

  it('is one, however often it is heard of, and counts as the latest', () => {
    const told = given(paid('2026-11-22T10:00Z'), paid('2026-11-22T10:01Z', 'i-2')).when(
      paid('2026-11-22T10:02Z'),
    );

    expect(told.consent.transfers.map(({ instructionId }) => instructionId)).toEqual([
      'i-2',
      'i-1',
    ]);
  });

  it.each([
    ['2026-11-22T10:00Z', '2026-11-22T10:01Z'],
    ['2026-11-22T10:01Z', '2026-11-22T10:00Z'],
  ])('was first attempted when its earliest answer came, here of %s and %s', (one, other) => {
    const told = given(paid(one)).when(paid(other));

    expect(told.consent.transfers[0]?.firstAttemptAt).toBe(at('2026-11-22T10:00Z'));
  });

  it.each([
    ['a later one', '2026-11-22T10:01Z', 'new', 'new'],
    ['one of the same instant', '2026-11-22T10:00Z', 'new', 'new'],
    ['an earlier one', '2026-11-22T09:59Z', 'new', 'old'],
    ['none', '2026-11-22T10:01Z', undefined, 'old'],
  ])('has the token that the bank sent last: after %s', (_, time, token, kept) => {
    const told = given(state('2026-11-22T10:00Z', 'old')).when(state(time, token));

    expect(told.consent.transfers.map((one) => one.token?.reveal())).toEqual([kept]);
  });

  it('keeps its token where another attempt brings none', () => {
    const told = given(state('2026-11-22T10:00Z', 'old')).when(paid('2026-11-22T10:01Z'));

    expect(told.consent.transfers.map((one) => one.token?.reveal())).toEqual(['old']);
  });

  it('ends an hour after its own first attempt, not after another one’s', () => {
    const told = given(GRANTED, paid('2026-11-22T09:30Z', 'i-2')).when(
      paid('2026-11-22T10:00Z', 'i-1', 'TECHNICAL'),
    );

    expect(told.consent.calls).toMatchObject([{ notAfter: at('2026-11-22T11:00Z') }]);
  });

  it('is not another one: its duplicate is refused as the bank says', () => {
    const duplicate = answer('2026-11-22T10:01Z', 'BANK.TRANSFER_DENIED.DUPLICATE', {
      provider: 'hamsterbank',
      operation: 'transfer',
      instructionId: 'i-2',
    });

    expect(given(paid('2026-11-22T10:00Z')).when(duplicate).notes).not.toContain('payment-known');
  });
});

describe('of nine payments (rule 9)', () => {
  const many = (from: number, to: number, category: 'OK' | 'TECHNICAL') =>
    Array.from({ length: to - from + 1 }, (_, n) =>
      paid(`2026-11-22T08:0${from + n - 1}Z`, `i-${from + n}`, category),
    );
  const known = ({ consent }: ReturnType<typeof when>) =>
    consent.transfers.map(({ instructionId }) => instructionId);

  it('the oldest is forgotten', () => {
    const told = given(GRANTED, ...many(1, 8, 'OK')).when(paid('2026-11-22T08:10Z', 'i-9'));

    expect(known(told)).toEqual(['i-2', 'i-3', 'i-4', 'i-5', 'i-6', 'i-7', 'i-8', 'i-9']);
  });

  it('the oldest that nothing waits for is forgotten, and of eight none is', () => {
    const waiting = [GRANTED, ...many(1, 2, 'TECHNICAL'), ...many(3, 7, 'OK')];
    const eighth = paid('2026-11-22T08:09Z', 'i-8');
    const ninth = paid('2026-11-22T08:10Z', 'i-9');

    expect(known(given(...waiting).when(eighth))).toHaveLength(8);
    expect(known(given(...waiting, eighth).when(ninth))).toEqual([
      'i-1',
      'i-2',
      'i-4',
      'i-5',
      'i-6',
      'i-7',
      'i-8',
      'i-9',
    ]);
  });

  it('the oldest is forgotten where all of them wait', () => {
    const told = given(GRANTED, ...many(1, 8, 'TECHNICAL')).when(
      paid('2026-11-22T08:10Z', 'i-9', 'TECHNICAL'),
    );

    expect(known(told)).toEqual(['i-2', 'i-3', 'i-4', 'i-5', 'i-6', 'i-7', 'i-8', 'i-9']);
  });

  it.each([
    ['wait for nothing', 'OK'],
    ['wait too', 'TECHNICAL'],
  ] as const)('the first keeps its hour where the others %s', (_, others) => {
    const first = paid('2026-11-22T08:00Z', 'i-1', 'TECHNICAL');
    const again = answer('2026-11-22T08:30Z', 'TECHNICAL', {
      provider: 'hamsterbank',
      operation: 'transfer',
      instructionId: 'i-1',
      retryAfterSeconds: 1_500,
    });
    const told = given(GRANTED, first, ...many(2, 9, others)).when(again);

    const { calls } = told.consent;
    expect(calls.find(({ call }) => call.instructionId === 'i-1')).toMatchObject({
      dueAt: at('2026-11-22T08:55Z'),
      notAfter: at('2026-11-22T09:00Z'),
    });
  });
});
