/**
 * A consent of which nothing is known but its name. Whatever is heard first opens it: there is
 * nothing to import. (decision 0002)
 */
import type { Consent } from './consent.ts';

export function blank({ consentId, ref }: Pick<Consent, 'consentId' | 'ref'>): Consent {
  return {
    consentId,
    ref,
    status: 'received',
    version: 0,
    generation: 1,
    bank: {},
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
  };
}
