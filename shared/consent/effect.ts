/**
 * What the worker owes the world after a decision: plain data, complete in itself, without a
 * secret. It is saved with the state and performed afterwards, at least once; `key` says which
 * unperformed effect a newer one replaces. (rule 17)
 */
import type { Call, ErrorDetail } from './finding.ts';
import type { Instant } from './instant.ts';
import type { Notice } from './notice.ts';
import type { Bank, Provider } from './provider.ts';
import type { Ancestor } from './secret.ts';
import type { Foretold } from './under-way.ts';

/** Why a call is asked for. */
export const REQUEST_REASONS = [
  'confirm',
  'limit-over',
  'retry',
  'stale-token',
  'fresh-accounts',
  'resume',
] as const;

export type RequestReason = (typeof REQUEST_REASONS)[number];

/** Names one timer: one that was set before a decision changed its mind is told apart by it. */
export interface TimerName {
  readonly ref: string;
  readonly generation: number;
  readonly number: number;
}

/** Sets the consent's one timer, and removes those it takes the place of. */
export interface SetTimer {
  readonly do: 'SetTimer';
  readonly key: 'timer';
  readonly name: TimerName;
  readonly dueAt: Instant;
  readonly cancels: readonly TimerName[];
}

export interface CancelTimer {
  readonly do: 'CancelTimer';
  readonly key: 'timer';
  readonly cancels: readonly TimerName[];
}

/** Has a caller make a call. It carries no token. */
export interface RequestCall {
  readonly do: 'RequestCall';
  readonly key: `request:${string}`;
  readonly id: string;
  readonly provider: Provider;
  readonly bank: Bank;
  readonly call: Call;
  readonly generation: number;
  readonly reason: RequestReason;
  /** 1 for the first sending. */
  readonly attempt: number;
  readonly at: Instant;
  readonly notAfter: Instant;
}

export interface PublishNotice {
  readonly do: 'PublishNotice';
  readonly key: `notice:${string}`;
  readonly notice: Notice;
}

/** Forgets what was cached before `before`; a cache rebuilt since stays. (rule 11) */
export interface PurgeAccounts {
  readonly do: 'PurgeAccounts';
  readonly key: 'purge';
  readonly before: Instant;
}

/** Tells the consent that a grant supersedes. `at` is the grant's time. (rule 13) */
export interface ReplaceConsent {
  readonly do: 'ReplaceConsent';
  readonly key: `replace:${string}`;
  readonly id: string;
  readonly consentId: string;
  readonly by: string;
  readonly at: Instant;
  readonly bankId?: string;
}

/** One line of a consent's history, for whoever asks why. */
export interface HistoryEntry {
  readonly version: number;
  readonly at: Instant;
  readonly event: string;
  readonly eventId: string;
  readonly from?: string;
  readonly to: string;
  readonly generation: number;
  readonly operation?: string;
  readonly category?: string;
  readonly row?: string;
  readonly correlation?: Readonly<Record<string, string>>;
  readonly details?: readonly ErrorDetail[];
  readonly notes: readonly string[];
  readonly effects: readonly string[];
  /** These three are missing from the entries of earlier code. */
  readonly heard?: Heard;
  readonly met?: Met;
  readonly owed?: Owed;
}

/**
 * What it takes to decide an entry's event again. A token is the start of its fingerprint. It is
 * short, for each entry that is written is paid for with all that stand beside it.
 */
export interface Heard {
  /** How long after it had happened it was judged, in ms. */
  readonly lag?: number;
  /** A short hash: the same call has the same one. */
  readonly call?: string;
  readonly attended?: true;
  /** It answered the request that was under way for that call. */
  readonly requested?: true;
  readonly used?: string;
  readonly brought?: string;
  /** What its caller had written down of it before. */
  readonly foretold?: Omit<Foretold, 'key' | 'requestId'>;
  readonly retryAt?: Instant;
  readonly validUntil?: Instant;
}

/** What the plain successes before it, which leave no entries, had made of the consent. */
export interface Met {
  readonly successAt?: Instant;
  readonly held?: string;
  /** Missing where the token came with the latest success. */
  readonly heldSince?: Instant;
  /** Those of the tokens heard of that were known, and are not held: the life of each. */
  readonly knew?: readonly Ancestor[];
}

/** What an entry's effects were about. */
export interface Owed {
  readonly timerAt?: Instant;
  /** The number of the first request, and the notices' names: ids without the consent's ref. */
  readonly request?: number;
  readonly notices?: readonly string[];
}

/** Writes entry number `number` (counted from 0) of the history. */
export interface Remember {
  readonly do: 'Remember';
  readonly key: `remember:${number}`;
  readonly number: number;
  readonly entry: HistoryEntry;
}

export type Effect =
  | SetTimer
  | CancelTimer
  | RequestCall
  | PublishNotice
  | PurgeAccounts
  | ReplaceConsent
  | Remember;

export const EFFECT_KINDS = [
  'SetTimer',
  'CancelTimer',
  'RequestCall',
  'PublishNotice',
  'PurgeAccounts',
  'ReplaceConsent',
  'Remember',
] as const satisfies readonly Effect['do'][];

export type EffectKind = (typeof EFFECT_KINDS)[number];

/** At most 64 characters of `0-9a-zA-Z-_.`, as EventBridge Scheduler wants schedule names. */
export function scheduleName({ ref, generation, number }: TimerName): string {
  return `${ref}.g${generation}.n${number}`;
}
