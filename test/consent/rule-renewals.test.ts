/** Rule 3: a consent that is renewed, however late the grant is heard of. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, rescued, type Step } from '../support/story.ts';

const RENEWED = '2026-11-22T08:00:00Z';
const SECONDS_LATER = '2026-11-22T08:00:05Z';
const OLD_DATE = '2026-11-25T08:00Z';
const NEW_DATE = '2027-05-22T08:00Z';

const GRANTED = granted('2026-05-29T08:00Z', { token: 't0', validUntil: OLD_DATE });
const RENEWAL = granted(RENEWED, {
  token: 'g0',
  validUntil: NEW_DATE,
  now: '2026-11-22T08:03:00Z',
});

/** Where no tokens tell one life from another. */
const hamsterbank = { provider: 'hamsterbank' } as const;

function seen(last: Step, ...before: readonly Step[]) {
  const { consent, notices } = given(...before).when(last);
  const { status, generation, validUntil } = consent;
  const token = consent.token?.secret.reveal();
  return { status, generation, validUntil, token, notices: notices.map(({ type }) => type) };
}

describe('rule 3: a renewal that is heard of after a later result', () => {
  const first = granted('2026-05-29T08:00Z', { ...hamsterbank, validUntil: OLD_DATE });
  const call = answer(SECONDS_LATER, 'OK', hamsterbank);

  it('brings its date: nobody is asked on the old one', () => {
    const renewal = granted(RENEWED, { ...hamsterbank, validUntil: NEW_DATE });

    expect(seen(renewal, first, call)).toMatchObject({
      status: 'valid',
      generation: 1,
      validUntil: at(NEW_DATE),
    });
    expect(seen(itsTimer('2026-11-25T08:00:00Z'), first, call, renewal)).toMatchObject({
      status: 'valid',
      notices: [],
    });
  });

  it('takes the old date away, even if it names none', () => {
    const renewal = granted(RENEWED, hamsterbank);

    expect(seen(renewal, first, call)).toMatchObject({ status: 'valid', validUntil: undefined });
  });

  it('takes the place of the consent that it names, whatever an older grant has named', () => {
    const older = granted('2026-05-29T08:00Z', { ...hamsterbank, supersedes: 'consent-old' });
    const renewal = granted(RENEWED, { ...hamsterbank, supersedes: 'consent-older' });

    const told = given(older, call).when(renewal);

    expect(told.effect('ReplaceConsent')).toMatchObject({ consentId: 'consent-older' });
    expect(told.consent.supersedes).toBe('consent-older');
  });

  it('brings its date to a consent that its first call has revived', () => {
    const ended = itsTimer('2026-11-25T08:00:00Z');
    const revived = answer('2026-11-26T08:00:05Z', 'OK', hamsterbank);
    const renewal = granted('2026-11-26T08:00Z', { ...hamsterbank, validUntil: NEW_DATE });

    expect(seen(renewal, first, ended, revived)).toMatchObject({
      status: 'valid',
      validUntil: at(NEW_DATE),
    });
  });

  it('takes back the end that the old date has made meanwhile', () => {
    const ended = itsTimer('2026-11-25T08:00:00Z');
    const renewal = granted(RENEWED, { ...hamsterbank, validUntil: NEW_DATE });

    expect(seen(renewal, first, call, ended)).toMatchObject({
      status: 'valid',
      generation: 2,
      validUntil: at(NEW_DATE),
      notices: ['reconsent.withdrawn', 'consent.status-changed'],
    });
  });

  it('takes back none where that has wiped the only token', () => {
    const tokens = { used: 'g0', token: 'g1' };
    const rotated = answer(SECONDS_LATER, 'OK', tokens);
    const ended = itsTimer('2026-11-25T08:00:00Z');

    expect(seen(RENEWAL, GRANTED, rotated, ended)).toMatchObject({
      status: 'expired',
      notices: [],
    });
  });

  it('brings its date to a consent that has ended meanwhile, for the day that it revives', () => {
    const refused = answer(SECONDS_LATER, 'CONSENT.EXPIRED', hamsterbank);
    const proof = answer('2026-11-23T08:00Z', 'OK', hamsterbank);
    const renewal = granted(RENEWED, { ...hamsterbank, validUntil: NEW_DATE });

    expect(seen(renewal, first, refused)).toMatchObject({ status: 'expired', notices: [] });
    expect(seen(proof, first, refused, renewal)).toMatchObject({
      status: 'valid',
      validUntil: at(NEW_DATE),
    });
  });

  it('is announced anew when the new date comes near', () => {
    const soon = itsTimer();
    const renewal = granted(RENEWED, { ...hamsterbank, validUntil: NEW_DATE });
    const ids = [[first], [first, soon, call, renewal]].map((before) =>
      given(...before)
        .when(soon)
        .effects.flatMap((one) => (one.do === 'PublishNotice' ? [one.key] : [])),
    );

    expect(ids).toEqual([['notice:1.expiring.2'], ['notice:1.expiring.5']]);
  });
});

describe('rules 2 and 3: whose token has never been seen', () => {
  it.each([
    ['was answered', 'OK', { used: 't0', token: 't1' }],
    ['was refused', 'CONSENT.EXPIRED', { used: 't0' }],
    ['brought a token and no proof', 'BANK.TECHNICAL', { used: 't0', token: 't1' }],
  ] as const)('begins a life though a call with an older one %s later', (_, category, tokens) => {
    const late = answer(SECONDS_LATER, category, tokens);
    const renewed = {
      status: 'valid',
      generation: 2,
      token: 'g0',
      validUntil: at(NEW_DATE),
    };

    expect(seen(RENEWAL, GRANTED, late)).toMatchObject(renewed);
    expect(seen(late, GRANTED, RENEWAL)).toMatchObject(renewed);
  });

  it.each([
    ['used it', { used: 'g0' }],
    ['did not say which it used', {}],
  ])('begins a life though a call that %s was refused later, and brought none', (_, used) => {
    const late = answer(SECONDS_LATER, 'CONSENT.EXPIRED', used);

    expect(seen(RENEWAL, GRANTED, late)).toMatchObject({ token: 'g0', validUntil: at(NEW_DATE) });
  });

  it('takes back the end that such a call made, and the notice of it', () => {
    const strikes = ['2026-11-21T08:00Z', SECONDS_LATER].map((time) =>
      answer(time, 'CONSENT.EXPIRED', { used: 't0' }),
    );

    expect(seen(RENEWAL, GRANTED, ...strikes)).toEqual({
      status: 'valid',
      generation: 2,
      validUntil: at(NEW_DATE),
      token: 'g0',
      notices: ['reconsent.withdrawn', 'consent.status-changed'],
    });
  });

  it.each<[string, Step, string]>([
    ['used it before it was told', answer(SECONDS_LATER, 'OK', { used: 'g0', token: 'g1' }), 'g1'],
    [
      'used another one that nobody told of',
      answer(SECONDS_LATER, 'OK', { used: 'g1', token: 'g2' }),
      'g2',
    ],
    ['did not say which it used', answer(SECONDS_LATER, 'OK', { token: 'g1' }), 'g1'],
    ['left its token alone behind', rescued(SECONDS_LATER, 'g1'), 'g1'],
  ])('begins none if a later call %s, whose token stays', (_, call, token) => {
    expect(seen(RENEWAL, GRANTED, call)).toMatchObject({
      status: 'valid',
      generation: 1,
      token,
      validUntil: at(NEW_DATE),
    });
  });

  it('begins none after a later strange call, though an older one is heard of last', () => {
    const strange = answer(SECONDS_LATER, 'OK', { used: 'g1', token: 'g2' });
    const older = answer('2026-11-22T07:00:00Z', 'OK', { used: 'y0', token: 'y1' });

    expect(seen(RENEWAL, GRANTED, strange, older)).toMatchObject({ generation: 1, token: 'g2' });
  });

  it('begins one after strange calls that were made before it', () => {
    const strange = answer('2026-11-22T07:59:00Z', 'OK', { used: 'x0', token: 'x1' });
    const stranger = answer('2026-11-22T07:00:00Z', 'OK', { used: 'y0', token: 'y1' });
    const late = answer(SECONDS_LATER, 'OK', { used: 'x1', token: 'x2' });

    expect(seen(RENEWAL, GRANTED, strange, stranger, late)).toMatchObject({
      generation: 2,
      token: 'g0',
    });
  });

  it('is older than the latest grant, and begins nothing', () => {
    const later = granted('2026-11-22T09:00Z', { token: 'h0' });

    expect(given(GRANTED, later).when(RENEWAL).ignored).toBe('nothing-new');
  });

  it('is heard of twice, and begins one life', () => {
    const late = answer(SECONDS_LATER, 'OK', { used: 't0', token: 't1' });

    expect(given(GRANTED, late, RENEWAL).when(RENEWAL).ignored).toBe('duplicate');
  });
});
