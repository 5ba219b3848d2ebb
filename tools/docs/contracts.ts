/**
 * The messages that others send to the worker or hear from it: the list from which the schemas and
 * the AsyncAPI document in docs/contracts are made. A message that is not in it is nobody else's.
 */
import type * as z from 'zod/mini';
import type { NoticeType } from '../../shared/consent/notice.ts';
import { bankCallCompleted } from '../../shared/messages/bank-call-completed.ts';
import { bankCallRequested } from '../../shared/messages/bank-call-requested.ts';
import { consentGranted } from '../../shared/messages/consent-granted.ts';
import { consentReplaced } from '../../shared/messages/consent-replaced.ts';
import { consentWithdrawn } from '../../shared/messages/consent-withdrawn.ts';
import { endingDecided } from '../../shared/messages/ending-decided.ts';
import { NOTICES } from '../../shared/messages/notices.ts';
import type { Resource } from '../local/resources.ts';

export type Channel = Extract<
  Resource,
  'bank-call-results' | 'bank-call-requests.fifo' | 're-consent' | 'consent-notices'
>;

export interface Contract {
  /** The type without its prefix and its version. */
  readonly name: string;
  readonly channel: Channel;
  readonly schema: z.ZodMiniType;
  readonly summary: string;
}

const NOTICE_SUMMARIES = {
  'reconsent.required': 'A consent has ended: ask the PSU for a new one.',
  'reconsent.withdrawn': 'A notice no longer holds: the PSU need not be asked after all.',
  'consent.expiring': 'A consent ends soon.',
  'consent.action-required': 'A person has to act.',
  'account-cache.purged': 'Account lists are out of date.',
  'account-cache.relinked': 'What came of purged accounts, now that they are listed anew.',
  'consent.status-changed': 'A consent has another status, which the app may show.',
} as const satisfies Record<NoticeType, string>;

export const CONTRACTS: readonly Contract[] = [
  {
    name: 'bank-call.completed',
    channel: 'bank-call-results',
    schema: bankCallCompleted,
    summary: 'One call to a bank, and the answer as it came.',
  },
  {
    name: 'consent.granted',
    channel: 'bank-call-results',
    schema: consentGranted,
    summary: 'A consent was granted or renewed.',
  },
  {
    name: 'consent.withdrawn',
    channel: 'bank-call-results',
    schema: consentWithdrawn,
    summary: 'A consent was ended on our side; no bank has to confirm it.',
  },
  {
    name: 'consent.replaced',
    channel: 'bank-call-results',
    schema: consentReplaced,
    summary: 'A newer consent took its place. The worker tells itself; nobody else sends it.',
  },
  {
    name: 'ending.decided',
    channel: 'bank-call-results',
    schema: endingDecided,
    summary: "What an operator decided of an end that is held. The operators' command sends it.",
  },
  {
    name: 'bank-call.requested',
    channel: 'bank-call-requests.fifo',
    schema: bankCallRequested,
    summary: 'A call is to be made. There is no token in it: look it up when you begin.',
  },
  ...Object.entries(NOTICE_SUMMARIES).map(
    ([name, summary]): Contract => ({
      name,
      channel: name === 'reconsent.required' ? 're-consent' : 'consent-notices',
      schema: NOTICES[name as NoticeType], // `Object.entries` forgets the type of its keys.
      summary,
    }),
  ),
];
