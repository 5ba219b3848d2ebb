/** Rules 1 to 4: which token is kept, and what a call with an old one is worth. */
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { answer, at, given, granted, rescued, token, when, withdrawn } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const held = (told: { consent: { token?: { secret: { reveal(): string } } } }) =>
  told.consent.token?.secret.reveal();

describe('rule 1: token first', () => {
  it.each([
    'OK',
    'CONSENT.EXPIRED',
    'CONSENT.LIMIT_EXCEEDED',
    'REQUEST',
    'TECHNICAL',
    'RATE_LIMIT',
    'UNKNOWN',
  ] as const)('keeps the token that comes with %s', (category) => {
    const told = given(GRANTED).when(
      answer('2026-11-22T08:00Z', category, { used: 't0', token: 't1' }),
    );

    expect(held(told)).toBe('t1');
    expect(told.notes).toContain('token-rotated');
  });

  it('keeps the stored token when an error brings none', () => {
    const told = given(GRANTED).when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'));

    expect(held(told)).toBe('t0');
  });

  it('keeps the stored token when a success brings none, and counts it as not renewed', () => {
    const told = given(GRANTED).when(answer('2026-11-22T08:00Z', 'OK', { used: 't0' }));

    expect(told.consent.token).toMatchObject({ renewed: false });
    expect(told.notes).toEqual(['token-not-renewed']);
  });

  it('wipes the token at a confirmed end', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED', { used: 't0' }),
    );

    expect(told.consent.token).toBeUndefined();
  });

  it('stores no token for an ended consent but with the success that revives it', () => {
    const end = [
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED'),
    ];
    const error = given(...end).when(answer('2026-11-24T08:00Z', 'TECHNICAL', { token: 't5' }));
    const success = given(...end).when(answer('2026-11-24T08:00Z', 'OK', { token: 't5' }));

    expect(error.ignored).toBe('ended');
    expect(held(success)).toBe('t5');
  });

  it('keeps a token by itself when the rest of its message cannot be read', () => {
    const told = given(GRANTED).when(rescued('2026-11-22T08:00Z', 't1'));

    expect(held(told)).toBe('t1');
    expect(told.consent.status).toBe('valid');
  });

  it('opens a consent never seen with a rescued token, known provider or not', () => {
    const known = when(rescued('2026-11-22T08:00Z', 't1', { provider: 'klarna-consent' }));

    expect(known.consent.status).toBe('received');
    expect(held(known)).toBe('t1');
    expect(held(when(rescued('2026-11-22T08:00Z', 't1')))).toBe('t1');
  });

  it('keeps no rescued token where none belongs', () => {
    const own = given(granted('2026-11-01T10:00Z', { provider: 'keybank' }));
    const again = given(GRANTED).when(rescued('2026-11-22T08:00Z', 't0'));

    expect(own.when(rescued('2026-11-22T08:00Z', 't1')).ignored).toBe('token-not-kept');
    expect(again.ignored).toBe('nothing-new');
    expect(
      given(GRANTED, withdrawn('2026-11-02T10:00Z', 'tpp')).when(rescued('2026-11-22T08:00Z', 't1'))
        .ignored,
    ).toBe('ended');
  });
});

describe('rule 2: the latest token is not the last to arrive', () => {
  it('takes the successor of the current token, whatever the clocks say', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }),
    ).when(answer('2026-11-22T07:00Z', 'OK', { used: 't1', token: 't2' }));

    expect(held(told)).toBe('t2');
  });

  it('never lets an older response replace a newer token', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't2' }),
    ).when(answer('2026-11-22T07:59Z', 'OK', { used: 't0', token: 't1' }));

    expect(held(told)).toBe('t2');
    expect(told.notes).toContain('token-outdated');
  });

  it('knows a token for superseded that a later call has already used', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T07:00Z', 'OK', { used: 't1', token: 't2' }),
    ).when(answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(held(told)).toBe('t2');
  });

  it('leaves a life alone that news of an earlier one is about', () => {
    const told = given(
      GRANTED,
      answer('2026-11-02T08:00Z', 'OK', { used: 't0', token: 't1' }),
      granted('2026-11-20T10:00Z', { token: 'g2' }),
    );

    expect(told.when(answer('2026-11-22T08:00Z', 'CONSENT.REVOKED', { used: 't1' })).ignored).toBe(
      'earlier-generation',
    );
    expect(told.when(answer('2026-11-19T08:00Z', 'CONSENT.EXPIRED')).ignored).toBe(
      'earlier-generation',
    );
    expect(
      told.when(answer('2026-11-19T08:00Z', 'OK', { used: 'g2', token: 'g3' })).consent,
    ).toMatchObject({
      generation: 2,
      token: { fingerprint: token('g3').fingerprint },
    });
  });

  it('drops the strike of older news, and lets it act on its own call', () => {
    const history = [GRANTED, answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' })];
    const strike = given(...history).when(answer('2026-11-22T07:00Z', 'CONSENT.EXPIRED'));
    const ladder = given(...history).when(
      answer('2026-11-22T07:50Z', 'TECHNICAL', { operation: 'balances' }),
    );

    expect(strike.consent.status).toBe('valid');
    expect(strike.notes).toContain('strike-dropped');
    expect(ladder.consent.calls).toMatchObject([{ dueAt: at('2026-11-22T08:20Z') }]);
  });

  it('voids a strike by an earlier success that arrives later, but for errors after it', () => {
    const strikes = [
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T08:20Z', 'CONSENT.EXPIRED', { operation: 'balances' }),
    ];
    const between = given(...strikes).when(answer('2026-11-22T08:10Z', 'OK', { used: 't0' }));
    const before = given(...strikes).when(answer('2026-11-22T07:50Z', 'OK', { used: 't0' }));

    expect(between.consent.strikes).toMatchObject([{ at: at('2026-11-22T08:20Z') }]);
    expect(before.consent.strikes).toMatchObject([{ at: at('2026-11-22T08:00Z') }]);
  });
});

describe('rule 3: grants can be late or double', () => {
  it('lets an older grant add only what was never known', () => {
    const told = given(
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1', bank: { id: 'B1' } }),
    ).when(
      granted('2026-11-01T10:00Z', {
        token: 't0',
        validUntil: '2027-02-01T00:00Z',
        bank: { id: 'B2', timeZone: 'Europe/Vienna' },
      }),
    );

    expect(told.consent).toMatchObject({
      generation: 1,
      validUntil: at('2027-02-01T00:00Z'),
      bank: { id: 'B1', timeZone: 'Europe/Vienna' },
    });
    expect(held(told)).toBe('t1');
  });

  it('takes a grant whose token was already used for the beginning of this life', () => {
    const told = given(answer('2026-11-01T10:05Z', 'TECHNICAL', { used: 't0', token: 't1' })).when(
      granted('2026-11-01T10:00Z', { token: 't0' }),
    );

    expect(told.consent).toMatchObject({ generation: 1, status: 'valid' });
    expect(held(told)).toBe('t1');
  });

  it('begins a life with a newer grant: no strikes, no waits, a lifetime of its own', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2027-02-01T00:00Z' }),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
      answer('2026-11-22T08:01Z', 'TECHNICAL', { operation: 'balances' }),
    ).when(granted('2026-11-22T09:00Z', { token: 'g2' }));

    expect(told.consent).toMatchObject({ generation: 2, status: 'valid', strikes: [], calls: [] });
    expect(told.consent.validUntil).toBeUndefined();
    expect(told.consent.timer).toBeUndefined();
    expect(held(told)).toBe('g2');
  });

  it('keeps the stored token, counted to the new life, when a newer grant brings none', () => {
    const told = given(GRANTED, granted('2026-11-10T10:00Z')).when(
      answer('2026-11-11T08:00Z', 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.consent.generation).toBe(2);
    expect(held(told)).toBe('t1');
  });

  it('has nothing to learn from a grant that tells nothing new', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'OK')).when(
      granted('2026-10-30T10:00Z'),
    );

    expect(told.ignored).toBe('nothing-new');
  });

  it('takes a notice back when the grant came before the end that was told', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { validUntil: '2026-11-22T12:00Z' }),
      answer('2026-11-22T12:01Z', 'TECHNICAL', { now: '2026-11-22T12:01Z' }),
    ).when(
      granted('2026-11-22T11:50Z', { validUntil: '2027-02-01T00:00Z', now: '2026-11-22T12:05Z' }),
    );

    expect(told.consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(told.notice('reconsent.withdrawn')?.withdraws).toMatch(/\.g1\.required$/);
  });
});

describe('rule 4: an old token proves no revocation', () => {
  const lost = (time: string) =>
    answer(time, 'CONSENT.REVOKED', { operation: 'balances', used: 'unknown' });
  const history = [GRANTED, answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' })];

  it('takes an unknown token for a lost race if it is older than the stored one, else for a strike', () => {
    const older = given(...history).when(lost('2026-11-22T07:59Z'));
    const newer = given(...history).when(lost('2026-11-22T08:01Z'));

    expect(older.requests).toMatchObject([{ reason: 'stale-token' }]);
    expect(newer.consent.status).toBe('suspect');
  });

  it('takes a missing fingerprint for the current token', () => {
    const told = given(...history).when(answer('2026-11-22T08:01Z', 'CONSENT.REVOKED'));

    expect(told.consent.status).toBe('suspect');
  });

  it('makes the fourth race lost in a row by the same call a normal strike', () => {
    const stale = (time: string) => answer(time, 'CONSENT.EXPIRED', { used: 't0' });
    const roomy = granted('2026-11-01T10:00Z', {
      token: 't0',
      bank: { unattendedCallsPerDayMax: 9 },
    });
    const races = [
      roomy,
      ...history.slice(1),
      stale('2026-11-22T08:01Z'),
      stale('2026-11-22T08:02Z'),
    ];
    const third = given(...races).when(stale('2026-11-22T08:03Z'));
    const fourth = given(...races, stale('2026-11-22T08:03Z')).when(stale('2026-11-22T08:04Z'));

    expect(third.requests).toMatchObject([{ reason: 'stale-token' }]);
    expect(fourth.consent.status).toBe('suspect');
    expect(fourth.notes).toContain('race-lost-too-often');
  });

  it.each(PROVIDERS)(
    'asks nobody twice for an attended call that lost its race at %s',
    (provider) => {
      const told = given(
        granted('2026-11-01T10:00Z', { token: 't0', provider }),
        answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1', provider }),
      ).when(answer('2026-11-22T08:01Z', 'CONSENT', { used: 't0', attended: true, provider }));

      expect(told.consent.status).toBe('valid');
      expect(told.requests).toEqual([]);
    },
  );
});
