/** Which token and which grant count, by instants and fingerprints: rules 1, 2, 3, 4, 12 and 13. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/consent/instant.ts';
import {
  type Answer,
  answer,
  at,
  type Grant,
  given,
  granted,
  type Outcome,
  replaced,
  rescued,
  token,
  when,
  withdrawn,
} from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

function past(minutes: number): string {
  return new Date(START + minutes * MINUTE).toISOString();
}

function ok(minutes: number, more: Answer = {}) {
  return answer(past(minutes), 'OK', more);
}

function grant(minutes: number, more: Grant = {}) {
  return granted(past(minutes), more);
}

function held({ consent }: Outcome): string | undefined {
  return consent.token?.secret.reveal();
}

describe('rule 2: two tokens', () => {
  const [low = '', high = ''] = ['a', 'b'].toSorted((one, other) =>
    token(one).fingerprint < token(other).fingerprint ? -1 : 1,
  );

  it.each([
    [low, high],
    [high, low],
  ])('of one instant end as the same one, whichever comes first: %s, %s', (first, second) => {
    const told = given(ok(0, { token: first })).when(ok(0, { token: second }));

    expect(held(told)).toBe(high);
  });

  it.each([
    ['a later', 1, 'new'],
    ['an earlier', -1, 'old'],
  ])('that no call links are told apart by time: %s', (_, minutes, kept) => {
    expect(held(given(ok(0, { token: 'old' })).when(ok(minutes, { token: 'new' })))).toBe(kept);
  });

  it('that are the same one are no rotation, and no news', () => {
    const told = given(ok(0, { token: 't1' })).when(ok(1, { token: 't1', used: 't1' }));

    expect(told.notes).toEqual([]);
    expect(told.consent.token).toMatchObject({ renewed: true, receivedAt: START + MINUTE });
    expect(told.consent.lineage).toHaveLength(1);
  });

  it('are both remembered, as is one that only a call has named', () => {
    const told = given(ok(0, { token: 't1' })).when(ok(1, { token: 't3', used: 't2' }));

    expect(told.notes).toEqual(['token-rotated']);
    expect(told.consent.lineage.map(({ print }) => print)).toEqual(
      ['t1', 't2', 't3'].map((word) => token(word).fingerprint.slice(7, 18)),
    );
  });

  it('of which an old one is heard of again make it the youngest of those remembered', () => {
    const told = given(ok(0, { token: 't1' }), ok(1, { token: 't2', used: 't1' })).when(
      ok(2, { token: 't1', used: 't9' }),
    );

    expect(held(told)).toBe('t2');
    expect(told.notes).toContain('token-outdated');
    expect(told.consent.lineage.map(({ print }) => print)).toEqual(
      ['t2', 't9', 't1'].map((word) => token(word).fingerprint.slice(7, 18)),
    );
  });
});

describe('rule 4: a token that nobody knows', () => {
  it.each([
    ['before', -1, 'race-lost'],
    ['at the instant at which', 0, 'strike'],
  ])('refused %s ours was received is worth a %s', (_, minutes, note) => {
    const told = given(ok(0, { token: 't1' })).when(
      answer(past(minutes), 'CONSENT.EXPIRED', { used: 'unknown' }),
    );

    expect(told.notes.at(0)).toBe(note);
  });
});

describe('rule 2: news of an earlier life', () => {
  it.each([
    [-1, 'earlier-generation'],
    [0, undefined],
  ])('is what came %i minutes from the grant, where no token tells', (minutes, ignored) => {
    expect(given(grant(0)).when(ok(minutes)).ignored).toBe(ignored);
  });

  it('is a rescued token that such a call had used', () => {
    const told = given(GRANTED, grant(0, { token: 'g2' })).when(
      rescued(past(1), 'late', { usedFingerprint: token('t0').fingerprint }),
    );

    expect(told.ignored).toBe('earlier-generation');
  });
});

describe('rule 1: a rescued token', () => {
  it('tells the provider where none is known, and changes none that is', () => {
    const unknown = when(rescued(past(0), 't1', { provider: 'klarna-consent' }));
    const known = given(GRANTED).when(rescued(past(0), 't1', { provider: 'klarna-xs2a' }));

    expect(unknown.consent.provider).toBe('klarna-consent');
    expect(known.consent.provider).toBe('klarna-consent');
  });

  it('is kept though the message does not tell where it came from', () => {
    const told = given(GRANTED).when(rescued(past(0), 't1'));

    expect(held(told)).toBe('t1');
    expect(told.consent.applied).toEqual([GRANTED.key]);
  });
});

describe('rule 3: a grant is late', () => {
  it.each([
    ['before the newest evidence', [ok(0)], grant(-1), 1],
    ['not at the instant of it', [ok(0)], grant(0), 2],
    [
      'before the token that an error brought',
      [answer(past(0), 'TECHNICAL', { token: 't1' })],
      grant(-1),
      1,
    ],
    [
      'not at the instant of that token',
      [answer(past(0), 'TECHNICAL', { token: 't1' })],
      grant(0),
      1,
    ],
    ['at the instant of the latest grant', [grant(0)], grant(0), 1],
    ['not after the latest grant', [grant(0)], grant(1), 2],
    ['at the instant of the first failure', [answer(past(0), 'TECHNICAL')], grant(0), 1],
    ['not after the first failure', [answer(past(0), 'TECHNICAL')], grant(1), 2],
    ['at the instant of the end on our side', [withdrawn(past(0), 'psu')], grant(0), 1],
    ['not after the end on our side', [withdrawn(past(0), 'psu')], grant(1), 2],
    [
      'not after a failure that a success came before',
      [ok(0), answer(past(2), 'TECHNICAL')],
      grant(1),
      2,
    ],
  ])('%s', (_, history, event, generation) => {
    expect(given(...history).when(event).consent.generation).toBe(generation);
  });

  it('where its token has been used in this life', () => {
    const history = [grant(0, { token: 't0' }), ok(1, { used: 't0', token: 't1' })] as const;

    expect(given(...history).when(grant(2, { token: 't0' })).consent.generation).toBe(1);
    expect(given(...history).when(grant(2, { token: 't2' })).consent.generation).toBe(2);
  });

  it('and then tells what was never known: itself, its token, whom it supersedes', () => {
    const event = grant(-1, { token: 't0', supersedes: 'consent-old', bank: { id: 'DE-1' } });
    const told = given(answer(past(0), 'CONSENT.EXPIRED')).when(event);

    expect(told.consent).toMatchObject({
      generation: 1,
      grantedAt: event.at,
      grantKey: event.key,
      supersedes: 'consent-old',
      bank: { id: 'DE-1' },
    });
    expect(held(told)).toBe('t0');
    expect(told.notice('consent.status-changed')).toMatchObject({ reason: 'granted', to: 'valid' });
  });

  it('and tells nothing twice, nor of a consent that has ended', () => {
    const first = grant(-2, { supersedes: 'consent-old' });
    const again = given(first, ok(0)).when(grant(-3, { supersedes: 'consent-older' }));
    const ended = given(ok(0), withdrawn(past(1), 'tpp')).when(grant(-1, { validUntil: past(9) }));
    const bank = given(ok(0, { bank: { id: 'DE-1' } }), grant(-2)).when(
      grant(-1, { bank: { id: 'DE-2', timeZone: 'Europe/Vienna' } }),
    );

    expect(again.ignored).toBe('nothing-new');
    expect(ended.ignored).toBe('nothing-new');
    expect(bank.consent.bank).toEqual({ id: 'DE-1', timeZone: 'Europe/Vienna' });
  });

  it('and tells a lifetime, unless a later success has disproved it', () => {
    const until = (minutes: number) =>
      given(ok(0), grant(-100)).when(grant(-90, { validUntil: past(minutes), now: past(-200) }));

    expect(until(-1).consent.validUntil).toBeUndefined();
    expect(until(0).consent.validUntil).toBe(START);
    expect(until(-1).consent.validUntilTold).toBe(true);
  });
});

describe('rules 12 and 13: an end', () => {
  const UNTIL = granted('2026-11-01T10:00Z', { validUntil: past(0) });

  it.each([
    ['before', -1, true],
    ['at', 0, false],
  ])('is taken back by a grant from %s it', (_, minutes, withdrawal) => {
    const told = given(UNTIL, answer(past(0), 'TECHNICAL')).when(grant(minutes));

    expect(told.notice('reconsent.withdrawn')).toEqual(
      withdrawal
        ? {
            type: 'reconsent.withdrawn',
            reason: 'granted',
            withdraws: expect.stringMatching(/\.g1\.required$/),
          }
        : undefined,
    );
    expect(told.effects.map(({ key }) => key).includes('notice:1.withdrawn')).toBe(withdrawal);
  });

  it.each([
    [-1, 'older-than-grant'],
    [0, undefined],
  ])('on our own side %i minutes from the grant counts from its instant on', (minutes, ignored) => {
    expect(given(grant(0)).when(withdrawn(past(minutes), 'psu')).ignored).toBe(ignored);
  });

  it('by a replacement names another consent, or it is none', () => {
    expect(given(grant(0)).when(replaced(past(1), 'consent-new')).consent.status).toBe('replaced');
  });

  it('purges all that was fetched until now, also after a later success', () => {
    const told = given(grant(0), ok(10)).when(withdrawn(past(5), 'psu'));

    expect(told.effect('PurgeAccounts')?.before).toBe(START + 10 * MINUTE + 1);
  });
});

describe('the bank of a consent', () => {
  const DE = { id: 'DE-1', timeZone: 'Europe/Vienna', unattendedCallsPerDayMax: 3 };

  it.each([
    ['is what is told of it', {}, DE],
    [
      'learns what was not known',
      { timeZone: 'Europe/Paris' },
      { ...DE, timeZone: 'Europe/Paris' },
    ],
    [
      'takes another maximum',
      { unattendedCallsPerDayMax: 4 },
      { ...DE, unattendedCallsPerDayMax: 4 },
    ],
    ['stays the same by its name', { id: 'DE-1' }, DE],
    ['is another by another name, of which nothing is known', { id: 'DE-2' }, { id: 'DE-2' }],
  ])('%s', (_, bank, known) => {
    expect(given(ok(0, { bank: DE })).when(ok(1, { bank })).consent.bank).toEqual(known);
  });

  it('gets its name when it is first told', () => {
    const told = given(ok(0, { bank: { timeZone: 'Europe/Vienna' } })).when(
      ok(1, { bank: { id: 'DE-1' } }),
    );

    expect(told.consent.bank).toEqual({ id: 'DE-1', timeZone: 'Europe/Vienna' });
  });

  it('goes by the provider’s name in a notice, where it has none, and where that is known', () => {
    const bankIn = (told: Outcome) => told.effect('PublishNotice')?.notice;

    expect(bankIn(given(grant(0)).when(withdrawn(past(1), 'psu')))).toMatchObject({
      provider: 'klarna-consent',
      bankId: 'klarna-consent',
    });
    const unknown = bankIn(when(withdrawn(past(1), 'psu')));
    expect(Object.keys(unknown ?? {})).not.toContain('provider');
    expect(Object.keys(unknown ?? {})).not.toContain('bankId');
  });
});
