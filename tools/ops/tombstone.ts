/**
 * What is left of a consent that was forgotten: an end on our own side, and the numbers by which a
 * next life is told from this one. Nothing of the PSU or the bank is in it. No answer of a bank
 * undoes such an end, so a late result does not open the consent again; a newer grant does. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { blank } from '../../shared/consent/blank.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import type { Instant } from '../../shared/consent/instant.ts';

type Erased = Pick<Consent, 'consentId' | 'ref' | 'version' | 'generation'> &
  Partial<Pick<Consent, 'grantedAt' | 'end'>>;

/**
 * `now` is when it is forgotten. The end is not older than the grant, or that grant, told once
 * more, would begin a life.
 */
export function tombstoneOf(erased: Erased, now: Instant): Consent {
  const { version, generation, grantedAt = now } = erased;
  return {
    ...blank(erased),
    version,
    generation,
    status: 'terminatedByTpp',
    end: { at: Math.max(now, grantedAt), by: 'tpp' },
  };
}

/** Whether there is nothing left to forget. */
export function isTombstone(consent: Erased): boolean {
  return (
    consent.end !== undefined && isDeepStrictEqual(consent, tombstoneOf(consent, consent.end.at))
  );
}
