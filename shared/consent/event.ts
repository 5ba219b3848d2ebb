/**
 * What can happen to a consent, in the past tense. Time comes in here and nowhere else: `at` is
 * when it happened (for a call: when the bank's response arrived), `now` is when it is judged.
 */
import type { Call, Finding } from './finding.ts';
import type { Instant } from './instant.ts';
import type { Bank, Provider } from './provider.ts';
import type { Token } from './secret.ts';

interface Happening {
  /** The message's id, and a short hash of it: one key, one event. */
  readonly id: string;
  readonly key: string;
  readonly consentId: string;
  /** A hash of the consentId, 22 characters of base64url: names for AWS are made of it. */
  readonly ref: string;
  readonly at: Instant;
  readonly now: Instant;
  /** The producer's clock was ahead, and `at` was taken back to when SQS accepted the message. */
  readonly clockAhead?: boolean;
}

export interface ConsentGranted extends Happening {
  readonly type: 'ConsentGranted';
  readonly provider: Provider;
  readonly bank?: Bank;
  readonly token?: Token;
  readonly validUntil?: Instant;
  readonly supersedes?: string;
}

export interface BankCallCompleted extends Happening {
  readonly type: 'BankCallCompleted';
  readonly provider: Provider;
  readonly bank?: Bank;
  readonly call: Call;
  /** Fingerprint of the token that the call used. */
  readonly usedFingerprint?: string;
  /** The request that this call answers. */
  readonly requestId?: string;
  readonly finding: Finding;
  /** `finding.consentToken` with its fingerprint. */
  readonly token?: Token;
}

/** A token out of a message whose rest cannot be read. (rule 1) */
export interface TokenRescued extends Happening {
  readonly type: 'TokenRescued';
  readonly provider?: Provider;
  readonly usedFingerprint?: string;
  readonly token: Token;
}

export interface TimerDue extends Happening {
  readonly type: 'TimerDue';
  readonly generation: number;
  readonly number: number;
}

export interface ConsentWithdrawn extends Happening {
  readonly type: 'ConsentWithdrawn';
  readonly by: 'psu' | 'tpp';
}

export interface ConsentReplaced extends Happening {
  readonly type: 'ConsentReplaced';
  /** The consent that took its place. */
  readonly by: string;
}

/** What the operators have decided of an end that is held. (rule 20) */
export interface EndingDecided extends Happening {
  readonly type: 'EndingDecided';
  readonly decision: EndingDecision;
}

export const ENDING_DECISIONS = ['release', 'hold'] as const;

export type EndingDecision = (typeof ENDING_DECISIONS)[number];

export type ConsentEvent =
  | ConsentGranted
  | BankCallCompleted
  | TokenRescued
  | TimerDue
  | ConsentWithdrawn
  | ConsentReplaced
  | EndingDecided;
