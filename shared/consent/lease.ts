/**
 * A caller's turn at a consent: whether a call may begin, what is written down when it begins, and
 * what when it is answered. The token of an answer is kept at once, by whoever made the call, so
 * that the next call never meets a stale one; the result itself is judged when its message comes,
 * by what was true when the answer did. Pure. (rules 1, 2, 4, 8)
 */
import { bankDayOf, DEFAULT_TIME_ZONE } from './bank-day.ts';
import type { Consent, HeldToken, Ledger, Status } from './consent.ts';
import type { Draft } from './draft.ts';
import type { Call } from './finding.ts';
import { type Instant, MINUTE } from './instant.ts';
import { ledgerWith, roomLeft } from './ledger.ts';
import {
  isFresh,
  isLatest,
  isOfEarlierLife,
  LINEAGE_MAX,
  lostRace,
  printOf,
  useOf,
} from './lineage.ts';
import type { Policy } from './policy.ts';
import type { Ancestor, Token } from './secret.ts';
import type { Foretold, Lease } from './under-way.ts';
import { callKey, waitingCalls } from './waiting.ts';

/** Results that may be on their way at once. */
export const FORETOLD_MAX = 32;

/** The longest turn. One that ends later was begun by a clock that is ahead: it binds nobody. */
export const LEASE_MAX_MS: number = 10 * MINUTE;

/** A call that a caller wants to begin `at`; `requestId` names the request that it answers. */
export interface Wish {
  readonly call: Call;
  readonly requestId?: string;
  readonly at: Instant;
}

/** Why a call may not begin now, in the order in which it is asked. */
export type Refusal =
  | { readonly reason: 'ended'; readonly status: Status }
  /** Another call for this consent is being made, until then at the latest. */
  | { readonly reason: 'call-running'; readonly until: Instant }
  /** The request has been answered, or another one stands in its place. */
  | { readonly reason: 'request-outdated' }
  /** The bank has called the consent over; the one call that finds out is due then. */
  | { readonly reason: 'to-be-confirmed'; readonly at: Instant }
  /** The bank's limit, or this call's own failure; without a date it waits for an account list. */
  | { readonly reason: 'waiting'; readonly until?: Instant }
  /** What is left of the bank's day is kept for a confirming call. */
  | { readonly reason: 'day-used-up'; readonly until: Instant };

/** Why the call may not begin; `undefined` if it may. With the PSU present only turns count. */
export function refusalOf(consent: Consent, wish: Wish, policy: Policy): Refusal | undefined {
  const { lease, status, end } = consent;
  if (end !== undefined) return { reason: 'ended', status };
  if (lease !== undefined && lease.until > wish.at && lease.until <= wish.at + LEASE_MAX_MS) {
    return { reason: 'call-running', until: lease.until };
  }
  if (wish.call.attended) return undefined;
  return refusalByState(consent, wish) ?? refusalByDay(consent, wish, policy);
}

function refusalByState(consent: Consent, { call, requestId, at }: Wish): Refusal | undefined {
  const { confirming, limit } = consent;
  const key = callKey(call);
  const held = waitingCalls(consent).find(({ key: other, request }) =>
    requestId === undefined ? other === key : request?.id === requestId,
  );
  if (requestId !== undefined && held === undefined) return { reason: 'request-outdated' };
  if (confirming !== undefined) {
    const isDue = held === confirming && (requestId !== undefined || held.dueAt <= at);
    if (!isDue) return { reason: 'to-be-confirmed', at: confirming.dueAt };
  }
  if (limit !== undefined && at < limit.until) return { reason: 'waiting', until: limit.until };
  if (held === undefined || requestId !== undefined) return undefined;
  if (held.awaitsAccounts) return { reason: 'waiting' };
  // A call that only a suspicion held goes on with whoever makes it first.
  if (held.dueAt <= at || held.reason === 'resume') return undefined;
  return { reason: 'waiting', until: held.dueAt };
}

function refusalByDay(consent: Consent, wish: Wish, policy: Policy): Refusal | undefined {
  const { call, requestId, at } = wish;
  const left = roomLeft(consent, policy, call, at, requestId);
  if (left === undefined || left > 0) return undefined;
  const { end } = bankDayOf(at, consent.bank.timeZone ?? DEFAULT_TIME_ZONE);
  return { reason: 'day-used-up', until: end };
}

/** What is written down when a call begins. */
export interface Begun {
  readonly lease: Lease;
  readonly ledger?: Ledger;
  /** Whoever had the turn before and lost it may still report: that call has been counted. */
  readonly foretold?: readonly Foretold[];
  readonly lineage?: readonly Ancestor[];
}

/** The call's turn, and its place in the day's ledger; lists that are full are made shorter. */
export function begun(consent: Consent, { call, at }: Wish, lease: Lease): Begun {
  const { lineage, lease: lost, foretold = [] } = consent;
  const ledger = ledgerWith(consent, call, at);
  const known = [...foretold, ...(lost ? [foretoldBy(lost)] : [])];
  return {
    lease,
    ...(ledger !== undefined && ledger !== consent.ledger && { ledger }),
    ...((lost !== undefined || known.length >= FORETOLD_MAX) && {
      foretold: known.slice(1 - FORETOLD_MAX),
    }),
    ...(lineage.length > LINEAGE_MAX && { lineage: lineage.slice(-LINEAGE_MAX) }),
  };
}

function foretoldBy({ resultKey, requestId }: Lease): Foretold {
  return { key: resultKey, ...(requestId !== undefined && { requestId }) };
}

/** An answer, by the key of the result that will report it. */
export interface Answered {
  readonly key: string;
  readonly at: Instant;
  readonly usedFingerprint?: string;
  readonly token?: Token;
  readonly requestId?: string;
}

/** What is written down of an answer; without `token` the stored one stays. */
export interface Noted {
  readonly token?: HeldToken;
  readonly ancestors: readonly Ancestor[];
  readonly foretold: readonly Foretold[];
}

/** What there is to write down. Of a life that is over nothing is: its message will tell. */
export function noted(consent: Consent, answer: Answered): Noted {
  const { key, at, usedFingerprint, token, requestId } = answer;
  if (consent.end !== undefined || isOfEarlierLife(consent, at, usedFingerprint)) {
    return { ancestors: [], foretold: [] };
  }
  const fresh = isFresh(consent, token);
  const foretold = {
    key,
    fresh,
    lostRace: lostRace(consent, at, usedFingerprint),
    ...(requestId !== undefined && { requestId }),
  };
  if (token === undefined) return { ancestors: [], foretold: [foretold] };

  const unknown = useOf(consent, usedFingerprint) === 'never-seen' ? [usedFingerprint ?? ''] : [];
  const prints = fresh ? [...unknown, token.fingerprint] : unknown;
  const receivedAt = Math.max(at, consent.token?.receivedAt ?? at);
  return {
    ...(isLatest(consent, token, at, usedFingerprint) && {
      token: { ...token, receivedAt, renewed: true },
    }),
    ancestors: prints.map((one) => ({ print: printOf(one), generation: consent.generation })),
    foretold: [foretold],
  };
}

/** Whether the answer has been written down, or its result been applied already. */
export function isNoted({ foretold = [], applied }: Consent, key: string): boolean {
  return (
    applied.includes(key) || foretold.some((one) => one.key === key && one.fresh !== undefined)
  );
}

/** The latest that is known of a result before its message; it is not needed again. */
export function takeForetold({ consent }: Draft, key: string): Foretold | undefined {
  const { foretold = [] } = consent;
  const others = foretold.filter((one) => one.key !== key);
  if (others.length > 0) consent.foretold = others;
  else delete consent.foretold;
  return foretold.findLast((one) => one.key === key);
}

/** Ends the turn of the call that a result reports; whether it had one. */
export function endLease({ consent }: Draft, key: string): boolean {
  if (consent.lease?.resultKey !== key) return false;
  delete consent.lease;
  return true;
}
