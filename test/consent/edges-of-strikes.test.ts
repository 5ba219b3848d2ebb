/** Where a strike begins and ends to be one: the instants and the numbers themselves. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { type Answer, answer, at, given, granted, itsTimer, type when } from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

function past(ms: number): string {
  return new Date(START + ms).toISOString();
}

function refused(ms: number, category: Category = 'CONSENT.EXPIRED', more: Answer = {}) {
  return answer(past(ms), category, { used: 't0', ...more });
}

function many<One>(count: number, make: (n: number) => One): readonly One[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

describe('rule 6: the first EXPIRED past validUntil', () => {
  const UNTIL = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T08:00Z' });

  // The producer's clock is ahead: by our own the date has not come yet.
  const now = '2026-11-22T06:00Z';
  it.each([
    ['at it', UNTIL, refused(0, 'CONSENT.EXPIRED', { now, token: 't1' }), 'expired', 'bank'],
    ['before it', UNTIL, refused(-1, 'CONSENT.EXPIRED', { now }), 'suspect', undefined],
    ['but REVOKED', UNTIL, refused(0, 'CONSENT.REVOKED', { now }), 'suspect', undefined],
    ['without one', GRANTED, refused(0, 'CONSENT.EXPIRED', { now }), 'suspect', undefined],
  ])('ends the consent %s', (_, grant, strike, status, by) => {
    const { consent } = given(grant).when(strike);

    expect([consent.status, consent.end?.by]).toEqual([status, by]);
  });

  it('stays an end after a success that is older than its one strike', () => {
    const told = given(UNTIL, refused(0, 'CONSENT.EXPIRED', { now })).when(
      answer(past(-1), 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.ignored).toBe('ended');
  });

  it.each([
    ['before the date', -1],
    ['at the date', 0],
  ])('a success of %s does not take the end back', (_, ms) => {
    const told = given(UNTIL, itsTimer(), itsTimer()).when(
      answer(past(ms), 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.ignored).toBe('ended');
  });
});

describe('rule 5: errors of one half hour', () => {
  it('hold another call until the suspicion ends, and leave the confirming call alone', () => {
    const told = given(GRANTED, refused(0)).when(
      refused(5 * MINUTE, 'CONSENT.EXPIRED', { operation: 'balances' }),
    );

    const dueAt = START + 24 * HOUR + 20 * MINUTE;
    expect(told.consent.confirming).toMatchObject({ key: 'accounts|||', dueAt });
    expect(told.consent.calls).toMatchObject([
      { key: 'balances|||', reason: 'resume', dueAt: START + 5 * MINUTE },
    ]);
  });

  it('are confirmed by the call of the latest strike', () => {
    const balances = { operation: 'balances' };
    const told = given(GRANTED, refused(0, 'CONSENT')).when(refused(HOUR, 'CONSENT', balances));

    const dueAt = START + 25 * HOUR + 20 * MINUTE;
    expect(told.consent.confirming).toMatchObject({ key: 'balances|||', dueAt });
  });

  it('hold nothing where the same call was made again', () => {
    expect(given(GRANTED, refused(0)).when(refused(5 * MINUTE)).consent.calls).toEqual([]);
  });

  it.each([
    [8, [0, 1, 2, 3, 4, 5, 6, 7]],
    [9, [0, 2, 3, 4, 5, 6, 7, 8]],
  ])('are kept up to eight, the first among them: of %i', (count, kept) => {
    const errors = many(count, (n) => refused(n * MINUTE));
    const { consent } = given(GRANTED, ...errors.slice(0, -1)).when(errors.at(-1) ?? refused(0));

    expect(consent.strikes[0]?.errors.map((one) => (one.at - START) / MINUTE)).toEqual(kept);
    expect(consent.strikes[0]?.fresh).toBe(false);
  });

  it.each([
    [8, [0, 1, 2, 3, 4, 5, 6, 7]],
    [9, [0, 2, 3, 4, 5, 6, 7, 8]],
  ])(
    'make a strike each when half an hour lies between, of which eight are kept: of %i',
    (count, kept) => {
      const strikes = many(count, (n) => refused(n * 40 * MINUTE, 'CONSENT'));

      const { consent } = given(GRANTED, ...strikes.slice(0, -1)).when(
        strikes.at(-1) ?? refused(0),
      );

      expect(consent.strikes.map((one) => (one.at - START) / (40 * MINUTE))).toEqual(kept);
    },
  );

  it('count beside a success of the same instant, whichever is heard of first', () => {
    const success = answer(past(0), 'OK', { used: 't0' });

    expect(given(GRANTED, success).when(refused(0)).notes).toContain('strike');
    expect(given(GRANTED, refused(0)).when(success).consent.status).toBe('suspect');
  });

  it('take the place of a call that waited to be made', () => {
    const balances = { operation: 'balances' };
    const told = given(GRANTED, refused(0, 'TECHNICAL', balances)).when(
      refused(MINUTE, 'CONSENT.EXPIRED', balances),
    );

    expect(told.consent).toMatchObject({ calls: [], confirming: { key: 'balances|||' } });
  });

  it('are reprieved by a fresh token in the last strike only', () => {
    const told = given(GRANTED, refused(0)).when(
      refused(40 * MINUTE, 'CONSENT.EXPIRED', { token: 't1' }),
    );

    expect(told.consent.strikes.map(({ reprieved }) => reprieved)).toEqual([false, true]);
  });

  it('that stand after a late success keep the consent suspect, with a confirming call', () => {
    const told = given(GRANTED, refused(0), refused(40 * MINUTE)).when(
      answer(past(20 * MINUTE), 'OK', { used: 't0', token: 't1' }),
    );

    const dueAt = START + 40 * MINUTE + 24 * HOUR + 20 * MINUTE;
    expect(told.consent).toMatchObject({ status: 'suspect', confirming: { dueAt } });
    expect(told.consent.strikes.map((one) => one.at)).toEqual([START + 40 * MINUTE]);
  });

  it('whose first error is taken back are confirmed a day and 20 minutes after what stands', () => {
    const strike = [refused(0), refused(20 * MINUTE, 'CONSENT.EXPIRED', { used: 't1' })] as const;
    const success = answer(past(10 * MINUTE), 'OK', { used: 't0', token: 't1' });
    const told = given(GRANTED, ...strike).when(success);
    const requested = given(GRANTED, ...strike, itsTimer()).when(success);

    const dueAt = START + 24 * HOUR + 20 * MINUTE;
    expect(told.consent).toMatchObject({
      status: 'suspect',
      confirming: { dueAt: dueAt + 20 * MINUTE },
    });
    expect(requested.consent.confirming).toMatchObject({ dueAt, request: { sentAt: dueAt } });
  });

  it('that are all void leave nothing to confirm', () => {
    const told = given(GRANTED, refused(0), refused(40 * MINUTE)).when(
      answer(past(HOUR), 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
    expect(told.consent.confirming).toBeUndefined();
  });

  it('stand where the success is older than all of them: the end stays', () => {
    const told = given(GRANTED, refused(0), refused(40 * MINUTE)).when(
      answer(past(-MINUTE), 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.ignored).toBe('ended');
  });
});

describe('rule 4: races', () => {
  const ROTATED = [GRANTED, answer(past(-HOUR), 'OK', { used: 't0', token: 't1' })] as const;
  const lost = (n: number, operation = 'balances') =>
    refused(n * MINUTE, 'CONSENT.EXPIRED', { operation });
  const racesOf = (told: ReturnType<typeof when>) =>
    told.consent.races.map(({ key, lost: times }) => [key.split('|')[0], times]);

  it('are counted for each call by itself', () => {
    const told = given(...ROTATED, lost(1), lost(2), lost(3)).when(lost(4, 'transactions'));

    expect(told.notes).toEqual(['race-lost']);
    expect(racesOf(told)).toEqual([
      ['balances', 3],
      ['transactions', 1],
    ]);
  });

  it.each(['OK', 'TECHNICAL'] as const)(
    'are over for a call that is answered with %s',
    (category) => {
      const told = given(...ROTATED, lost(1), lost(2, 'transactions')).when(
        answer(past(3 * MINUTE), category, { operation: 'balances', used: 't1' }),
      );

      expect(racesOf(told)).toEqual([['transactions', 1]]);
    },
  );

  it('are over for a call whose refusal is a strike', () => {
    const told = given(...ROTATED, lost(1), lost(2, 'transactions')).when(
      refused(3 * MINUTE, 'CONSENT.EXPIRED', { operation: 'balances', used: 't1' }),
    );

    expect(told.notes).toContain('strike');
    expect(racesOf(told)).toEqual([['transactions', 1]]);
  });

  it('are remembered for 32 calls', () => {
    const races = many(33, (n) => lost(n, `operation-${n}`));

    const told = given(...ROTATED, ...races.slice(0, -1)).when(races.at(-1) ?? lost(0));

    expect(racesOf(told)).toHaveLength(32);
    expect(racesOf(told).at(0)).toEqual(['operation-1', 1]);
  });
});

describe('rule 10: failing since', () => {
  const success = (ms: number) => answer(past(ms), 'OK');
  const failure = (ms: number) => answer(past(ms), 'TECHNICAL', { operation: 'balances' });

  it.each([
    ['the first failure after a success', [success(0)], failure(1), 1],
    ['no failure that is older than a success', [success(0)], failure(-1), undefined],
    ['no failure of the same instant', [success(0)], failure(0), undefined],
    ['an earlier failure that is heard of later', [failure(2)], failure(1), 1],
    ['the first of two', [failure(1)], failure(2), 1],
    ['no failure before a later success', [failure(1)], success(2), undefined],
    ['no failure of a success’s own instant', [failure(1)], success(1), undefined],
    ['a failure after a late success', [failure(2)], success(1), 2],
  ])('is %s', (_, history, event, since) => {
    const { failingSince } = given(GRANTED, ...history).when(event).consent;

    expect(failingSince).toBe(since === undefined ? undefined : START + since);
  });

  it('asks for nobody once the consent has ended', () => {
    const week = 7 * 24 * HOUR;
    const told = given(GRANTED, failure(0), refused(week - 20 * MINUTE)).when(
      refused(week + 20 * MINUTE),
    );

    expect(told.consent.status).toBe('expired');
    expect(told.notice('consent.action-required')).toBeUndefined();
  });
});
