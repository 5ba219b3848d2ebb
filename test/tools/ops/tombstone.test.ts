/** What is left of a forgotten consent: nothing of the PSU, and an end that nothing late undoes. */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../../shared/consent/consent.ts';
import { decide } from '../../../shared/consent/decide.ts';
import { POLICIES } from '../../../shared/consent/policy.ts';
import { fromItem, toItem } from '../../../shared/store/consent-item.ts';
import { isTombstone, tombstoneOf } from '../../../tools/ops/tombstone.ts';
import {
  answer,
  at,
  granted,
  replaced,
  rescued,
  type Step,
  timerDue,
  withdrawn,
} from '../../support/story.ts';
import { playedBy } from './histories.ts';

const FORGOTTEN = at('2026-11-24T12:00Z');
const SUSPECT: readonly Step[] = [
  granted('2026-11-20T06:00Z', { id: 'grant', token: 't-0', validUntil: '2027-05-20T00:00Z' }),
  answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', {
    used: 't-0',
    accountId: 'DE0212',
    bank: { id: 'b' },
  }),
];

function forgotten(steps: readonly Step[] = SUSPECT): Consent {
  return tombstoneOf(playedBy(steps).consent, FORGOTTEN);
}

describe('a forgotten consent', () => {
  it('keeps who it is, its numbers and its end, and nothing else', () => {
    const { consent } = playedBy(SUSPECT);

    const { consentId, ref, version, generation, status, end, ...rest } = forgotten();

    expect({ consentId, ref, version, generation }).toEqual({
      consentId: consent.consentId,
      ref: consent.ref,
      version: 2,
      generation: 1,
    });
    expect({ status, end }).toEqual({
      status: 'terminatedByTpp',
      end: { at: FORGOTTEN, by: 'tpp' },
    });
    expect(Object.values(rest).flatMap((one) => Object.values(Object(one)))).toEqual([]);
  });

  it('is a consent that the table takes and gives back', () => {
    const item = toItem({ consent: forgotten(), outbox: [], now: FORGOTTEN }, 'r');

    expect(fromItem(item).consent).toEqual(forgotten());
    expect(Number(item.expiresAt?.N)).toBeGreaterThan(FORGOTTEN / 1_000);
  });

  it.each<[string, Step]>([
    ['a late success', answer('2026-11-24T11:00Z', 'OK', { used: 't-0', token: 't-1' })],
    ['a later success', answer('2026-11-25T11:00Z', 'OK', { used: 't-1', token: 't-2' })],
    ['a strike', answer('2026-11-25T11:00Z', 'CONSENT.REVOKED', { used: 't-0' })],
    ['a rescued token', rescued('2026-11-25T11:00Z', 't-3')],
    ['a timer', timerDue('2026-11-24T08:20Z', 1, 1)],
    ['a withdrawal', withdrawn('2026-11-25T11:00Z', 'psu')],
    ['a replacement', replaced('2026-11-25T11:00Z', 'another')],
  ])('is not opened again by %s', (_, step) => {
    const decision = decide(forgotten(), step as Exclude<Step, CallableFunction>, POLICIES);

    expect(decision).toEqual({ outcome: 'ignored', reason: 'ended' });
  });

  it('is not opened again by its own grant, told once more', () => {
    const decision = decide(forgotten(), granted('2026-11-20T06:00Z', { token: 't-0' }), POLICIES);

    expect(decision).toEqual({ outcome: 'ignored', reason: 'nothing-new' });
  });

  it('begins a new life with a newer grant, whose numbers go on from the old ones', () => {
    const decision = decide(forgotten(), granted('2026-12-01T06:00Z', { token: 't-9' }), POLICIES);

    if (decision.outcome === 'ignored') throw new Error(decision.reason);
    expect(decision.next).toMatchObject({ status: 'valid', generation: 2, version: 3 });
  });

  it('is known for one, and no other consent is', () => {
    const [granting] = SUSPECT;
    const ended = playedBy([granting as Step, withdrawn('2026-11-21T06:00Z', 'tpp')]);

    expect([isTombstone(forgotten()), isTombstone(ended.consent)]).toEqual([true, false]);
  });

  it('has an end no older than its grant, of a clock that is ahead of ours', () => {
    const { consent } = playedBy([granted('2026-11-24T12:03Z')]);

    expect(tombstoneOf(consent, FORGOTTEN).end?.at).toBe(at('2026-11-24T12:03Z'));
  });
});
