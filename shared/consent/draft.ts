/**
 * A decision in the making. The decider works on a copy of the consent's record and collects what
 * is owed and what is worth counting; lists are replaced, never changed in place, so the state that
 * came in stays as it was.
 */
import type { Category } from './category.ts';
import { type Consent, isEnded } from './consent.ts';
import type { Effect, PublishNotice, TimerName } from './effect.ts';
import type { ConsentEvent } from './event.ts';
import type { Account } from './finding.ts';
import type { Instant } from './instant.ts';
import type { Action, NoticeBody, PublishedStatus } from './notice.ts';
import type { Policy } from './policy.ts';

/** What is counted beside categories and effects, each under exactly this name. */
export const NOTES = [
  'token-rotated',
  'token-not-renewed',
  'token-outdated',
  'transfer-token-without-instruction',
  'clock-ahead',
  'strike',
  'strike-dropped',
  'strike-reprieved',
  'strike-voided',
  'race-lost',
  'race-lost-too-often',
  'ending-held',
  'ended',
  'revived',
  'limit-wait',
  'rolling-window',
  'given-up',
  'displaced',
  'payment-known',
  'unanswered',
  'day-full',
  'credential-failed',
  'client-quota-used-up',
  'unclassified',
] as const;

export type Note = (typeof NOTES)[number];

export interface AccountsToCache {
  readonly at: Instant;
  readonly accounts: readonly Account[];
  /** It is the first since lists from before this time were purged. */
  readonly relinkFrom?: Instant;
}

export interface Draft {
  readonly consent: { -readonly [Field in keyof Consent]: Consent[Field] };
  readonly effects: Effect[];
  readonly notes: Note[];
  /** Timers set before that no longer stand for anything. */
  readonly cancels: TimerName[];
  readonly event: ConsentEvent;
  readonly policy: Policy;
  /** Too many of this bank's consents are ending: one more is held. (rule 20) */
  readonly brake?: 'hold';
  cache?: AccountsToCache;
  /** When a timer has fired that was due a little later: what it stood for is due. */
  dueBy?: Instant;
}

/** Suspicion is ours alone: to the owner a suspect consent is still what it was before. */
export function publishedStatus(consent: Consent): PublishedStatus {
  if (consent.status !== 'suspect') return consent.status;
  return wasAuthorised(consent) ? 'valid' : 'received';
}

/** A grant or a success has been heard of. */
export function wasAuthorised({ grantedAt, lastSuccessAt }: Consent): boolean {
  return grantedAt !== undefined || lastSuccessAt !== undefined;
}

/** Says something needs a person; once per action and life. (rule 17) */
export function ask(draft: Draft, action: Action): void {
  const { consent } = draft;
  if (consent.actions.includes(action)) return;

  consent.actions = [...consent.actions, action];
  publish(draft, `${consent.generation}.action-required.${action}`, {
    type: 'consent.action-required',
    reason: action,
    action,
  });
}

/** Owes an effect; of one key a decision owes one, the latest. (rule 17) */
export function owe({ effects }: Draft, effect: Effect): void {
  const older = effects.findIndex(({ key }) => key === effect.key);
  if (older >= 0) effects.splice(older, 1);
  effects.push(effect);
}

/** Owes a notice; `name` makes its id, unique among this consent's notices. */
export function publish(draft: Draft, name: string, body: NoticeBody): string {
  const { consent, event } = draft;
  const id = `${consent.ref}.g${name}`;
  const bankId = consent.bank.id ?? consent.provider;
  owe(draft, {
    do: 'PublishNotice',
    key: `notice:${name}`,
    notice: {
      id,
      consentId: consent.consentId,
      at: event.now,
      ...(consent.provider && { provider: consent.provider }),
      ...(bankId !== undefined && { bankId }),
      generation: consent.generation,
      sequence: consent.version,
      body,
    },
  });
  return id;
}

/** Forgets accounts cached before `before`. */
export function purgeAccounts(draft: Draft, before: Instant): void {
  owe(draft, { do: 'PurgeAccounts', key: 'purge', before });
}

/** The same, and tells the owner's own caches. */
export function announcePurge(draft: Draft, before: Instant, reason: Category | 'ended'): void {
  const { consent } = draft;
  purgeAccounts(draft, before);
  consent.relinkFrom = Math.max(before, consent.relinkFrom ?? before);
  publish(draft, `${consent.generation}.purged.${consent.version}`, {
    type: 'account-cache.purged',
    reason,
    before,
  });
}

/** What came of the accounts that were purged, once a list is there; when, if it is this one. */
export function announceRelinked(draft: Draft, at: Instant, reason: Category): Instant | undefined {
  const { consent } = draft;
  const before = consent.relinkFrom;
  if (before === undefined || at < before) return undefined;

  delete consent.relinkFrom;
  publish(draft, `${consent.generation}.relinked.${consent.version}`, {
    type: 'account-cache.relinked',
    reason,
    before,
  });
  return before;
}

/**
 * Tells the owner's app of a status it can see; neither a suspicion nor a first word is one. Two
 * changes in one decision are told as one.
 */
export function announceStatus(draft: Draft, from: PublishedStatus, reason: string): void {
  const { consent, effects } = draft;
  const to = publishedStatus(consent);
  const isFirstWord = consent.version === 1 && !isEnded(consent);
  if (from === to || isFirstWord) return;

  const told = effects.find(isStatusChange);
  if (told !== undefined) effects.splice(effects.indexOf(told), 1);
  if (told?.notice.body.from === to) return;
  publish(draft, `${consent.generation}.status-changed.${consent.version}`, {
    type: 'consent.status-changed',
    reason,
    from: told?.notice.body.from ?? from,
    to,
  });
}

type StatusChange = PublishNotice & {
  readonly notice: { readonly body: { readonly type: 'consent.status-changed' } };
};

function isStatusChange(effect: Effect): effect is StatusChange {
  return effect.do === 'PublishNotice' && effect.notice.body.type === 'consent.status-changed';
}

/** The life that a timer belongs to is over: its name is not to be used again. */
export function dropTimer(draft: Draft, generation: number): void {
  const { consent } = draft;
  if (consent.timer === undefined) return;

  draft.cancels.push({ ref: consent.ref, generation, number: consent.timer.number });
  delete consent.timer;
}
