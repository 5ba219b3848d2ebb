/** Rule 20: what an end that is held comes to, what is never held, and what a person decides. */
import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/consent/decide.ts';
import { HOUR } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import {
  answer,
  at,
  braked,
  endingDecided,
  given,
  granted,
  itsTimer,
  replaced,
  type Step,
  withdrawn,
} from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { operation: 'balances' });
const SECOND = answer('2026-11-23T08:30Z', 'CONSENT.EXPIRED', { operation: 'balances' });
const HELD: readonly Step[] = [GRANTED, FIRST, braked(SECOND)];
const UNTIL = '2026-11-26T08:30Z';

describe('rule 20: an end that is held', () => {
  it('keeps the consent suspect and its token, and tells nobody', () => {
    const { consent, notices, notes } = given(GRANTED, FIRST).when(braked(SECOND));

    expect(consent).toMatchObject({
      status: 'suspect',
      held: { since: at('2026-11-23T08:30Z'), until: at(UNTIL) },
    });
    expect(consent.token?.secret.reveal()).toBe('t0');
    expect(notices).toEqual([]);
    expect(notes).toContain('ending-held');
  });

  it('is confirmed daily, as any strike is', () => {
    const due = given(...HELD).when(itsTimer());
    const third = answer('2026-11-24T08:55Z', 'CONSENT.EXPIRED', { operation: 'balances' });
    const next = given(...HELD, itsTimer(), third).when(itsTimer());

    expect(due.requests).toMatchObject([{ reason: 'confirm', at: at('2026-11-24T08:50Z') }]);
    expect(next.requests).toMatchObject([{ reason: 'confirm', at: at('2026-11-25T09:15Z') }]);
  });

  it('is confirmed daily for as long as persons hold it, though more strikes come than are kept', () => {
    const begun = at('2026-11-24T10:00Z');
    const answers = Array.from({ length: 8 }, (_, day) => begun + day * 25 * HOUR);
    const daily = answers.flatMap((time): readonly Step[] => [
      itsTimer(),
      endingDecided(new Date(time).toISOString(), 'hold'),
      answer(new Date(time).toISOString(), 'CONSENT.EXPIRED', { operation: 'balances' }),
    ]);

    const { requests, notes } = given(...HELD, ...daily).when(itsTimer());

    expect(requests).toMatchObject([{ reason: 'confirm', at: at('2026-12-02T17:20Z') }]);
    expect(notes).not.toContain('unanswered');
  });

  it.each(['CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT'] as const)(
    'is not made by one strike more, whether the brake is on or not: %s',
    (category) => {
      const { consent, notes } = given(...HELD).when(answer('2026-11-24T08:50Z', category));

      expect(consent).toMatchObject({ status: 'suspect', held: { until: at(UNTIL) } });
      expect(consent.strikes).toHaveLength(3);
      expect(notes).not.toContain('ending-held');
    },
  );

  it('is forgotten with a success, and nothing is said', () => {
    const alive = answer('2026-11-24T08:50Z', 'OK', { used: 't0', token: 't1' });

    const { consent, notices } = given(...HELD).when(alive);

    expect(consent.status).toBe('valid');
    expect(consent.held).toBeUndefined();
    expect(notices).toEqual([]);
  });

  it('is forgotten when a late success leaves too few strikes to end it', () => {
    const late = answer('2026-11-22T09:00Z', 'OK', { now: '2026-11-23T10:00Z' });

    const { consent } = given(...HELD).when(late);
    const struckAgain = given(...HELD, late).when(answer('2026-11-24T08:50Z', 'CONSENT.EXPIRED'));

    expect(consent).toMatchObject({ status: 'suspect', strikes: [{ at: SECOND.at }] });
    expect(consent.held).toBeUndefined();
    expect(struckAgain.consent.status).toBe('expired');
  });

  it('stands when a late success leaves enough strikes to end it', () => {
    const third = answer('2026-11-24T08:50Z', 'CONSENT.EXPIRED');
    const late = answer('2026-11-22T09:00Z', 'OK', { now: '2026-11-24T10:00Z' });

    const { consent } = given(...HELD, third).when(late);

    expect(consent).toMatchObject({
      status: 'suspect',
      strikes: [{ at: SECOND.at }, { at: third.at }],
      held: { since: SECOND.at, until: at(UNTIL) },
    });
  });

  it('stands when a success is older than all that it rests on', () => {
    const older = answer('2026-11-21T08:00Z', 'OK', { now: '2026-11-23T10:00Z' });

    expect(given(...HELD).when(older).consent.held).toMatchObject({ until: at(UNTIL) });
  });

  it('comes after all when 72 hours have passed', () => {
    const before = given(...HELD).when(answer('2026-11-26T08:29Z', 'TECHNICAL'));
    const after = given(...HELD).when(answer('2026-11-26T08:30Z', 'TECHNICAL'));

    expect(before.consent.status).toBe('suspect');
    expect(after.consent).toMatchObject({
      status: 'expired',
      end: { at: at(UNTIL), by: 'bank', reason: 'CONSENT.EXPIRED' },
    });
    expect(after.consent.token).toBeUndefined();
    expect(after.consent.held).toBeUndefined();
    expect(after.notice('reconsent.required')).toMatchObject({ confirmedAt: at(UNTIL) });
  });

  it('has a timer for that, even where nobody answers the confirming call', () => {
    const unanswered = given(...HELD, itsTimer()).when(itsTimer());
    const { consent } = given(...HELD, itsTimer(), itsTimer()).when(itsTimer());

    expect(unanswered.effect('SetTimer')).toMatchObject({ dueAt: at(UNTIL) });
    expect(consent).toMatchObject({ status: 'expired', end: { at: at(UNTIL) } });
  });

  it('can be disproved afterwards, like any other', () => {
    const late = answer('2026-11-26T09:00Z', 'OK', { used: 't0', token: 't1' });

    const { consent, notice } = given(...HELD, answer(UNTIL, 'TECHNICAL')).when(late);

    expect(consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(notice('reconsent.withdrawn')).toBeDefined();
  });

  it('is forgotten with a new grant', () => {
    const again = granted('2026-11-23T12:00Z', { token: 'n0' });

    expect(given(...HELD).when(again).consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(given(...HELD).when(again).consent.held).toBeUndefined();
  });

  it('is held too where a single strike would do', () => {
    const plain = answer('2026-11-22T08:00Z', 'CONSENT.REVOKED', { provider: 'hamsterbank' });
    const hamster = granted('2026-11-01T10:00Z', { provider: 'hamsterbank' });

    const { consent, effect } = given(hamster).when(braked(plain));

    expect(consent).toMatchObject({ status: 'suspect', held: { since: plain.at } });
    expect(effect('SetTimer')).toMatchObject({ dueAt: at('2026-11-23T08:20Z') });
  });
});

describe('rule 20: what is never held', () => {
  it('is a lifetime that has run out', () => {
    const known = granted('2026-11-01T10:00Z', { validUntil: '2026-11-24T00:00Z' });

    const { consent } = given(known).when(braked(answer('2026-11-24T00:00Z', 'TECHNICAL')));

    expect(consent).toMatchObject({ status: 'expired', end: { by: 'lifetime' } });
  });

  it('is an EXPIRED from after the known date', () => {
    const known = granted('2026-11-01T10:00Z', { validUntil: '2026-11-24T00:00Z' });
    const said = answer('2026-11-24T08:00Z', 'CONSENT.EXPIRED');

    const first = given(known).when(braked(said));
    const heldBefore = given(known, FIRST, braked(SECOND)).when(braked(said));

    expect(first.consent.status).toBe('expired');
    expect(heldBefore.consent.status).toBe('expired');
  });

  it.each([
    withdrawn('2026-11-23T09:00Z', 'psu'),
    withdrawn('2026-11-23T09:00Z', 'tpp'),
    replaced('2026-11-23T09:00Z', 'consent-new'),
  ])('is an end on our own side, and it ends what is held: $type', (event) => {
    const { consent, notice } = given(...HELD).when(braked(event));

    expect(consent.end).toMatchObject({ at: event.at });
    expect(consent.held).toBeUndefined();
    expect(notice('reconsent.required')).toBeUndefined();
  });
});

describe('rule 20: what a person decides', () => {
  const RELEASE = endingDecided('2026-11-23T10:00Z', 'release');

  it('ends a held consent at once when it is released', () => {
    const { consent, notice } = given(...HELD).when(RELEASE);

    expect(consent).toMatchObject({ status: 'expired', end: { at: RELEASE.at, by: 'bank' } });
    expect(notice('reconsent.required')).toMatchObject({
      reason: 'CONSENT.EXPIRED',
      confirmedAt: RELEASE.at,
      errors: [{ at: FIRST.at }, { at: SECOND.at }],
    });
  });

  it('counts from the very instant at which it was held', () => {
    const atOnce = endingDecided('2026-11-23T08:30Z', 'release');

    expect(given(...HELD).when(atOnce).consent.status).toBe('expired');
  });

  it('holds it for 72 hours from then', () => {
    const { consent, notices } = given(...HELD).when(endingDecided('2026-11-24T10:00Z', 'hold'));

    expect(consent.held).toEqual({ since: SECOND.at, until: at('2026-11-27T10:00Z') });
    expect(notices).toEqual([]);
  });

  it('is ignored for a consent that nobody has heard of', () => {
    expect(decide(undefined, RELEASE, POLICIES)).toEqual({
      outcome: 'ignored',
      reason: 'unknown-consent',
    });
  });

  it.each(['release', 'hold'] as const)('changes nothing where nothing is held: %s', (decision) => {
    const late = endingDecided('2026-11-24T10:00Z', decision);

    expect(given(GRANTED, FIRST).when(late).ignored).toBe('not-held');
    expect(given(GRANTED, FIRST, SECOND).when(late).ignored).toBe('ended');
    expect(given(...HELD).when(endingDecided('2026-11-23T08:29Z', decision)).ignored).toBe(
      'not-held',
    );
  });
});
