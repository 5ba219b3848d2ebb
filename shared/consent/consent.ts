/**
 * A consent as the worker knows it: one record, one status, one life after another (generations).
 * Every list in it is bounded, so that the record stays far below DynamoDB's 400 KB.
 */
import type { Category } from './category.ts';
import type { RequestReason } from './effect.ts';
import type { Call } from './finding.ts';
import type { Instant } from './instant.ts';
import type { Action, ConsentError, EndReason } from './notice.ts';
import type { Bank, Provider } from './provider.ts';
import type { Ancestor, Secret, Token } from './secret.ts';
import type { Foretold, Lease } from './under-way.ts';

/** The Berlin Group's words; `suspect` and `replaced` are ours. (glossary) */
export const STATUSES = [
  'received',
  'valid',
  'suspect',
  'expired',
  'revokedByPsu',
  'terminatedByTpp',
  'replaced',
] as const;

export type Status = (typeof STATUSES)[number];

/** The latest token; `renewed` is false after a success without a successor. (decision 0006) */
export interface HeldToken extends Token {
  readonly receivedAt: Instant;
  readonly renewed: boolean;
}

/** `used`: the start of the fingerprint of the token that the call used, where it was told. */
export interface StrikeError extends ConsentError {
  readonly used?: string;
}

/** Errors less than 30 minutes after the first are one strike. (rule 5) */
export interface Strike {
  readonly at: Instant;
  readonly category: Category;
  readonly errors: readonly StrikeError[];
  /** Its first call: the one that is made again to confirm it. */
  readonly call: Call;
  /** A fresh token came with one of its errors. */
  readonly fresh: boolean;
  /** It would have been final, but the bank sent a fresh token with it. */
  readonly reprieved: boolean;
}

/** A call that waits to be requested, or was requested and waits for its answer. */
export interface WaitingCall {
  readonly key: string;
  readonly call: Call;
  readonly reason: RequestReason;
  readonly dueAt: Instant;
  /** When the failure was answered that made it wait: an older success does not end it. */
  readonly failedAt: Instant;
  /** Steps of the ladder already climbed. */
  readonly step: number;
  /** Its one repetition after a day, or with a new access token, has been used. */
  readonly repeated: boolean;
  readonly refreshed: boolean;
  /** It waits for a fresh account list, and has no date of its own. */
  readonly awaitsAccounts: boolean;
  /** Requests made for it so far. */
  readonly attempts: number;
  /** How often it has been requested since it was last answered. */
  readonly sendings: number;
  readonly request?: SentRequest;
  /** Never to be made after this. (payments, rule 9) */
  readonly notAfter?: Instant;
}

export interface SentRequest {
  readonly id: string;
  readonly sentAt: Instant;
}

/** How often a call lost the token race in a row. */
export interface Race {
  readonly key: string;
  readonly lost: number;
}

/** The wait for the bank's next day, or, in a rolling window, for 24 hours. (rule 7) */
export interface LimitWait {
  readonly since: Instant;
  readonly until: Instant;
  /** Waits in a row without a success between. */
  readonly waits: number;
}

/** What was counted on the bank's day that began at `dayStart`. (rule 8) */
export interface Ledger {
  readonly dayStart: Instant;
  /** Unattended results per `operation|accountId`. */
  readonly counts: Readonly<Record<string, number>>;
  readonly purges: number;
}

/** What is known of a payment. (rule 9) */
export interface Transfer {
  readonly instructionId: string;
  readonly firstAttemptAt: Instant;
  readonly token?: Secret;
  readonly tokenAt?: Instant;
}

export interface End {
  readonly at: Instant;
  /** Who or what ended it: the bank's answers, its known lifetime, or our own side. */
  readonly by: 'bank' | 'lifetime' | 'psu' | 'tpp' | 'replacement';
  readonly reason?: EndReason;
  /** The id of the re-consent notice, when one is owed or was sent. */
  readonly required?: string;
}

export interface Consent {
  readonly consentId: string;
  readonly ref: string;
  readonly status: Status;
  /** Decisions so far: the notices' `sequence`. */
  readonly version: number;
  readonly generation: number;
  /** Unknown only while nothing but an end on our side has been heard. */
  readonly provider?: Provider;
  readonly bank: Bank;
  readonly grantedAt?: Instant;
  readonly grantKey?: string;
  readonly validUntil?: Instant;
  /** A `validUntil` was told in this life, even if a later success disproved it. */
  readonly validUntilTold: boolean;
  readonly expiringAt?: Instant;
  readonly supersedes?: string;
  readonly token?: HeldToken;
  readonly lineage: readonly Ancestor[];
  /** When a bank last answered so that it tells whether the consent lives. (glossary: evidence) */
  readonly evidenceAt?: Instant;
  /**
   * When a token was last brought by a call that had used one nobody had told of, or did not say
   * which. It may be of a grant that is still to be heard of, and newer than the grant's.
   */
  readonly strangerAt?: Instant;
  readonly lastSuccessAt?: Instant;
  readonly failingSince?: Instant;
  readonly strikes: readonly Strike[];
  /** An end by the bank's answers that is not believed before `until`. (rule 20) */
  readonly held?: { readonly since: Instant; readonly until: Instant };
  readonly confirming?: WaitingCall;
  readonly calls: readonly WaitingCall[];
  readonly races: readonly Race[];
  readonly limit?: LimitWait;
  readonly ledger?: Ledger;
  readonly lease?: Lease;
  /** Results whose token and place in the ledger are known here before their message is. */
  readonly foretold?: readonly Foretold[];
  readonly transfers: readonly Transfer[];
  /** Refusals of the `accounts` call itself, in a row. */
  readonly accountsRefused: number;
  /** Lists from before this were purged, and none was answered since: the next one is compared. */
  readonly relinkFrom?: Instant;
  readonly timer?: { readonly number: number; readonly dueAt: Instant };
  readonly timersSet: number;
  readonly requestsMade: number;
  /** What was said to need action in this life: each is said once. */
  readonly actions: readonly Action[];
  readonly end?: End;
  /** The last events that were applied, hashed. */
  readonly applied: readonly string[];
  /** How many entries its history has had. */
  readonly remembered: number;
}

export function isEnded(consent: Consent): boolean {
  return consent.end !== undefined;
}

/** Withdrawn or replaced: no answer of a bank revives it. (rules 12, 13) */
export function isEndedByUs({ end }: Consent): boolean {
  return end !== undefined && end.by !== 'bank' && end.by !== 'lifetime';
}
