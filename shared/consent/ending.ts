/**
 * How a life ends, and how the next one begins. The end is said once; if the bank proves it wrong,
 * that is said too, naming the notice that is taken back. (rules 3, 12, 13)
 */
import type { End, Status, Strike } from './consent.ts';
import {
  announcePurge,
  announceStatus,
  type Draft,
  dropTimer,
  publish,
  publishedStatus,
  purgeAccounts,
} from './draft.ts';
import type { Instant } from './instant.ts';
import { wipeToken } from './lineage.ts';
import type { EndReason } from './notice.ts';
import { errorsOf, reasonOf } from './strikes.ts';

/** The bank's answers have ended it: the PSU is to be asked again. */
export function endByBank(draft: Draft, at: Instant): void {
  const reason = reasonOf(draft.consent.strikes);
  end(draft, reason === 'CONSENT.REVOKED' ? 'revokedByPsu' : 'expired', { at, by: 'bank', reason });
}

/** Its known lifetime is over: no call need be spent on it. (rule 6) */
export function endByLifetime(draft: Draft, validUntil: Instant): void {
  end(draft, 'expired', { at: validUntil, by: 'lifetime', reason: 'CONSENT.EXPIRED' });
}

/** Ended on our own side: nobody is asked again, and a notice that did ask is taken back. */
export function endByUs(
  draft: Draft,
  status: 'revokedByPsu' | 'terminatedByTpp' | 'replaced',
  by: 'psu' | 'tpp' | 'replacement',
  at: Instant,
): void {
  const asked = draft.consent.end?.required;
  end(draft, status, { at, by });
  if (asked !== undefined && by !== 'replacement')
    withdraw(draft, asked, draft.consent.generation, by);
}

function end(draft: Draft, status: Status, how: End & { readonly reason?: EndReason }): void {
  const { consent } = draft;
  const from = publishedStatus(consent);
  const reason = how.reason ?? how.by;
  const required = how.reason && requireConsent(draft, how.reason, how.at);

  dropTimer(draft, consent.generation);
  consent.status = status;
  consent.end = { ...how, ...(required !== undefined && { required }) };
  consent.calls = [];
  consent.races = [];
  consent.transfers = [];
  wipeToken(draft);
  delete consent.held;
  delete consent.confirming;
  delete consent.limit;

  draft.notes.push('ended');
  // Whatever was fetched until now was fetched no later than the last success.
  const before = Math.max(how.at, consent.lastSuccessAt ?? how.at) + 1;
  // The accounts of a replaced consent live on in the one that took its place.
  if (how.by === 'replacement') purgeAccounts(draft, before);
  else announcePurge(draft, before, 'ended');
  announceStatus(draft, from, reason);
}

function requireConsent(draft: Draft, reason: EndReason, confirmedAt: Instant): string {
  const { strikes, lastSuccessAt, generation } = draft.consent;
  const first = strikes[0];
  return publish(draft, `${generation}.required`, {
    type: 'reconsent.required',
    reason,
    ...(first && { firstErrorAt: first.at }),
    confirmedAt,
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    errors: errorsOf(strikes),
  });
}

/** Takes back the notice that asked the PSU when `life` had ended. */
export function withdraw(draft: Draft, required: string, life: number, reason: string): void {
  publish(draft, `${life}.withdrawn`, {
    type: 'reconsent.withdrawn',
    reason,
    withdraws: required,
  });
}

/**
 * The bank has proved an ended consent alive: a new life, with the strikes that still stand. To the
 * bank it is the old one, so that the tokens of that are counted to it.
 */
export function revive(draft: Draft, strikes: readonly Strike[]): void {
  const { consent } = draft;
  const from = publishedStatus(consent);
  const required = consent.end?.required;

  beginLife(draft);
  consent.strikes = strikes;
  consent.status = strikes.length > 0 ? 'suspect' : 'valid';
  takeOverTokens(draft);

  draft.notes.push('revived');
  if (required !== undefined) withdraw(draft, required, consent.generation - 1, 'OK');
  announceStatus(draft, from, 'OK');
}

/** Or a call with the latest of them, if an error had brought it, would be of an earlier life. */
function takeOverTokens({ consent }: Draft): void {
  const { generation, lineage } = consent;
  consent.lineage = lineage.map((one) =>
    one.generation === generation - 1 ? { ...one, generation } : one,
  );
}

/** What belongs to one life only is gone with it: strikes, waits, races, what was said. */
export function beginLife(draft: Draft): void {
  const { consent } = draft;
  dropTimer(draft, consent.generation);
  consent.generation += 1;
  consent.strikes = [];
  consent.calls = [];
  consent.races = [];
  consent.actions = [];
  consent.accountsRefused = 0;
  delete consent.end;
  delete consent.held;
  delete consent.confirming;
  delete consent.limit;
  delete consent.failingSince;
}
