/**
 * Grants, and the ends on our own side. A grant that is older than what the bank has said since
 * adds facts, a newer one begins a life; one heard of again does nothing. (rules 3, 12, 13)
 */
import { type Consent, isEndedByUs } from './consent.ts';
import { announceStatus, type Draft, owe, publishedStatus } from './draft.ts';
import { beginLife, endByUs, withdraw } from './ending.ts';
import type { ConsentGranted, ConsentReplaced, ConsentWithdrawn } from './event.ts';
import { DAY } from './instant.ts';
import { learnBank } from './ledger.ts';
import { keepToken, rememberToken, useOf } from './lineage.ts';

export function grant(draft: Draft, event: ConsentGranted): 'nothing-new' | undefined {
  if (isLate(draft, event)) return addFacts(draft, event);

  const { consent } = draft;
  const from = publishedStatus(consent);
  const { end } = consent;
  // The first word ever heard of a consent begins its first life, not its second.
  if (consent.version > 1) beginLife(draft);
  // Asked again although the PSU had already consented: only the news came late.
  if (end?.required !== undefined && event.at < end.at)
    withdraw(draft, end.required, consent.generation - 1, 'granted');

  consent.status = 'valid';
  consent.provider = event.provider;
  takeGrant(draft, event);
  learnBank(draft, event.bank);
  takeToken(draft, event, end !== undefined);
  learnLifetime(draft, event);
  supersede(draft, event);
  announceStatus(draft, from, 'granted');
  return undefined;
}

/**
 * Older than the latest grant, than an end on our own side, than the newest evidence, or than the
 * token that is stored (an error that brought one is no evidence, but its token is the newer).
 */
function isLate({ consent, policy }: Draft, { at, token }: ConsentGranted): boolean {
  const { evidenceAt = at, strangerAt = at, grantedAt, end, lineage } = consent;
  if (grantedAt !== undefined && at <= grantedAt) return true;
  if (end !== undefined && isEndedByUs(consent) && at <= end.at) return true;
  // What is kept of an ended consent is of a life whose grant is still to come: of this one.
  if (end !== undefined && at < (consent.token?.receivedAt ?? at)) return false;
  // The date was the one before. Where tokens rotate, that end has wiped the only one.
  if (end?.by === 'lifetime' && !policy.rotatesTokens) return false;
  // Heard of after the first failures of the life that it began.
  if (isUnproven(consent) && at <= (consent.failingSince ?? Number.NEGATIVE_INFINITY)) return true;

  const use = useOf(consent, token?.fingerprint);
  // Its token has already been used in this life: the life is this grant's own.
  if (use === 'superseded' && !end) return true;
  // With a token never seen it begins a chain of its own beside the known ones: what was answered
  // to calls with those is of the life before, whatever its time (rule 2).
  if (use === 'never-seen' && lineage.length > 0 && strangerAt <= at) return false;
  return at < evidenceAt || at < (consent.token?.receivedAt ?? at);
}

function isUnproven({ grantedAt, evidenceAt, end }: Consent): boolean {
  return grantedAt === undefined && evidenceAt === undefined && end === undefined;
}

function takeGrant({ consent }: Draft, { at, key }: ConsentGranted): void {
  consent.grantedAt = at;
  consent.grantKey = key;
  consent.validUntilTold = false;
  delete consent.validUntil;
  delete consent.expiringAt;
}

/** A token kept of an ended consent is of this life already: its latest, if it is newer. */
function takeToken(draft: Draft, { token, at }: ConsentGranted, hadEnded: boolean): void {
  const { consent } = draft;
  const isNewer = hadEnded && consent.token !== undefined && consent.token.receivedAt > at;
  if (token !== undefined && !isNewer) {
    delete consent.token;
    return keepToken(draft, token, at);
  }
  if (token !== undefined) rememberToken(draft, token.fingerprint);
  if (consent.token !== undefined) rememberToken(draft, consent.token.fingerprint);
}

/** What was never known is learnt; what is known stays, but for what an older grant has told. */
function addFacts(draft: Draft, event: ConsentGranted): 'nothing-new' | undefined {
  const { consent } = draft;
  if (isEndedByUs(consent) || event.key === consent.grantKey) return 'nothing-new';

  const before = { ...consent };
  const from = publishedStatus(consent);
  const { grantedAt = Number.NEGATIVE_INFINITY } = consent;
  // The latest one counts: what it says of the lifetime, and nothing that was said before.
  const isLatest = event.at > grantedAt;
  if (isLatest) takeGrant(draft, event);
  if (consent.status === 'received') consent.status = 'valid';
  consent.bank = { ...event.bank, ...consent.bank };
  if (event.token !== undefined && consent.lineage.length === 0) {
    keepToken(draft, event.token, event.at);
  }
  if (!consent.validUntilTold && event.at >= grantedAt) learnLifetime(draft, event);
  if (isLatest || consent.supersedes === undefined) supersede(draft, event);
  announceStatus(draft, from, 'granted');
  return changed(before, consent) ? undefined : 'nothing-new';
}

function changed(before: Consent, after: Consent): boolean {
  return (Object.keys(after) as (keyof Consent)[]).some((field) =>
    field === 'bank'
      ? JSON.stringify(before.bank) !== JSON.stringify(after.bank)
      : before[field] !== after[field],
  );
}

function learnLifetime(draft: Draft, { at, validUntil }: ConsentGranted): void {
  if (validUntil === undefined) return;
  const { consent, policy } = draft;
  consent.validUntilTold = true;
  // A success later than the grant and its date has already disproved it.
  if ((consent.lastSuccessAt ?? 0) > Math.max(at, validUntil)) return;
  consent.validUntil = validUntil;
  if (validUntil - at > policy.expiringLifetimeDays * DAY) {
    consent.expiringAt = validUntil - policy.expiringNoticeDays * DAY;
  }
}

/** The consent it takes the place of is told, with the grant's time. */
function supersede(draft: Draft, event: ConsentGranted): void {
  const { consent } = draft;
  const { key, at, supersedes } = event;
  if (supersedes === undefined || supersedes === consent.consentId) return;

  consent.supersedes = supersedes;
  owe(draft, {
    do: 'ReplaceConsent',
    key: `replace:${supersedes}`,
    id: `${consent.ref}.g${consent.generation}.replaces.${key}`,
    consentId: supersedes,
    by: consent.consentId,
    at,
    bankId: consent.bank.id ?? event.provider,
  });
}

type NotEnded = 'ended' | 'older-than-grant' | 'names-itself';

export function endOnOurSide(
  draft: Draft,
  event: ConsentWithdrawn | ConsentReplaced,
): NotEnded | undefined {
  const { consent } = draft;
  if (event.type === 'ConsentReplaced' && event.by === consent.consentId) return 'names-itself';
  if (isEndedByUs(consent)) return 'ended';
  if (consent.grantedAt !== undefined && event.at < consent.grantedAt) return 'older-than-grant';

  if (event.type === 'ConsentReplaced') endByUs(draft, 'replaced', 'replacement', event.at);
  else if (event.by === 'tpp') endByUs(draft, 'terminatedByTpp', 'tpp', event.at);
  else endByUs(draft, 'revokedByPsu', 'psu', event.at);
  return undefined;
}
