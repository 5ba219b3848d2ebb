/** Rule 20: when too many of one bank's consents would end at once, ends are held. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BankSeen,
  brakeBankOf,
  endingSpans,
  isToBeHeld,
  newlyActiveAt,
} from '../../shared/consent/brake.ts';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { aConsent } from '../support/a-consent.ts';
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
const policy = POLICIES['klarna-consent'];

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

  it('holds it for 72 hours from then', () => {
    const { consent, notices } = given(...HELD).when(endingDecided('2026-11-24T10:00Z', 'hold'));

    expect(consent.held).toEqual({ since: SECOND.at, until: at('2026-11-27T10:00Z') });
    expect(notices).toEqual([]);
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

describe('rule 20: an unusual number and an unusual share within an hour', () => {
  const NOW = at('2026-11-23T08:30Z');
  const seen = (endings: number, active: number, more: Partial<BankSeen> = {}): BankSeen => ({
    endings: { current: endings, previous: 0 },
    active: { current: active, previous: 0 },
    ...more,
  });
  const isHeld = (bank: BankSeen, when = NOW) => isToBeHeld(bank, when, policy);

  it.each([
    [19, 100, false],
    [20, 100, true],
    [20, 400, true],
    [20, 401, false],
    [50, 1_000, true],
    [49, 1_000, false],
    [19, 0, false],
    [20, 0, true],
  ])('holds the last of %i ends of a bank with %i active consents: %s', (endings, active, held) => {
    expect(isHeld(seen(endings, active))).toBe(held);
  });

  it('counts as active the larger of this week and the last', () => {
    const lastWeek = { active: { current: 3, previous: 401 } };

    expect(isHeld(seen(20, 0, lastWeek))).toBe(false);
    expect(isHeld(seen(21, 0, lastWeek))).toBe(true);
  });

  it('lets the hour slide: of the one before, what is not an hour ago still counts', () => {
    const before = { endings: { current: 5, previous: 30 } };
    const begun = endingSpans(NOW, policy).current;

    expect(isHeld(seen(0, 100, before), begun + 30 * MINUTE)).toBe(true);
    expect(isHeld(seen(0, 100, before), begun + 31 * MINUTE)).toBe(false);
  });

  it('does what a person decided for the bank, as long as that holds', () => {
    expect(isHeld(seen(1, 1_000, { heldUntil: NOW + 1 }))).toBe(true);
    expect(isHeld(seen(1, 1_000, { heldUntil: NOW }))).toBe(false);
    expect(isHeld(seen(50, 100, { releasedUntil: NOW + 1 }))).toBe(false);
    expect(isHeld(seen(50, 100, { releasedUntil: NOW }))).toBe(true);
  });

  it('holds no less when more end, and no more when more are alive', () => {
    const count = fc.nat({ max: 2_000 });
    fc.assert(
      fc.property(count, count, count, (endings, active, more) => {
        if (!isHeld(seen(endings, active))) return;
        expect(isHeld(seen(endings + more, active))).toBe(true);
        expect(isHeld(seen(endings, Math.max(0, active - more)))).toBe(true);
      }),
    );
  });

  it('counts a consent once a week as active, by its successes', () => {
    const week = at('2026-11-19T00:00Z');
    const alive = (lastSuccessAt: number) => aConsent({ lastSuccessAt });

    expect(newlyActiveAt(undefined, alive(week), policy)).toBe(week);
    expect(newlyActiveAt(alive(week - 1), alive(week), policy)).toBe(week);
    expect(newlyActiveAt(alive(week), alive(week + 6 * 24 * HOUR), policy)).toBeUndefined();
    expect(newlyActiveAt(alive(week), alive(week), policy)).toBeUndefined();
  });

  it('counts for the bank, and for the provider where no bank is known', () => {
    expect(brakeBankOf(aConsent({ provider: 'keybank', bank: { id: 'b-1' } }))).toBe('b-1');
    expect(brakeBankOf(aConsent({ provider: 'keybank', bank: {} }))).toBe('keybank');
  });
});
