/** Rule 8 in general: whoever is present is not counted, in whatever state a consent is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begun, LEASE_MAX_MS, refusalOf } from '../../shared/consent/lease.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { arbitraryConsent } from '../support/arbitrary-consent.ts';
import { at } from '../support/story.ts';

const POLICY = POLICIES['klarna-consent'];
const NOON = at('2026-11-23T11:00:00Z');
const BALANCES = { operation: 'balances', accountId: 'acc-1', attended: false } as const;

describe('a call may begin', () => {
  it('with the PSU present in any state of the day, but not beside another one (rule 8)', () => {
    fc.assert(
      fc.property(arbitraryConsent, (consent) => {
        const wish = { call: { ...BALANCES, attended: true }, at: NOON };
        const reason = refusalOf(consent, wish, POLICY)?.reason;

        const { until = 0 } = consent.lease ?? {};
        const isRunning = until > NOON && until <= NOON + LEASE_MAX_MS;
        expect(reason).toBe(consent.end ? 'ended' : isRunning ? 'call-running' : undefined);
        const after = { ...consent, ...begun(consent, wish, { resultKey: 'k', until: NOON }) };
        expect(after.ledger).toEqual(consent.ledger);
      }),
    );
  });
});
