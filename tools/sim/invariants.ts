/**
 * What has to hold whatever goes wrong, one function each: nothing if it holds, else why not. An
 * exception is what docs/rules.md says cannot be helped; it has a name and is counted.
 */
import { bankDayOf, nextMonthOf } from '../../shared/consent/bank-day.ts';
import { type Consent, isEndedByUs, type WaitingCall } from '../../shared/consent/consent.ts';
import type { Call } from '../../shared/consent/finding.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import type { Notice } from '../../shared/consent/notice.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { waitingCalls } from '../../shared/consent/waiting.ts';
import { type Mandate, type Said, tokenNumber } from './bank.ts';
import { CLOCK_OFF_MAX_MS } from './faults.ts';

export const NEWEST_TOKEN = 'the stored token is the newest that was told';
export const ENDED_STAYS = 'an ended consent stays ended';
export const NO_EARLY_END = 'no end without two errors half an hour apart';
export const ONE_NOTICE = 'one notice per life, and none for the living';
export const NO_EARLY_CALL = 'no call before its time or above its day';
export const ATTENDED = 'an attended call is neither counted nor repeated';
export const PAID_ONCE = 'no payment is made twice';
export const FOUND_IN_TIME = 'an end is found within four days of its first error';
export const NOT_ALL_ASKED = "a bank's trouble does not ask its whole clientele";
export const HELD_IN_TIME = 'no end is held after its 72 hours or its release';
export const NO_SECRET = 'no secret travels';
export const ACKNOWLEDGED = 'what is acknowledged is applied, ignored or put aside';
export const SAVED_FIRST = 'nothing is performed before it is saved';
export const AT_REST = 'at rest nothing is owed, lost or orphaned';
export const AGREEMENT = 'at rest each consent agrees with its bank';

export const PROMISES: readonly string[] = [
  ...[NEWEST_TOKEN, ENDED_STAYS, NO_EARLY_END, ONE_NOTICE, NO_EARLY_CALL, ATTENDED, PAID_ONCE],
  ...[FOUND_IN_TIME, NOT_ALL_ASKED, HELD_IN_TIME, NO_SECRET, ACKNOWLEDGED, SAVED_FIRST],
  ...[AT_REST, AGREEMENT],
];

/** A day, and 20 minutes to keep apart from the daily job. (rule 5) */
const CONFIRM_AFTER_MS = DAY + 20 * MINUTE;
/** Timers may be a minute early. (rule 14) */
const EARLY_MS = MINUTE;
const STRIKE_APART_MS = 30 * MINUTE;
/** An hour, and what a clock may be ahead. (rules 9, 15) */
const PAYMENT_LIFE_MS = HOUR + 5 * MINUTE;
const LONGEST_DAY_MS = 25 * HOUR;
const ANSWER_MAX_MS = 10 * MINUTE;
/** Two clocks, each off by as much the other way. */
const CLOCKS_APART_MAX_MS = 2 * CLOCK_OFF_MAX_MS;
/**
 * The confirming call goes after a day and 20 minutes, or a day later where the bank's day has no
 * room; request and report may be late by 15 hours, and a dead letter lies for a day. (rules 5, 8)
 */
export const FOUND_WITHIN_MS: number = 4 * DAY;

/** What a caller or an app has reported, and what was true about it. */
export interface Reported {
  readonly id: string;
  readonly consentId: string;
  readonly at: Instant;
  /** The same by the producer's own clock. */
  readonly time: Instant;
  readonly call?: Call;
  /** Number of the token that it carries; 0 for none. */
  readonly token: number;
  readonly said: Said | 'granted';
  readonly why: 'truth' | 'lie' | 'stale' | 'token lost' | 'answer under way';
  /** Its clock was off by days. */
  readonly far: boolean;
}

export const CLOCKS_DISAGREE = 'clocks-disagree';

export const RENEWED_TOO_LATE = 'asked: a renewal was told too late';

export type Verdict = { readonly why: string } | { readonly exception: string } | undefined;

/** Rule 2: by the bank's own order of tokens. `told`: the newest that was acknowledged. */
export function newestToken(
  consent: Consent,
  told: Reported | undefined,
  reported: readonly Reported[],
): Verdict {
  if (told === undefined || told.token === 0 || consent.end !== undefined) return undefined;
  const stored = tokenNumber(consent.token?.secret.reveal());
  if (stored >= told.token) return undefined;
  // Where the chain does not tell, times do, and a producer's clock may be wrong. (rules 2, 15)
  const holds = reported.find(({ token }) => token === stored);
  const isNear = told.at - (holds?.at ?? 0) <= CLOCKS_APART_MAX_MS;
  if (told.far || holds?.far || isNear || isMisdated(reported))
    return { exception: CLOCKS_DISAGREE };
  return { why: `${consent.consentId} holds token ${stored}, was told token ${told.token}` };
}

/** A clock off by days told a token since the latest grant: what follows it may take its place. */
function isMisdated(reported: readonly Reported[]): boolean {
  const life = reported.slice(reported.findLastIndex(({ said }) => said === 'granted'));
  return life.some(({ far, token }) => far && token > 0);
}

/** Rules 3, 12: only a newer grant, or a success where the end was not on our side. */
export function endedStays(
  before: Consent,
  after: Consent,
  reported: readonly Reported[],
): Verdict {
  if (before.end === undefined || after.end !== undefined) return undefined;
  if (after.generation <= before.generation) return { why: 'revived within its life' };
  const isTold = (word: string, at: Instant | undefined) =>
    reported.some(({ said, time, far }) => said === word && (time === at || far));
  const { grantedAt, lastSuccessAt = 0 } = after;
  if (grantedAt !== before.grantedAt && isTold('granted', grantedAt)) return undefined;
  const { end, strikes, consentId } = before;
  if (isEndedByUs(before)) return { why: `${consentId} ended by ${end.by}, revived by no grant` };
  const isProven = lastSuccessAt !== before.lastSuccessAt && isTold('OK', lastSuccessAt);
  const disproved = end.by === 'lifetime' ? [end] : strikes.flatMap(({ errors }) => errors);
  if (isProven && disproved.some(({ at }) => at < lastSuccessAt)) return undefined;
  return { why: `${consentId} revived by no grant and no success after its end's beginning` };
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

/** What is known when a notice goes out. `mandate`: what the bank holds true now. */
export interface Circumstances {
  readonly publishedBefore: string | undefined;
  readonly mandate: Mandate;
  readonly reported: readonly Reported[];
  /** Why the consent cannot but differ from its bank, if that is known. */
  readonly excuse: string | undefined;
  /** A person has let the end go that was held. */
  readonly isReleased: boolean;
  /** A date has ended it while a renewal was told and not yet heard of. */
  readonly isRenewed: boolean;
}

const REFUSALS: ReadonlySet<Reported['said']> = new Set(['expired', 'revoked', 'stale-token']);

/** Rules 5, 12. */
export function oneNotice(notice: Notice, circumstances: Circumstances): Verdict {
  const { publishedBefore, mandate, reported } = circumstances;
  if (notice.body.type !== 'reconsent.required') return undefined;
  if (publishedBefore !== undefined && publishedBefore !== notice.id) {
    return { why: `${notice.id} after ${publishedBefore}` };
  }
  if (!mandate.alive) return undefined;
  const at = new Set(notice.body.errors.map((error) => error.at));
  // What is told from the future counts with another time. (rule 15)
  const isWhole = [...at].every((one) => reported.some(({ time }) => time === one));
  const refusals = reported.filter(
    ({ time, far, said }) => at.has(time) || (!isWhole && far && REFUSALS.has(said)),
  );
  const excuse = excuseOf(refusals, notice, circumstances);
  if (excuse !== undefined) return { exception: excuse };
  const whys = refusals.map(({ id, why, said }) => `${id}: ${said}, ${why}`).join('; ');
  return { why: `${notice.id} asks for a consent that lives (${whys})` };
}

/** Why a living consent was believed to be over, where the rules cannot help it. */
function excuseOf(
  refusals: readonly Reported[],
  notice: Notice,
  { reported, excuse, isReleased, isRenewed }: Circumstances,
): string | undefined {
  if (isRenewed) return RENEWED_TOO_LATE;
  if (isReleased) return 'asked: an operator released the living';
  const whys = new Set(refusals.map(({ why }) => why));
  if (whys.has('token lost')) return 'asked: a caller lost the only token';
  if (whys.has('lie') && notice.provider === 'hamsterbank') return 'asked: believed at once';
  if (whys.has('lie') && refusals.filter(({ why }) => why === 'lie').length > 1) {
    return 'asked: the bank lied twice';
  }
  if (whys.has('answer under way')) return 'asked: a successor was told too late';
  const isToldFar = refusals.some(({ far }) => far);
  const isOutdated = whys.has('stale') && (excuse === CLOCKS_DISAGREE || isMisdated(reported));
  return isToldFar || isOutdated ? 'asked: clocks disagree' : undefined;
}

/** Rules 5, 7, 8, 14: for each request that this write has made. `last`: what its call was told. */
export function noEarlyCall(
  before: Consent | undefined,
  after: Consent,
  now: Instant,
  last: (call: Call) => Reported | undefined,
): Verdict {
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
    const told = last(waiting.call);
    if (told?.said === 'quota-used-up' && !told.far && now + EARLY_MS < nextMonthOf(told.time)) {
      return { why: `${request.id} does not wait for the next month` };
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

/**
 * Rule 8: nothing is counted but what was unattended, and nothing else is repeated. `begun`: calls
 * that were let begin and are not reported yet.
 */
export function attendedLeftOut(
  consent: Consent,
  reported: readonly Reported[],
  begun: number,
): Verdict {
  const repeated = waitingCalls(consent).find(({ call }) => call.attended);
  if (repeated !== undefined) return { why: `${repeated.key} waits, which was attended` };
  const { ledger, consentId } = consent;
  if (ledger === undefined) return undefined;
  // The bank's time zone may have been learnt since.
  const end = ledger.dayStart + LONGEST_DAY_MS;
  // A call is counted when it begins, and may be answered just past midnight.
  const isToday = ({ time, far }: Reported) =>
    far || (ledger.dayStart <= time && time < end + ANSWER_MAX_MS);
  for (const [counted, count] of Object.entries(ledger.counts)) {
    const made = reported.filter((report) => {
      const { call } = report;
      if (call === undefined || call.attended || !isToday(report)) return false;
      return counted === `${call.operation}|${call.accountId ?? ''}`;
    });
    if (count > made.length + begun) {
      return { why: `${consentId} counts ${count} of ${counted}, unattended were ${made.length}` };
    }
  }
  return undefined;
}

/** Rule 9: only where the bank knows a payment for the same, and for an hour. */
export function payableAgain(
  id: string,
  { call, provider }: { readonly call: Call; readonly provider: string },
  reported: readonly Reported[],
  now: Instant,
): Verdict {
  if (call.operation !== 'transfer') return undefined;
  if (provider !== 'hamsterbank') return { why: `${id} has ${provider} pay again` };
  const first = reported.find((report) => report.call?.instructionId === call.instructionId);
  if (first !== undefined && now - first.at <= PAYMENT_LIFE_MS) return undefined;
  return { why: `${id} pays again ${now - (first?.at ?? 0)} ms after the first attempt` };
}
