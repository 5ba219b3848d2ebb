/** Rules 12 and 13: how a consent ends, on the bank's side and on ours, and how it comes back. */
import { describe, expect, it } from 'vitest';
import {
  answer,
  at,
  given,
  granted,
  itsTimer,
  replaced,
  type Step,
  timerDue,
  when,
  withdrawn,
} from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const DEAD: readonly Step[] = [
  GRANTED,
  answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
  answer('2026-11-22T08:05Z', 'TECHNICAL', { operation: 'balances' }),
  answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED'),
];

describe('rule 12: the end', () => {
  it('wipes the token, drops timer and requests, purges the cache, and asks once', () => {
    const told = given(...DEAD.slice(0, 3)).when(DEAD[3] as Step);

    expect(told.consent).toMatchObject({ status: 'expired', calls: [], transfers: [] });
    expect(told.consent.confirming).toBeUndefined();
    expect(told.consent.timer).toBeUndefined();
    expect(told.effects.map((one) => one.do).sort()).toEqual([
      'CancelTimer',
      'PublishNotice',
      'PublishNotice',
      'PublishNotice',
      'PurgeAccounts',
      'Remember',
    ]);
    expect(told.notices.map(({ type }) => type)).toEqual([
      'reconsent.required',
      'account-cache.purged',
      'consent.status-changed',
    ]);
  });

  it('answers messages after it', () => {
    const told = given(...DEAD);

    expect(told.when(answer('2026-11-24T08:00Z', 'CONSENT.EXPIRED')).ignored).toBe('ended');
    expect(told.when(timerDue('2026-11-24T08:00Z', 1, 1)).ignored).toBe('ended');
    expect(told.when(answer('2026-11-21T08:00Z', 'OK', { token: 't1' })).ignored).toBe('ended');
  });

  it('comes back to life by a newer success, which needs a token where tokens rotate', () => {
    const proof = given(...DEAD).when(
      answer('2026-11-24T08:00Z', 'OK', { used: 't0', token: 't1' }),
    );
    const without = given(...DEAD).when(answer('2026-11-24T08:00Z', 'OK', { used: 't0' }));

    expect(proof.consent).toMatchObject({ status: 'valid', generation: 2, strikes: [] });
    expect(proof.notice('reconsent.withdrawn')?.withdraws).toMatch(/\.g1\.required$/);
    expect(proof.notice('consent.status-changed')).toMatchObject({ from: 'expired', to: 'valid' });
    expect(without.ignored).toBe('ended');
  });

  it('comes back without a token where tokens do not rotate, and hears its next answer', () => {
    const dead = DEAD.map((step) =>
      typeof step === 'object' && 'provider' in step
        ? { ...step, provider: 'klarna-xs2a' as const }
        : step,
    );
    const proof = answer('2026-11-24T08:00Z', 'OK', { used: 't0', provider: 'klarna-xs2a' });
    const next = given(...dead, proof).when(
      answer('2026-11-25T08:00Z', 'CONSENT.EXPIRED', { used: 't0', provider: 'klarna-xs2a' }),
    );

    expect(given(...dead).when(proof).consent.status).toBe('valid');
    expect(next.consent).toMatchObject({ status: 'suspect', generation: 2 });
  });

  it('is received when first heard of by an error that is no strike', () => {
    const adopted = answer('2026-11-22T08:00Z', 'TECHNICAL');

    expect(when(adopted).consent.status).toBe('received');
    expect(given(adopted).when(answer('2026-11-22T09:00Z', 'OK')).consent.status).toBe('valid');
    expect(given(adopted).when(GRANTED).consent.status).toBe('valid');
    expect(when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).consent.status).toBe('suspect');
  });

  it('ends a suspicion of one never granted as received to the owner', () => {
    const told = given(
      answer('2026-11-22T08:00Z', 'TECHNICAL'),
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED'),
    ).when(answer('2026-11-22T10:00Z', 'OK'));

    expect(told.notice('consent.status-changed')).toMatchObject({ from: 'received', to: 'valid' });
  });
});

describe('rule 13: withdrawn, replaced', () => {
  it.each([
    ['tpp', 'terminatedByTpp'],
    ['psu', 'revokedByPsu'],
  ] as const)('a withdrawal by the %s makes it %s, and asks nobody', (by, status) => {
    const told = given(GRANTED).when(withdrawn('2026-11-22T08:00Z', by));

    expect(told.consent.status).toBe(status);
    expect(told.consent.token).toBeUndefined();
    expect(told.notice('reconsent.required')).toBeUndefined();
    expect(told.notice('consent.status-changed')).toMatchObject({ from: 'valid', to: status });
  });

  it('takes a notice back when the consent is withdrawn after an end that sent one', () => {
    const told = given(...DEAD).when(withdrawn('2026-11-24T08:00Z', 'tpp'));

    expect(told.consent.status).toBe('terminatedByTpp');
    expect(told.notice('reconsent.withdrawn')?.withdraws).toMatch(/\.g1\.required$/);
  });

  it('comes back to life by a newer grant only', () => {
    const history = [GRANTED, withdrawn('2026-11-22T08:00Z', 'tpp')];

    expect(given(...history).when(answer('2026-11-23T08:00Z', 'OK', { token: 't9' })).ignored).toBe(
      'ended',
    );
    expect(given(...history).when(granted('2026-11-21T08:00Z', { token: 't9' })).ignored).toBe(
      'nothing-new',
    );
    expect(
      given(...history).when(granted('2026-11-23T08:00Z', { token: 't9' })).consent,
    ).toMatchObject({
      status: 'valid',
      generation: 2,
    });
  });

  it('tells the consent that a grant supersedes, with the time of the grant', () => {
    const told = given(GRANTED).when(granted('2026-11-22T08:00Z', { supersedes: 'consent-old' }));
    const late = given(answer('2026-11-23T08:00Z', 'OK')).when(
      granted('2026-11-22T08:00Z', { supersedes: 'consent-old' }),
    );

    expect(told.effect('ReplaceConsent')).toMatchObject({
      consentId: 'consent-old',
      by: 'consent-8f3a',
      at: at('2026-11-22T08:00Z'),
    });
    expect(late.effect('ReplaceConsent')).toBeDefined();
  });

  it('becomes replaced, also when never heard of before, with no notice but the status', () => {
    const known = given(GRANTED).when(replaced('2026-11-22T08:00Z', 'consent-new'));
    const unknown = when(replaced('2026-11-22T08:00Z', 'consent-new'));

    expect(known.consent.status).toBe('replaced');
    expect(known.notices.map(({ type }) => type)).toEqual(['consent.status-changed']);
    expect(known.effect('PurgeAccounts')).toBeDefined();
    expect(unknown.consent.status).toBe('replaced');
    expect(
      given(replaced('2026-11-22T08:00Z', 'n')).when(answer('2026-11-23T08:00Z', 'OK')).ignored,
    ).toBe('ended');
  });

  it('ignores an end from before its latest grant, and a replacement by itself', () => {
    expect(given(GRANTED).when(withdrawn('2026-10-31T08:00Z', 'psu')).ignored).toBe(
      'older-than-grant',
    );
    expect(given(GRANTED).when(replaced('2026-10-31T08:00Z', 'n')).ignored).toBe(
      'older-than-grant',
    );
    expect(given(GRANTED).when(replaced('2026-11-22T08:00Z', 'consent-8f3a')).ignored).toBe(
      'names-itself',
    );
    expect(
      given(GRANTED)
        .when(granted('2026-11-22T08:00Z', { supersedes: 'consent-8f3a' }))
        .effect('ReplaceConsent'),
    ).toBeUndefined();
  });

  it('answers a second withdrawal', () => {
    const told = given(GRANTED, withdrawn('2026-11-22T08:00Z', 'psu')).when(
      withdrawn('2026-11-22T09:00Z', 'tpp'),
    );

    expect(told.ignored).toBe('ended');
  });
});

describe('rule 14: timers are hints', () => {
  const FAILED = answer('2026-11-22T08:00Z', 'TECHNICAL');

  it('counts up to a minute early as due', () => {
    const early = given(GRANTED, FAILED).when(itsTimer('2026-11-22T08:29:00Z'));
    const tooEarly = given(GRANTED, FAILED).when(itsTimer('2026-11-22T08:28:59Z'));

    expect(early.requests).toHaveLength(1);
    expect(tooEarly.requests).toEqual([]);
    expect(tooEarly.effect('SetTimer')).toMatchObject({
      dueAt: at('2026-11-22T08:30Z'),
      name: { number: 2 },
    });
  });

  it('does nothing for a late, a double or an unknown one', () => {
    const first = given(GRANTED, FAILED).when(itsTimer());

    expect(first.requests).toHaveLength(1);
    expect(
      given(GRANTED, FAILED, itsTimer()).when(timerDue('2026-11-22T08:31Z', 1, 1)).ignored,
    ).toBe('stale-timer');
    expect(given(GRANTED, FAILED).when(timerDue('2026-11-22T08:31Z', 2, 1)).ignored).toBe(
      'stale-timer',
    );
    expect(() => when(timerDue('2026-11-22T08:31Z', 1, 1))).toThrow('nothing has happened');
  });

  it('does what is due at any other event when the timer was lost', () => {
    const told = given(GRANTED, FAILED).when(
      answer('2026-11-22T09:00Z', 'OK', { operation: 'balances' }),
    );

    expect(told.requests).toMatchObject([{ reason: 'retry', call: { operation: 'accounts' } }]);
  });

  it('has one timer: an earlier date takes the place of a later one', () => {
    const told = given(granted('2026-11-01T10:00Z', { validUntil: '2026-12-31T00:00Z' })).when(
      FAILED,
    );

    expect(told.effect('SetTimer')).toMatchObject({
      dueAt: at('2026-11-22T08:30Z'),
      name: { number: 2 },
      cancels: [{ generation: 1, number: 1 }],
    });
  });
});

describe('rules 15, 17 and 19', () => {
  it('rule 15: a result id that was applied is a duplicate', () => {
    const told = given(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { id: 'r1' })).when(
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { id: 'r1' }),
    );

    expect(told.ignored).toBe('duplicate');
  });

  it('rule 15: a producer’s clock that was ahead is counted', () => {
    const told = when({ ...answer('2026-11-22T08:00Z', 'OK'), clockAhead: true });

    expect(told.notes).toContain('clock-ahead');
  });

  it('rule 15: remembers the last 32 result ids', () => {
    const many = Array.from({ length: 40 }, () => answer('2026-11-22T08:00Z', 'OK'));
    const told = given(...many.slice(0, 39)).when(many[39] as Step);

    expect(told.consent.applied).toHaveLength(32);
    expect(told.consent.lineage.length).toBeLessThanOrEqual(32);
  });

  it('rule 17: notices carry the version of the decision, and ids that say which they are', () => {
    const told = given(...DEAD.slice(0, 3)).when(DEAD[3] as Step);
    const notices = told.effects.flatMap((one) => (one.do === 'PublishNotice' ? [one.notice] : []));

    expect(notices.map(({ sequence }) => sequence)).toEqual([4, 4, 4]);
    expect(new Set(notices.map(({ id }) => id)).size).toBe(3);
  });

  it('rule 19: an earlier life is judged before a lost race, and a lost race before a strike', () => {
    const history = [
      GRANTED,
      answer('2026-11-02T08:00Z', 'OK', { used: 't0', token: 't1' }),
      granted('2026-11-20T10:00Z', { token: 'g2' }),
      answer('2026-11-21T08:00Z', 'OK', { used: 'g2', token: 'g3' }),
    ];

    expect(
      given(...history).when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't1' }))
        .ignored,
    ).toBe('earlier-generation');
    expect(
      given(...history).when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 'g2' })).notes,
    ).toContain('race-lost');
    expect(
      given(...history).when(answer('2026-11-20T11:00Z', 'CONSENT.EXPIRED', { used: 'g3' })).notes,
    ).toContain('strike-dropped');
    expect(
      given(...history).when(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 'g3' })).notes,
    ).toContain('strike');
  });
});
