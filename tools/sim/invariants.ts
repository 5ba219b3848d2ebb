/**
 * What has to hold whatever goes wrong, one function each: nothing if it holds, else why not. An
 * exception is what docs/rules.md says cannot be helped; it has a name and is counted.
 */
import { bankDayOf } from '../../shared/consent/bank-day.ts';
import { type Consent, isEndedByUs, type WaitingCall } from '../../shared/consent/consent.ts';
import { DAY, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import type { Notice } from '../../shared/consent/notice.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { waitingCalls } from '../../shared/consent/waiting.ts';
import { type Mandate, tokenNumber } from './bank.ts';

export const NEWEST_TOKEN = 'the stored token is the newest that was told';
export const ENDED_STAYS = 'an ended consent stays ended';
export const NO_EARLY_END = 'no end without two errors half an hour apart';
export const ONE_NOTICE = 'one notice per life, and none for the living';
export const NO_EARLY_CALL = 'no call before its time or above its day';
export const NO_SECRET = 'no secret travels';
export const ACKNOWLEDGED = 'what is acknowledged is applied, ignored or put aside';
export const SAVED_FIRST = 'nothing is performed before it is saved';
export const AT_REST = 'at rest nothing is owed, lost or orphaned';
export const AGREEMENT = 'at rest each consent agrees with its bank';

/** A day, and 20 minutes to keep apart from the daily job. (rule 5) */
const CONFIRM_AFTER_MS = DAY + 20 * MINUTE;
/** Timers may be a minute early. (rule 14) */
const EARLY_MS = MINUTE;
const STRIKE_APART_MS = 30 * MINUTE;

/** What a caller or an app has reported, and what was true about it. */
export interface Reported {
  readonly id: string;
  readonly consentId: string;
  /** By the producer's own clock. */
  readonly time: Instant;
  /** Number of the token that it carries; 0 for none. */
  readonly token: number;
  readonly said: string;
  readonly why: 'truth' | 'lie' | 'stale' | 'token lost' | 'answer under way';
  /** Its clock was off by days. */
  readonly far: boolean;
}

export type Verdict = { readonly why: string } | { readonly exception: string } | undefined;

/** Rule 2: by the bank's own order of tokens. `told`: the newest that was acknowledged. */
export function newestToken(consent: Consent, told: Reported | undefined): Verdict {
  if (told === undefined || told.token === 0 || consent.end !== undefined) return undefined;
  const stored = tokenNumber(consent.token?.secret.reveal());
  if (stored >= told.token) return undefined;
  // Where the chain does not tell, times do, and a producer's clock may be wrong. (rules 2, 15)
  const { token, grantedAt = 0 } = consent;
  if (token !== undefined && told.time <= token.receivedAt) return { exception: 'clocks-disagree' };
  // A time from the future counts as when SQS took the message. (rule 15)
  if (told.far || told.time < grantedAt) return { exception: 'clocks-disagree' };
  return { why: `${consent.consentId} holds token ${stored}, was told token ${told.token}` };
}

/** Rules 3, 12: only a newer grant, or a success where the end was not on our side. */
export function endedStays(
  before: Consent,
  after: Consent,
  reported: readonly Reported[],
): Verdict {
  if (before.end === undefined || after.end !== undefined) return undefined;
  if (after.generation <= before.generation) return { why: 'revived within its life' };
  const isGranted = after.grantedAt !== before.grantedAt;
  if (isGranted && reported.some(({ said }) => said === 'granted')) return undefined;
  if (isEndedByUs(before)) return { why: `ended by ${before.end.by}, revived without a grant` };
  const isProven = after.lastSuccessAt !== before.lastSuccessAt;
  if (isProven && reported.some(({ said }) => said === 'OK')) return undefined;
  return { why: `${after.consentId} revived without a grant or a success` };
}

/** Rules 5, 6. */
export function noEarlyEnd(before: Consent | undefined, after: Consent, now: Instant): Verdict {
  const { end, strikes, provider } = after;
  if (end === undefined || before?.end !== undefined || isEndedByUs(after)) return undefined;
  const validUntil = after.validUntil ?? before?.validUntil;
  const isOutlived = validUntil !== undefined && end.at >= validUntil;
  if (end.by === 'lifetime') {
    const isOver = validUntil !== undefined && validUntil <= now + EARLY_MS;
    return isOver ? undefined : { why: `${after.consentId} ended before its date` };
  }
  const [first, last] = [strikes[0], strikes.at(-1)];
  if (first === undefined || last === undefined) return { why: 'ended without an error' };
  if (provider === 'hamsterbank' && last.category !== 'CONSENT') return undefined;
  if (isOutlived && last.category === 'CONSENT.EXPIRED') return undefined;
  if (last.at - first.at >= STRIKE_APART_MS) return undefined;
  return { why: `${after.consentId} ended by errors ${last.at - first.at} ms apart` };
}

/** Rules 5, 12. `mandate`: what the bank holds true now. */
export function oneNotice(
  notice: Notice,
  publishedBefore: string | undefined,
  mandate: Mandate,
  reported: readonly Reported[],
): Verdict {
  if (notice.body.type !== 'reconsent.required') return undefined;
  if (publishedBefore !== undefined && publishedBefore !== notice.id) {
    return { why: `${notice.id} after ${publishedBefore}` };
  }
  if (!mandate.alive) return undefined;
  const at = new Set(notice.body.errors.map((error) => error.at));
  const refusals = reported.filter(({ time }) => at.has(time));
  const excuse = excuseOf(refusals, notice, reported);
  if (excuse !== undefined) return { exception: excuse };
  const whys = refusals.map(({ id, why, said }) => `${id}: ${said}, ${why}`).join('; ');
  return { why: `${notice.id} asks for a consent that lives (${whys})` };
}

/** Why a living consent was believed to be over, where the rules cannot help it. */
function excuseOf(
  refusals: readonly Reported[],
  notice: Notice,
  reported: readonly Reported[],
): string | undefined {
  const whys = new Set(refusals.map(({ why }) => why));
  if (whys.has('token lost')) return 'asked: a caller lost the only token';
  if (whys.has('lie') && notice.provider === 'hamsterbank') return 'asked: believed at once';
  if (whys.has('lie') && refusals.filter(({ why }) => why === 'lie').length > 1) {
    return 'asked: the bank lied twice';
  }
  if (whys.has('answer under way')) return 'asked: a successor was told too late';
  if (whys.has('truth') || refusals.length === 0) {
    const since = reported.some(({ said, time }) => said === 'granted' && time > notice.at - DAY);
    if (since) return 'asked: granted anew meanwhile';
  }
  return reported.some(({ far }) => far) ? 'asked: a clock was off by days' : undefined;
}

/** Rules 5, 7, 8, 14: for each request that this write has made. */
export function noEarlyCall(before: Consent | undefined, after: Consent, now: Instant): Verdict {
  const known = new Set(before && waitingCalls(before).map(({ request }) => request?.id));
  for (const waiting of waitingCalls(after)) {
    const { request, dueAt, key } = waiting;
    if (request === undefined || known.has(request.id)) continue;
    if (dueAt > now + EARLY_MS) return { why: `${request.id} is ${dueAt - now} ms early` };
    const { limit, strikes } = after;
    const confirmAt = (strikes.at(-1)?.at ?? 0) + CONFIRM_AFTER_MS;
    if (waiting.reason === 'confirm' && confirmAt > now + EARLY_MS) {
      return { why: `${request.id} confirms ${confirmAt - now} ms early` };
    }
    if (limit !== undefined && limit.until > now + EARLY_MS) {
      return { why: `${request.id} does not wait for the bank's next day` };
    }
    if (isAboveDay(after, waiting, now)) return { why: `${request.id} (${key}) is above its day` };
  }
  return undefined;
}

function isAboveDay({ ledger, bank, provider }: Consent, { call }: WaitingCall, now: Instant) {
  const max =
    bank.unattendedCallsPerDayMax ?? (provider && POLICIES[provider].unattendedCallsPerDayMax);
  const { start } = bankDayOf(now, bank.timeZone ?? 'Europe/Berlin');
  if (max === undefined || ledger?.dayStart !== start) return false;
  return (ledger.counts[`${call.operation}|${call.accountId ?? ''}`] ?? 0) >= max;
}
