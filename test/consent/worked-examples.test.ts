/** The worked examples E1 to E14 of docs/rules.md, through the decider alone. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, when } from '../support/story.ts';

const MINUTE = 60_000;

describe('the worked examples', () => {
  it('E1: three errors of one sync are one strike, with one timer for the next day', () => {
    const first = given(granted('2026-11-01T10:00Z', { token: 't0' })).when(
      answer('2026-11-22T08:00:00Z', 'CONSENT.EXPIRED', { operation: 'accounts', used: 't0' }),
    );
    const third = given(
      granted('2026-11-01T10:00Z', { token: 't0' }),
      answer('2026-11-22T08:00:00Z', 'CONSENT.EXPIRED', { operation: 'accounts', used: 't0' }),
      answer('2026-11-22T08:00:02Z', 'CONSENT.EXPIRED', { operation: 'balances', used: 't0' }),
    ).when(answer('2026-11-22T08:00:05Z', 'CONSENT.EXPIRED', { operation: 'transactions' }));

    expect(first.effect('SetTimer')?.dueAt).toBe(at('2026-11-23T08:20Z'));
    expect(third.consent).toMatchObject({
      status: 'suspect',
      strikes: [{ at: at('2026-11-22T08:00Z') }],
    });
    expect(third.consent.timer?.dueAt).toBe(at('2026-11-23T08:20Z'));
    expect(third.effects.map((one) => one.do)).toEqual(['Remember']);
  });

  it('E2: a success the next day clears the strike, rotates the token and cancels the timer', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0' }),
      answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
    ).when(answer('2026-11-24T08:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent.status).toBe('valid');
    expect(told.consent.token?.secret.reveal()).toBe('t1');
    expect(told.effects.map((one) => one.do)).toEqual(['CancelTimer', 'Remember']);
    expect(told.notices).toEqual([]);
  });

  it('E3: a second error forty minutes later is final, with one notice', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0' }),
      answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
    ).when(answer('2026-11-23T08:40Z', 'CONSENT.EXPIRED', { used: 't0' }));

    expect(told.consent.status).toBe('expired');
    expect(told.consent.token).toBeUndefined();
    expect(told.notices.filter(({ type }) => type === 'reconsent.required')).toEqual([
      {
        type: 'reconsent.required',
        reason: 'CONSENT.EXPIRED',
        firstErrorAt: at('2026-11-23T08:00Z'),
        confirmedAt: at('2026-11-23T08:40Z'),
        errors: [
          { at: at('2026-11-23T08:00Z'), category: 'CONSENT.EXPIRED' },
          { at: at('2026-11-23T08:40Z'), category: 'CONSENT.EXPIRED' },
        ],
      },
    ]);
  });

  it('E4: maintenance between two strikes is no evidence; REVOKED is the reason', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0' }),
      answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-24T08:25Z', 'MAINTENANCE.BANK'),
    ).when(answer('2026-11-25T09:00Z', 'CONSENT.REVOKED'));

    expect(told.consent.status).toBe('revokedByPsu');
    expect(told.notice('reconsent.required')?.reason).toBe('CONSENT.REVOKED');
  });

  it.each(['CONSENT.REVOKED', 'CONSENT.EXPIRED'] as const)(
    'E5: %s with a superseded token is a lost race: the call is requested again at once',
    (category) => {
      const told = given(
        granted('2026-11-01T10:00Z', { token: 't0' }),
        answer('2026-11-23T08:00:00Z', 'OK', { used: 't0', token: 't1' }),
      ).when(answer('2026-11-23T08:00:01Z', category, { operation: 'balances', used: 't0' }));

      expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
      expect(told.requests).toMatchObject([
        { reason: 'stale-token', call: { operation: 'balances' }, at: at('2026-11-23T08:00:01Z') },
      ]);
    },
  );

  it('E6: a limit error waits for the Berlin midnight', () => {
    const told = given(granted('2026-11-01T10:00Z')).when(
      answer('2026-11-22T15:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances' }),
    );

    const due = told.effect('SetTimer')?.dueAt ?? 0;
    expect(due).toBeGreaterThanOrEqual(at('2026-11-22T23:00Z'));
    expect(due).toBeLessThanOrEqual(at('2026-11-22T23:15Z'));
    expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
  });

  it('E7: the day before a day of 23 hours ends at 23:00 UTC all the same', () => {
    const told = when(answer('2027-03-27T15:00Z', 'CONSENT.LIMIT_EXCEEDED'));

    const due = told.effect('SetTimer')?.dueAt ?? 0;
    expect(due - at('2027-03-27T23:00Z')).toBeGreaterThanOrEqual(0);
    expect(due - at('2027-03-27T23:00Z')).toBeLessThanOrEqual(15 * MINUTE);
  });

  it('E8: a resource no longer granted purges the cache and asks for a fresh list', () => {
    const told = given(granted('2026-11-01T10:00Z', { token: 't0' })).when(
      answer('2026-11-22T08:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
        operation: 'balances',
        accountId: 'acc-1',
      }),
    );

    expect(told.consent.status).toBe('valid');
    expect(told.effect('PurgeAccounts')?.before).toBe(at('2026-11-22T08:00Z'));
    expect(told.requests).toMatchObject([
      { reason: 'fresh-accounts', call: { operation: 'accounts' } },
    ]);
  });

  it('E9: a range the bank does not serve is given up, and its token kept', () => {
    const told = given(granted('2026-11-01T10:00Z', { token: 't0' })).when(
      answer('2026-11-22T08:00Z', 'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE', {
        operation: 'transactions',
        used: 't0',
        token: 't1',
      }),
    );

    expect(told.consent).toMatchObject({ status: 'valid', calls: [] });
    expect(told.consent.token?.secret.reveal()).toBe('t1');
    expect(told.requests).toEqual([]);
  });

  it('E10: consent_revoked at hamsterbank ends it at once', () => {
    const told = given(granted('2026-11-01T10:00Z', { provider: 'hamsterbank' })).when(
      answer('2026-11-22T08:00Z', 'CONSENT.REVOKED', { provider: 'hamsterbank' }),
    );

    expect(told.consent.status).toBe('revokedByPsu');
    expect(told.notice('reconsent.required')?.reason).toBe('CONSENT.REVOKED');
  });

  it('E11: while suspect, another call that failed is held', () => {
    const history = [
      granted('2026-11-01T10:00Z'),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T08:01Z', 'BANK.TECHNICAL', { operation: 'balances' }),
    ] as const;
    const waiting = given(...history).when(itsTimer());
    const confirmed = given(...history, itsTimer()).when(
      answer('2026-11-23T08:20:30Z', 'OK', { operation: 'accounts' }),
    );

    expect(waiting.consent.timer?.dueAt).toBe(at('2026-11-24T08:20Z'));
    expect(waiting.requests).toMatchObject([{ reason: 'confirm', at: at('2026-11-23T08:20Z') }]);
    expect(confirmed.consent.calls).toMatchObject([
      { reason: 'resume', call: { operation: 'balances' }, dueAt: at('2026-11-23T08:30:30Z') },
    ]);
  });

  it('E12: a success between two strikes, heard of late, undoes the end', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0' }),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
      answer('2026-11-22T08:40Z', 'CONSENT.EXPIRED', { used: 't0' }),
    ).when(
      answer('2026-11-22T08:20Z', 'OK', { used: 't0', token: 't1', now: '2026-11-22T08:45Z' }),
    );

    expect(told.consent).toMatchObject({
      status: 'suspect',
      generation: 2,
      strikes: [{ at: at('2026-11-22T08:40Z') }],
    });
    expect(told.notice('reconsent.withdrawn')?.withdraws).toMatch(/\.g1\.required$/);
  });

  it('E13: a grant delivered again changes nothing', () => {
    const grant = granted('2026-11-01T10:00Z', { token: 't0', id: 'grant-1' });
    const told = given(grant, answer('2026-11-02T08:00Z', 'OK', { used: 't0', token: 't1' })).when(
      granted('2026-11-01T10:00Z', { token: 't0', id: 'grant-1' }),
    );

    expect(told.ignored).toBe('duplicate');
    expect(told.consent.generation).toBe(1);
    expect(told.consent.token?.secret.reveal()).toBe('t1');
  });

  it('E14: CONSENT and then EXPIRED is final, reason EXPIRED', () => {
    const told = given(granted('2026-11-01T10:00Z'), answer('2026-11-23T08:00Z', 'CONSENT')).when(
      answer('2026-11-24T08:20Z', 'CONSENT.EXPIRED'),
    );

    expect(told.consent.status).toBe('expired');
    expect(told.notice('reconsent.required')?.reason).toBe('CONSENT.EXPIRED');
  });
});
