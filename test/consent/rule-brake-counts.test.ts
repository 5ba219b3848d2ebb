/** Rule 20: when too many of one bank's consents would end at once, ends are held. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeSpans,
  type BankSeen,
  brakeBankOf,
  endingSpans,
  isToBeHeld,
  newlyActiveAt,
} from '../../shared/consent/brake.ts';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { aConsent } from '../support/a-consent.ts';
import { at } from '../support/story.ts';

const policy = POLICIES['klarna-consent'];

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

  it('looks at this hour and the one before, and at this week and the one before', () => {
    expect(endingSpans(NOW, policy)).toEqual({
      current: at('2026-11-23T08:00Z'),
      previous: at('2026-11-23T07:00Z'),
    });
    expect(activeSpans(NOW, policy)).toEqual({
      current: at('2026-11-19T00:00Z'),
      previous: at('2026-11-12T00:00Z'),
    });
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
