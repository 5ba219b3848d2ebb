/**
 * What we tell the owner. The id follows from the decision, so that a second delivery is known by
 * it; `sequence` counts a consent's decisions, so that a late delivery is known by that. (rule 17)
 */
import { CATEGORIES, type Category } from './category.ts';
import type { Instant } from './instant.ts';
import type { Provider } from './provider.ts';

/** Why a PSU is asked again: the reasons of `reconsent.required`. */
export const END_REASONS = ['CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT'] as const;

export type EndReason = (typeof END_REASONS)[number];

/** Something only a person can mend; a category, or the two that no bank says. */
export const ACTIONS = [...CATEGORIES, 'NO_CALLER', 'NO_SUCCESS'] as const;

export type Action = (typeof ACTIONS)[number];

/** A status as the owner's app sees it: a suspicion is never published. (decision 0007) */
export const PUBLISHED_STATUSES = [
  'received',
  'valid',
  'expired',
  'revokedByPsu',
  'terminatedByTpp',
  'replaced',
] as const;

export type PublishedStatus = (typeof PUBLISHED_STATUSES)[number];

export interface ConsentError {
  readonly at: Instant;
  readonly category: Category;
}

export type NoticeBody =
  | {
      readonly type: 'reconsent.required';
      readonly reason: EndReason;
      readonly firstErrorAt?: Instant;
      readonly confirmedAt: Instant;
      readonly lastSuccessAt?: Instant;
      readonly errors: readonly ConsentError[];
    }
  /** `withdraws`: the id of the notice that is taken back. */
  | { readonly type: 'reconsent.withdrawn'; readonly reason: string; readonly withdraws: string }
  | {
      readonly type: 'consent.expiring';
      readonly reason: 'validUntil';
      readonly validUntil: Instant;
    }
  | { readonly type: 'consent.action-required'; readonly reason: Action; readonly action: Action }
  /** Accounts fetched before `before` are no longer to be used. */
  | { readonly type: 'account-cache.purged'; readonly reason: string; readonly before: Instant }
  /** The first list since that purge is there: what came of the accounts is filled in when told. */
  | { readonly type: 'account-cache.relinked'; readonly reason: string; readonly before: Instant }
  | {
      readonly type: 'consent.status-changed';
      readonly reason: string;
      readonly from: PublishedStatus;
      readonly to: PublishedStatus;
    };

export type NoticeType = NoticeBody['type'];

export interface Notice {
  readonly id: string;
  readonly consentId: string;
  readonly at: Instant;
  readonly provider?: Provider;
  readonly bankId?: string;
  readonly generation: number;
  readonly sequence: number;
  readonly body: NoticeBody;
}
