/** Rules 17 and 19, sentence by sentence: what is owed once, and what is asked first. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, type Outcome, type Step } from '../support/story.ts';

const ROOMY = granted('2026-11-01T10:00Z', { token: 't0', bank: { unattendedCallsPerDayMax: 99 } });
const RENEWED = granted('2026-11-10T10:00Z', { token: 'g2' });

/** Ids without the name of the consent, each with the key of its effect. */
const noticesIn = ({ effects }: Outcome) =>
  effects.flatMap((one) =>
    one.do === 'PublishNotice' ? [[one.notice.id.replace(/^[^.]+\./, ''), one.key]] : [],
  );

describe('rule 17: keys of notices', () => {
  const named = (name: string) => [`g${name}`, `notice:${name}`];
  const denied = (time: string) => answer(time, 'CONSENT.PERMISSION_DENIED');
  const blocked = (time: string) =>
    answer(time, 'USER.ACCESS_DENIED.BLOCKED', { provider: 'hamsterbank' });

  it('that need a person are one for each action and life', () => {
    const first = given(ROOMY).when(denied('2026-11-02T08:00Z'));
    const other = given(ROOMY, denied('2026-11-02T08:00Z')).when(blocked('2026-11-02T09:00Z'));
    const nextLife = given(ROOMY, denied('2026-11-02T08:00Z'), RENEWED).when(
      denied('2026-11-11T08:00Z'),
    );

    expect(noticesIn(first)).toEqual([named('1.action-required.CONSENT.PERMISSION_DENIED')]);
    expect(noticesIn(other)).toEqual([named('1.action-required.USER.ACCESS_DENIED.BLOCKED')]);
    expect(noticesIn(nextLife)).toEqual([named('2.action-required.CONSENT.PERMISSION_DENIED')]);
  });

  it('that a lifetime is ending are one for each time it is said', () => {
    const first = given(granted('2026-11-01T10:00Z', { validUntil: '2026-12-01T00:00Z' }));
    const second = given(ROOMY, granted('2026-11-10T10:00Z', { validUntil: '2026-12-01T00:00Z' }));

    expect(noticesIn(first.when(itsTimer()))).toEqual([named('1.expiring.2')]);
    expect(noticesIn(second.when(itsTimer()))).toEqual([named('2.expiring.3')]);
  });

  it('that ask the PSU, and that take it back, are one for each life', () => {
    const dead = (day: string): readonly Step[] => [
      answer(`${day}T08:00Z`, 'CONSENT.EXPIRED'),
      answer(`${day}T09:00Z`, 'CONSENT.EXPIRED'),
    ];
    const [strike = RENEWED, end = RENEWED] = dead('2026-11-12');
    const asked = given(ROOMY, RENEWED, strike).when(end);
    const withdrawn = given(ROOMY, RENEWED, strike, end).when(
      answer('2026-11-13T08:00Z', 'OK', { used: 'g2', token: 'g3' }),
    );

    expect(noticesIn(asked)).toEqual([
      named('2.required'),
      named('2.purged.4'),
      named('2.status-changed.4'),
    ]);
    expect(noticesIn(withdrawn)).toEqual([named('2.withdrawn'), named('3.status-changed.5')]);
  });

  it('that accounts are gone, and what came of them, are one for each decision', () => {
    const gone = (time: string) =>
      answer(time, 'CONSENT.RESOURCE_NOT_GRANTED', { operation: 'balances', accountId: 'a' });
    const list = answer('2026-11-02T08:01Z', 'OK', { accounts: ['a'] });
    const first = given(ROOMY).when(gone('2026-11-02T08:00Z'));
    const relinked = given(ROOMY, gone('2026-11-02T08:00Z')).when(list);
    const second = given(ROOMY, gone('2026-11-02T08:00Z'), list).when(gone('2026-11-02T08:02Z'));

    expect(noticesIn(first)).toEqual([named('1.purged.2')]);
    expect(noticesIn(relinked)).toEqual([named('1.relinked.3')]);
    expect(noticesIn(second)).toEqual([named('1.purged.4')]);
    expect(second.effect('PurgeAccounts')?.key).toBe('purge');
  });
});

describe('rule 17: two effects of one key in one decision', () => {
  it('are one, the later', () => {
    const told = given(granted('2026-11-01T10:00Z', { validUntil: '2026-11-22T00:00Z' })).when(
      answer('2026-11-21T23:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', { now: '2026-11-22T01:00Z' }),
    );

    const purges = told.effects.filter((one) => one.do === 'PurgeAccounts');
    expect(purges).toMatchObject([{ before: at('2026-11-22T00:00Z') + 1 }]);
  });
});

describe('rule 17: keys of requests', () => {
  const failed = (operation: string) => answer('2026-11-02T08:00Z', 'TECHNICAL', { operation });

  it('are one for each call, whichever request it is', () => {
    const history = [ROOMY, failed('balances'), failed('transactions')];
    const both = given(...history).when(itsTimer());
    const again = given(...history, itsTimer()).when(itsTimer());

    const keys = ({ requests }: Outcome) => requests.map(({ key }) => key);
    const ids = [...both.requests, ...again.requests].map(({ id }) => id);
    expect(new Set(keys(both)).size).toBe(2);
    expect(keys(again)).toEqual(keys(both));
    expect(new Set(ids).size).toBe(4);
  });
});

describe('rule 19: the order of judgement', () => {
  const UNTIL = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' });
  const heard = { now: '2026-11-21T23:59:50Z' };
  const rotated = (time: string) => answer(time, 'OK', { used: 't0', token: 't1', ...heard });
  const past = (used: string) =>
    answer('2026-11-22T00:00:10Z', 'CONSENT.EXPIRED', { used, ...heard });

  it('asks whether a message was heard before it asks for its life', () => {
    const told = answer('2026-11-02T08:00Z', 'OK', { used: 't0', token: 't1' });

    expect(given(ROOMY, told, RENEWED).when(told).ignored).toBe('duplicate');
  });

  it('asks for the life before it asks whether that has ended', () => {
    const told = given(
      ROOMY,
      RENEWED,
      answer('2026-11-12T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-12T09:00Z', 'CONSENT.EXPIRED'),
    ).when(answer('2026-11-13T08:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.ignored).toBe('earlier-generation');
  });

  it('asks whether the race was lost before it asks for newer evidence and for validUntil', () => {
    const older = given(ROOMY, answer('2026-11-02T08:00Z', 'OK', { used: 't0', token: 't1' })).when(
      answer('2026-11-02T07:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
    );
    const outlived = given(UNTIL, rotated('2026-11-21T20:00Z')).when(past('t0'));

    expect(older.notes).toContain('race-lost');
    expect(outlived.notes).toContain('race-lost');
    expect(outlived.consent.status).toBe('valid');
  });

  it('asks for newer evidence before it asks for validUntil', () => {
    const strike = answer('2026-11-22T00:00:20Z', 'CONSENT.REVOKED', { used: 't0', ...heard });
    const told = given(UNTIL, strike).when(past('t0'));

    expect(told.notes).toContain('strike-dropped');
    expect(told.consent.status).toBe('suspect');
  });

  it('asks for the race by what was known before the answer’s own token', () => {
    const told = given(ROOMY).when(
      answer('2026-11-02T08:00Z', 'CONSENT.EXPIRED', { used: 't0', token: 't1' }),
    );

    expect(told.notes).toContain('strike');
  });
});
