/** Rules 5 and 6: when an error is believed, and what a known lifetime is worth. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, type Step } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const EXPIRED = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { operation: 'balances' });
/** The confirming call has been requested: at 08:20 the next day. */
const ASKED: readonly Step[] = [GRANTED, EXPIRED, itsTimer()];

describe('rule 5: strikes', () => {
  it('counts an error just short of thirty minutes later to the same strike', () => {
    const same = given(GRANTED, EXPIRED).when(answer('2026-11-22T08:29:59Z', 'CONSENT.REVOKED'));
    const next = given(GRANTED, EXPIRED).when(answer('2026-11-22T08:30Z', 'CONSENT.REVOKED'));

    expect(same.consent.strikes).toMatchObject([
      { at: at('2026-11-22T08:00Z'), category: 'CONSENT.REVOKED' },
    ]);
    expect(next.consent.status).toBe('revokedByPsu');
  });

  it('ends at three strikes over two days when the bank never says more than CONSENT', () => {
    const history = [
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT'),
      answer('2026-11-23T08:00Z', 'CONSENT'),
    ];
    const early = given(...history).when(answer('2026-11-24T07:59Z', 'CONSENT'));
    const final = given(...history).when(answer('2026-11-24T08:00Z', 'CONSENT'));

    expect(early.consent.status).toBe('suspect');
    expect(final.consent.status).toBe('expired');
    expect(final.notice('reconsent.required')?.reason).toBe('CONSENT');
  });

  it('ends at two strikes of CONSENT at hamsterbank, however soon', () => {
    const provider = 'hamsterbank';
    const granting = granted('2026-11-01T10:00Z', { provider });
    const first = answer('2026-11-22T08:00Z', 'CONSENT', { provider });
    const second = answer('2026-11-22T08:30Z', 'CONSENT', { provider });

    expect(given(granting).when(first).consent.status).toBe('suspect');
    expect(given(granting, first).when(second).consent.status).toBe('expired');
  });

  it('names the last EXPIRED or REVOKED as the reason, also when CONSENT came last', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT.REVOKED'),
      answer('2026-11-23T08:00Z', 'CONSENT'),
    ).when(answer('2026-11-24T08:00Z', 'CONSENT'));

    expect(told.consent.status).toBe('revokedByPsu');
    expect(told.notice('reconsent.required')?.reason).toBe('CONSENT.REVOKED');
  });

  it('does not believe a second strike that brings a fresh token, at most twice', () => {
    const fresh = (time: string, used: string, next: string) =>
      answer(time, 'CONSENT.EXPIRED', { used, token: next });
    const twice = [
      GRANTED,
      fresh('2026-11-22T08:00Z', 't0', 't1'),
      fresh('2026-11-23T09:00Z', 't1', 't2'),
      fresh('2026-11-24T09:00Z', 't2', 't3'),
    ];
    const second = given(...twice.slice(0, 3)).when(
      answer('2026-11-23T10:00Z', 'TECHNICAL', { operation: 'balances' }),
    );
    const fourth = given(...twice).when(fresh('2026-11-25T09:00Z', 't3', 't4'));
    const without = given(...twice.slice(0, 3)).when(
      answer('2026-11-24T09:00Z', 'CONSENT.EXPIRED', { used: 't2' }),
    );

    expect(second.consent.status).toBe('suspect');
    expect(fourth.consent.status).toBe('expired');
    expect(without.consent.status).toBe('expired');
  });

  it('requests nothing but the confirming call, which is the first one of the strike', () => {
    const told = given(
      GRANTED,
      EXPIRED,
      answer('2026-11-22T08:00:04Z', 'CONSENT.EXPIRED', { operation: 'transactions' }),
    ).when(itsTimer());

    expect(told.requests).toMatchObject([
      { reason: 'confirm', call: { operation: 'balances' }, at: at('2026-11-23T08:20Z') },
    ]);
  });

  it.each([
    ['attended', { operation: 'balances', attended: true }],
    ['a payment', { operation: 'transfer', instructionId: 'i1' }],
  ])('confirms by an accounts call when the call that failed was %s', (_, call) => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', call)).when(
      itsTimer(),
    );

    expect(told.requests).toMatchObject([
      { reason: 'confirm', call: { operation: 'accounts', attended: false } },
    ]);
  });

  it('requests what the suspicion held ten minutes after a success, unless reported meanwhile', () => {
    const healed = [
      GRANTED,
      EXPIRED,
      answer('2026-11-22T08:00:01Z', 'CONSENT.EXPIRED', { operation: 'transactions' }),
      answer('2026-11-22T08:00:02Z', 'TECHNICAL', { operation: 'account-details' }),
      answer('2026-11-23T08:20:20Z', 'OK', { operation: 'balances', used: 't0', token: 't1' }),
    ];
    const told = given(
      ...healed,
      answer('2026-11-23T08:25Z', 'OK', { operation: 'transactions', used: 't1', token: 't2' }),
    ).when(itsTimer());

    expect(told.requests).toMatchObject([
      { reason: 'resume', call: { operation: 'account-details' }, at: at('2026-11-23T08:30:20Z') },
    ]);
  });

  it('repeats a race lost by the confirming call at once, and holds one lost by another', () => {
    const rotated = [
      ...ASKED,
      answer('2026-11-23T08:20:10Z', 'TECHNICAL', { operation: 'x', used: 't0', token: 't1' }),
    ];
    const own = given(...rotated).when(
      answer('2026-11-23T08:20:20Z', 'CONSENT.EXPIRED', { operation: 'balances', used: 't0' }),
    );
    const other = given(...rotated).when(
      answer('2026-11-23T08:20:20Z', 'CONSENT.EXPIRED', { operation: 'transactions', used: 't0' }),
    );

    expect(own.requests).toMatchObject([{ reason: 'confirm', attempt: 2 }]);
    expect(other.requests).toEqual([]);
  });

  it('sends the confirming call by the ladder and then once a day, the strike standing', () => {
    const roomy = granted('2026-11-01T10:00Z', { bank: { unattendedCallsPerDayMax: 9 } });
    let history: Step[] = [roomy, ...ASKED.slice(1)];
    const gaps: number[] = [];
    let time = at('2026-11-23T08:21Z');
    for (let turn = 0; turn < 9; turn += 1) {
      const failure = answer(new Date(time).toISOString(), 'MAINTENANCE', {
        operation: 'balances',
      });
      const told = given(...history).when(failure);
      const due = told.consent.timer?.dueAt ?? 0;
      gaps.push((due - time) / 60_000);
      history = [...history, failure, itsTimer()];
      time = due + 60_000;
    }

    expect(gaps).toEqual([30, 60, 120, 240, 480, 960, 1_440, 1_440, 1_440]);
  });

  it('asks for a caller once when the confirming call is not answered three times, and goes on', () => {
    const third = given(...ASKED, itsTimer(), itsTimer());
    const fourth = third.when(itsTimer());
    const fifth = given(...ASKED, itsTimer(), itsTimer(), itsTimer()).when(itsTimer());

    expect(fourth.notice('consent.action-required')?.action).toBe('NO_CALLER');
    expect(fourth.requests).toMatchObject([{ reason: 'confirm', attempt: 4 }]);
    expect(fifth.notices).toEqual([]);
    expect(fifth.requests).toHaveLength(1);
  });

  it('goes on with an accounts call the next day when the confirming call itself is wrong', () => {
    const told = given(
      ...ASKED,
      answer('2026-11-23T08:21Z', 'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE', {
        operation: 'balances',
      }),
    ).when(itsTimer());

    expect(told.requests).toMatchObject([
      { reason: 'confirm', call: { operation: 'accounts' }, at: at('2026-11-24T08:21Z') },
    ]);
  });

  it('waits longer than a day for the confirming call when the bank says so', () => {
    const told = given(
      GRANTED,
      EXPIRED,
      answer('2026-11-23T08:15Z', 'CONSENT.LIMIT_EXCEEDED'),
    ).when(itsTimer());

    expect(told.requests).toEqual([]);
    expect(told.consent.timer?.dueAt).toBeGreaterThanOrEqual(at('2026-11-23T23:00Z'));
  });
});

describe('rule 6: known lifetime', () => {
  const UNTIL = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' });

  it('believes the first EXPIRED past validUntil, fresh token or not', () => {
    const told = given(
      UNTIL,
      answer('2026-11-22T00:00:30Z', 'OK', { used: 't0', token: 't1', now: '2026-11-21T23:59Z' }),
    );
    const past = given(UNTIL).when(
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0', token: 't1' }),
    );

    expect(past.consent.status).toBe('expired');
    expect(told.when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).consent.status).toBe(
      'suspect',
    );
  });

  it('ends by a timer at validUntil without spending a call', () => {
    const told = given(UNTIL, itsTimer()).when(itsTimer());

    expect(told.consent).toMatchObject({ status: 'expired', end: { by: 'lifetime' } });
    expect(told.requests).toEqual([]);
    expect(told.notice('reconsent.required')).toMatchObject({
      reason: 'CONSENT.EXPIRED',
      confirmedAt: at('2026-11-22T00:00Z'),
      errors: [],
    });
  });

  it('clears the date when a success comes later than it', () => {
    const told = given(UNTIL, itsTimer(), itsTimer()).when(
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(told.consent.validUntil).toBeUndefined();
    expect(told.notice('reconsent.withdrawn')).toBeDefined();
  });

  it('says once, seven days before, that a lifetime of over fourteen days is ending', () => {
    const long = given(UNTIL).when(itsTimer());
    const short = given(granted('2026-11-01T10:00Z', { validUntil: '2026-11-15T10:00Z' })).when(
      itsTimer(),
    );

    expect(long.effect('SetTimer')?.dueAt).toBe(at('2026-11-22T00:00Z'));
    expect(long.notice('consent.expiring')?.validUntil).toBe(at('2026-11-22T00:00Z'));
    expect(short.notices.map(({ type }) => type)).not.toContain('consent.expiring');
  });
});
