/** Rules 4 and 5, sentence by sentence: lost races, strikes, and what a suspicion holds. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, type Step } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const ROOMY = granted('2026-11-01T10:00Z', { token: 't0', bank: { unattendedCallsPerDayMax: 99 } });
const ROTATED = answer('2026-11-22T07:00Z', 'OK', { used: 't0', token: 't1' });
const EXPIRED = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { operation: 'balances' });
const SUSPECT: readonly Step[] = [ROOMY, EXPIRED];

describe('rule 4: races lost in a row', () => {
  const stale = (minute: number, operation = 'accounts') =>
    answer(`2026-11-22T08:0${minute}Z`, 'CONSENT.EXPIRED', { operation, used: 't0' });
  const THREE: readonly Step[] = [ROOMY, ROTATED, stale(1), stale(2), stale(3)];

  it.each([
    ['another error', answer('2026-11-22T08:04Z', 'TECHNICAL')],
    ['a success', answer('2026-11-22T08:04Z', 'OK')],
  ])('are counted from the beginning after %s of the call', (_, between) => {
    const told = given(...THREE, between).when(stale(5));

    expect(told.notes).toContain('race-lost');
  });

  it('are counted from the beginning after the one that was believed', () => {
    const told = given(...THREE, stale(4)).when(stale(5));

    expect(told.notes).toContain('race-lost');
  });

  it('are counted from the beginning after a strike that met the current token', () => {
    const met = answer('2026-11-22T08:04Z', 'CONSENT.EXPIRED', { used: 't1' });

    expect(given(...THREE, met).when(stale(5)).notes).toContain('race-lost');
  });

  it('are counted for each call by itself', () => {
    const other = given(...THREE).when(stale(4, 'balances'));
    const fourth = given(...THREE, stale(4, 'balances')).when(stale(5));

    expect(other.notes).toContain('race-lost');
    expect(fourth.notes).toContain('race-lost-too-often');
  });

  it('are lost by what was not authorised too', () => {
    const told = given(ROOMY, ROTATED).when(
      answer('2026-11-22T08:00Z', 'CONSENT.NOT_AUTHORISED', { used: 't0' }),
    );

    expect(told.requests).toMatchObject([{ reason: 'stale-token' }]);
    expect(told.consent.status).toBe('valid');
  });

  it('are no evidence', () => {
    const told = given(ROOMY, ROTATED, stale(5)).when(
      answer('2026-11-22T08:01Z', 'CONSENT.EXPIRED', { used: 't1' }),
    );

    expect(told.notes).toContain('strike');
  });

  it('are not lost by a token nobody knows at the instant of the stored one', () => {
    const told = given(ROOMY, ROTATED).when(
      answer('2026-11-22T07:00Z', 'CONSENT.EXPIRED', { used: 'unknown' }),
    );

    expect(told.notes).toContain('strike');
  });
});

describe('rule 5: what one strike is', () => {
  it('goes by the bank’s times, however late it is heard of', () => {
    const told = given(GRANTED, { ...EXPIRED, now: at('2026-11-22T10:00Z') }).when(
      answer('2026-11-22T08:20Z', 'CONSENT.EXPIRED', { now: '2026-11-22T11:00Z' }),
    );

    expect(told.consent.strikes).toMatchObject([{ at: at('2026-11-22T08:00Z') }]);
  });

  it('has the category of its first error where none is plain', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT.NOT_AUTHORISED')).when(
      answer('2026-11-22T08:01Z', 'CONSENT'),
    );

    expect(told.consent.strikes).toMatchObject([{ category: 'CONSENT.NOT_AUTHORISED' }]);
  });

  it('lasts thirty minutes from its first error, not from its last', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT'),
      answer('2026-11-22T08:20Z', 'CONSENT'),
    ).when(answer('2026-11-22T08:40Z', 'CONSENT'));

    expect(told.consent.strikes).toHaveLength(2);
  });

  it('is no end with another that says only CONSENT, days later', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT')).when(
      answer('2026-11-25T08:00Z', 'CONSENT'),
    );

    expect(told.consent.status).toBe('suspect');
  });
});

describe('rule 5: a fresh token with what would be the last strike', () => {
  const expired = (time: string, used: string, token?: string) =>
    answer(time, 'CONSENT.EXPIRED', { used, ...(token !== undefined && { token }) });
  const REPRIEVED = [
    GRANTED,
    expired('2026-11-22T08:00Z', 't0'),
    expired('2026-11-23T09:00Z', 't0', 't1'),
  ];

  it('spares the consent a second time', () => {
    const told = given(...REPRIEVED).when(expired('2026-11-24T09:00Z', 't1', 't2'));

    expect(told.notes).toContain('strike-reprieved');
    expect(told.consent.status).toBe('suspect');
  });

  it('spares it for all errors of that strike', () => {
    const told = given(...REPRIEVED, expired('2026-11-24T09:00Z', 't1', 't2')).when(
      expired('2026-11-24T09:00:05Z', 't2'),
    );

    expect(told.consent.status).toBe('suspect');
  });

  it('spares it too when it comes with a later error of the strike', () => {
    const told = given(
      GRANTED,
      expired('2026-11-22T08:00Z', 't0'),
      answer('2026-11-23T09:00Z', 'CONSENT', { used: 't0' }),
    ).when(expired('2026-11-23T09:00:05Z', 't0', 't1'));

    expect(told.consent.status).toBe('suspect');
  });

  it.each([
    ['that is stored', 't1', 't1'],
    ['that was stored once', 't1', 't0'],
  ])('is none if it is the one %s', (_, used, token) => {
    const told = given(GRANTED, ROTATED, expired('2026-11-22T08:00Z', 't1')).when(
      expired('2026-11-23T09:00Z', used, token),
    );

    expect(told.consent.status).toBe('expired');
  });
});

describe('rule 5: the confirming call', () => {
  const CONFIRM_AT = '2026-11-23T08:20Z';
  const asked: readonly Step[] = [...SUSPECT, itsTimer()];
  const confirmed = (time: string, category: Parameters<typeof answer>[1]) =>
    answer(time, category, { operation: 'balances' });

  it('follows the latest strike', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT')).when(
      answer('2026-11-23T09:00Z', 'CONSENT'),
    );

    expect(told.consent.timer?.dueAt).toBe(at('2026-11-24T09:20Z'));
  });

  it('is the first call of a strike whose end was undone', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T08:40Z', 'CONSENT', { operation: 'balances' }),
      answer('2026-11-22T08:41Z', 'CONSENT.EXPIRED', { operation: 'transactions' }),
    ).when(answer('2026-11-22T08:20Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent.confirming).toMatchObject({ call: { operation: 'balances' } });
  });

  it('is repeated at once with a new access token', () => {
    const told = given(...asked).when(confirmed('2026-11-23T08:21Z', 'CREDENTIAL.ACCESS_TOKEN'));

    expect(told.requests).toMatchObject([{ reason: 'confirm', at: at('2026-11-23T08:21Z') }]);
  });

  it('waits for the next day when it was wrong in itself', () => {
    const told = given(...asked).when(confirmed('2026-11-23T08:21Z', 'REQUEST'));

    expect(told.requests).toEqual([]);
    expect(told.consent.timer?.dueAt).toBe(at('2026-11-24T08:21Z'));
  });

  it('goes on as an accounts call when the account it names is gone', () => {
    const told = given(...asked).when(
      confirmed('2026-11-23T08:21Z', 'CONSENT.RESOURCE_NOT_GRANTED'),
    );

    expect(told.effect('PurgeAccounts')).toBeDefined();
    expect(told.requests).toEqual([]);
    expect(told.consent).toMatchObject({
      status: 'suspect',
      confirming: { call: { operation: 'accounts' }, dueAt: at('2026-11-24T08:21Z') },
    });
  });

  it.each([
    ['a list of accounts to be fetched', 'CONSENT.RESOURCE_NOT_GRANTED', {}],
    ['an access token to be renewed', 'CREDENTIAL.ACCESS_TOKEN', {}],
    ['a lost race', 'CONSENT.EXPIRED', { used: 'tz' }],
  ] as const)('is the only one requested: %s is held until it is answered', (_, category, more) => {
    const other = { operation: 'transactions', accountId: 'acc-1', ...more };
    const history = [
      answer('2026-11-22T06:00Z', 'OK', { used: 'tz', token: 't0' }),
      ROOMY,
      EXPIRED,
    ];
    const told = given(...history).when(answer('2026-11-22T09:00Z', category, other));

    expect(told.requests).toEqual([]);
    expect(told.consent.timer?.dueAt).toBe(at(CONFIRM_AT));
  });
});

describe('rule 5: what the suspicion held', () => {
  const healed = answer('2026-11-22T09:00Z', 'OK', { operation: 'balances' });

  it('goes on, be it only a call that failed with the strike', () => {
    const joined = answer('2026-11-22T08:00:05Z', 'CONSENT.EXPIRED', { operation: 'transactions' });
    const told = given(...SUSPECT, joined, healed).when(itsTimer());

    expect(told.requests).toMatchObject([
      { reason: 'resume', call: { operation: 'transactions' }, at: at('2026-11-22T09:10Z') },
    ]);
  });

  it('goes on no sooner than it would have gone without', () => {
    const denied = answer('2026-11-22T08:30Z', 'USER', { operation: 'transactions' });
    const told = given(...SUSPECT, denied).when(healed);

    expect(told.consent.calls).toMatchObject([{ reason: 'retry', dueAt: at('2026-11-23T08:30Z') }]);
  });
});

describe('rule 5: the end of a suspicion', () => {
  it('is in the history, though the next date stays what it was and nothing is owed', () => {
    const validUntil = '2026-11-23T12:00Z';
    const asked = [granted('2026-11-01T10:00Z', { token: 't0', validUntil }), EXPIRED, itsTimer()];

    const told = given(...asked).when(answer('2026-11-23T08:30Z', 'OK', { token: 't1' }));

    expect(told.effects.map((one) => one.do)).toEqual(['Remember']);
    expect(told.effect('Remember')?.entry).toMatchObject({ from: 'suspect', to: 'valid' });
  });
});
