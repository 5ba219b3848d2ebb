/**
 * What the spine needs of the world. The consent store, the account cache and the brake have a twin
 * in memory beside the one on DynamoDB; a suite for each in test/contracts is passed by both.
 */
import type { AccountIdentity } from '../consent/account-identity.ts';
import type { BrakePolicy } from '../consent/brake.ts';
import type { Category } from '../consent/category.ts';
import type { Consent } from '../consent/consent.ts';
import type { IgnoredReason } from '../consent/decide.ts';
import type { Note } from '../consent/draft.ts';
import type { Effect, EffectKind } from '../consent/effect.ts';
import type { Account } from '../consent/finding.ts';
import type { Instant } from '../consent/instant.ts';
import type { Provider } from '../consent/provider.ts';

/** A consent as stored: its state, what is owed for it, and the mark of the write that did it. */
export interface Held {
  readonly consent: Consent;
  readonly outbox: readonly Effect[];
  /** Changes with every write; a save names the one it read. */
  readonly revision: string;
}

export interface Save {
  readonly consent: Consent;
  readonly outbox: readonly Effect[];
  /** When this is written: what is owed counts as overdue from here. */
  readonly now: Instant;
}

export interface ConsentStore {
  /**
   * One consistent read of at most 100 consents: `undefined` for one never seen. One that could not
   * be read among the others is missing, and has to be asked for alone: that throws, or reads it.
   */
  load(consentIds: readonly string[]): Promise<ReadonlyMap<string, Held | undefined>>;
  /**
   * Writes if nobody has written since `revision` was read (`undefined`: if nothing is stored).
   * Safe to repeat: a write that was answered twice is not its own conflict.
   */
  save(next: Save, revision: string | undefined): Promise<Held | 'conflict'>;
  /** Consents that owe effects since before `before`, or whose timer was due before it. */
  overdue(before: Instant, countMax: number): Promise<readonly string[]>;
}

export interface AccountList {
  readonly consentId: string;
  readonly at: Instant;
  readonly accounts: readonly Account[];
  /** It is the first since lists from before this time were purged. */
  readonly relinkFrom?: Instant;
}

/** The newest list, and whether it can be compared with what stood before a purge. */
export interface CachedAccounts extends AccountList {
  /** What was listed before the purge of `relinkFrom`: both are there, or neither. */
  readonly previous?: readonly AccountIdentity[];
}

export interface AccountCache {
  /** Caches unless a newer list or a later purge is stored. Safe to repeat. */
  put(list: AccountList): Promise<'cached' | 'outdated' | 'too large'>;
  get(consentId: string): Promise<CachedAccounts | undefined>;
  /**
   * Forgets a list fetched before `before`, but not who its accounts were, and refuses older ones
   * from now on. Safe to repeat.
   */
  purge(consentId: string, before: Instant): Promise<void>;
}

/** One consent of a bank, to be counted there. */
export interface CountedConsent {
  readonly bankId: string;
  readonly ref: string;
  readonly at: Instant;
  readonly policy: BrakePolicy;
}

/** Counts of a bank's consents. A count that is repeated counts twice: they are estimates. */
export interface Brake {
  /** Counts an end that is about to happen, and says whether it is to be held. (rule 20) */
  hold(ending: CountedConsent): Promise<boolean>;
  /** Counts a consent whose first success in a week was at `at`. */
  active(alive: CountedConsent): Promise<void>;
}

/** Performs one effect. Safe to repeat; throws what failed. */
export type Perform = (effect: Effect, consentId: string) => Promise<void>;

export type Clock = () => Instant;

/** What is said of each event: named fields, nothing else; a token has no field. */
export interface Journal {
  decided(line: JournalLine): void;
}

/** What the spine has to say beside the decider's notes. */
export const SPINE_NOTES = ['accounts-too-large', 'activity-not-counted'] as const;

export type SpineNote = (typeof SPINE_NOTES)[number];

export interface JournalLine {
  readonly consentRef: string;
  readonly event: string;
  readonly eventId: string;
  readonly outcome: 'advanced' | 'ignored';
  readonly reason?: IgnoredReason;
  readonly provider?: Provider;
  readonly bankId?: string;
  readonly operation?: string;
  readonly category?: Category;
  readonly status?: string;
  readonly generation?: number;
  readonly version?: number;
  readonly notes: readonly (Note | SpineNote)[];
  readonly effects: readonly EffectKind[];
  /** Counted, not logged: what the bank's day has left for this operation and account. */
  readonly callsLeft?: number;
}
