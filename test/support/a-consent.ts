/** A plain living consent, and a small effect, for tests that care about one or two fields. */
import type { Consent } from '../../shared/consent/consent.ts';
import type { PurgeAccounts } from '../../shared/consent/effect.ts';
import type { Instant } from '../../shared/consent/instant.ts';

export function aConsent(fields: Partial<Consent> = {}): Consent {
  return {
    consentId: 'consent-1',
    ref: 'ref-1',
    status: 'valid',
    version: 1,
    generation: 1,
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044' },
    validUntilTold: false,
    lineage: [],
    strikes: [],
    calls: [],
    races: [],
    transfers: [],
    accountsRefused: 0,
    timersSet: 0,
    requestsMade: 0,
    actions: [],
    applied: [],
    remembered: 0,
    ...fields,
  };
}

export function aPurge(before: Instant): PurgeAccounts {
  return { do: 'PurgeAccounts', key: 'purge', before };
}
