/** A plain living consent, and a small effect, for tests that care about one or two fields. */
import { blank } from '../../shared/consent/blank.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import type { PurgeAccounts } from '../../shared/consent/effect.ts';
import type { Instant } from '../../shared/consent/instant.ts';

export function aConsent(fields: Partial<Consent> = {}): Consent {
  return {
    ...blank({ consentId: 'consent-1', ref: 'ref-1' }),
    status: 'valid',
    version: 1,
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044' },
    ...fields,
  };
}

export function aPurge(before: Instant): PurgeAccounts {
  return { do: 'PurgeAccounts', key: 'purge', before };
}
