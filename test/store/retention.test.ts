import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, SECOND } from '../../shared/consent/instant.ts';
import { expiryOf } from '../../shared/consent/retention.ts';
import { toItem } from '../../shared/store/consent-item.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { arbitrarySave } from '../support/arbitrary-consent.ts';
import {
  answer,
  given,
  granted,
  type Outcome,
  replaced,
  when,
  withdrawn,
} from '../support/story.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 15);

describe('the date after which a consent may go', () => {
  const endedAt = (at: number) => aConsent({ status: 'expired', end: { at, by: 'lifetime' } });
  const itemAfter = ({ consent }: Outcome) => toItem({ consent, outbox: [], now: NOW }, 'r1');

  it('is 400 days after the end, and there is none without an end', () => {
    fc.assert(
      fc.property(arbitrarySave, ({ consent, now }) => {
        const item = toItem({ consent, outbox: [], now }, 'r1');

        const { end } = consent;
        expect(item.expiresAt).toEqual(end && { N: String(expiryOf(end.at)) });
      }),
    );
  });

  it('stands there in seconds', () => {
    const item = toItem({ consent: endedAt(NOW), outbox: [], now: NOW + DAY }, 'r1');

    expect(item.expiresAt).toEqual({ N: String(Date.UTC(2027, 11, 27, 8, 15) / SECOND) });
  });

  it('waits for what is owed, even if the end was told years late', () => {
    const consent = endedAt(NOW - 1_000 * DAY);

    const owing = toItem({ consent, outbox: [aPurge(NOW)], now: NOW }, 'r1');
    const done = toItem({ consent, outbox: [], now: NOW }, 'r2');

    expect(owing.expiresAt).toEqual({ N: String(expiryOf(NOW)) });
    expect(done.expiresAt).toEqual({ N: String(expiryOf(NOW - 1_000 * DAY)) });
  });

  it.each([
    ['withdrawn by its PSU', withdrawn('2026-11-22T08:15Z', 'psu')],
    ['withdrawn by its owner', withdrawn('2026-11-22T08:15Z', 'tpp')],
    ['replaced', replaced('2026-11-22T08:15Z', 'consent-new')],
  ])('is there for a consent first heard of when it was %s', (_, event) => {
    expect(itemAfter(when(event)).expiresAt).toEqual({ N: String(expiryOf(NOW)) });
  });

  it('is gone when the bank proves the consent alive, or a grant renews it', () => {
    const from = { provider: 'keybank' } as const;
    const first = answer('2026-11-20T08:00Z', 'CONSENT.EXPIRED', from);
    const second = answer('2026-11-21T09:00Z', 'CONSENT.EXPIRED', from);
    const ending = given(first, second);

    const ended = itemAfter(given(first).when(second));
    const revived = itemAfter(ending.when(answer('2026-11-21T10:00Z', 'OK', from)));
    const renewed = itemAfter(ending.when(granted('2026-11-22T08:00Z', from)));

    expect(ended).toHaveProperty('expiresAt');
    expect(revived).not.toHaveProperty('expiresAt');
    expect(renewed).not.toHaveProperty('expiresAt');
  });
});
