/**
 * Decides what an event means for a consent, and what is owed to the world because of it. All the
 * rules (docs/rules.md) meet here. Pure: time comes with the event, so the same state and event
 * always make the same decision. What is late or a duplicate is `ignored`, with the reason; nothing
 * that a bank or a caller sends makes it throw.
 */
import { blank } from './blank.ts';
import type { Consent } from './consent.ts';
import type { AccountsToCache, Draft, Note } from './draft.ts';
import type { Effect } from './effect.ts';
import type { ConsentEvent, TimerDue, TokenRescued } from './event.ts';
import { endOnOurSide, grant } from './grants.ts';
import { decideHeld } from './held-ending.ts';
import { entryOf } from './history.ts';
import { SECOND } from './instant.ts';
import { judge } from './judge.ts';
import { isFresh, isOfEarlierLife, keepForGrant, keepReported } from './lineage.ts';
import { type Policies, type Policy, reactionTo } from './policy.ts';
import { settle } from './settle.ts';

/** Why an event changed nothing, in the words of the log and of the metric `ignored`. */
export const IGNORED_REASONS = [
  'duplicate',
  'earlier-generation',
  'ended',
  'older-than-grant',
  'names-itself',
  'nothing-new',
  'stale-timer',
  'unknown-consent',
  'not-held',
  'token-not-kept',
] as const;

export type IgnoredReason = (typeof IGNORED_REASONS)[number];

export type Decision =
  | {
      readonly outcome: 'advanced';
      readonly next: Consent;
      readonly effects: readonly Effect[];
      readonly notes: readonly Note[];
      /** To be cached before the state is saved. */
      readonly cache?: AccountsToCache;
    }
  | { readonly outcome: 'ignored'; readonly reason: IgnoredReason };

/** How many event ids are remembered, so that a duplicate is known for one. (rule 15) */
export const APPLIED_MAX = 32;

/**
 * Decides what becomes of a consent (`undefined`: never seen) when `event` has happened. With
 * `brake`, an end that the bank's answers would make is held. (rule 20)
 */
export function decide(
  state: Consent | undefined,
  event: ConsentEvent,
  policies: Policies,
  brake?: 'hold',
): Decision {
  if (state?.applied.includes(event.key)) return { outcome: 'ignored', reason: 'duplicate' };

  const draft = draftOf(state, event, policies, brake);
  const reason = apply(draft, state === undefined);
  if (reason !== undefined) return { outcome: 'ignored', reason };

  settle(draft, draft.dueBy ?? event.now);
  if (event.clockAhead) draft.notes.push('clock-ahead');
  if (!isPlainSuccess(draft, state)) remember(draft, state);
  const { consent: next, effects, notes, cache } = draft;
  return { outcome: 'advanced', next, effects, notes, ...(cache && { cache }) };
}

function apply(draft: Draft, unknown: boolean): IgnoredReason | undefined {
  const { event } = draft;
  switch (event.type) {
    case 'BankCallCompleted':
      return applied(draft, judge(draft, event));
    case 'ConsentGranted':
      return applied(draft, grant(draft, event));
    case 'ConsentWithdrawn':
    case 'ConsentReplaced':
      return applied(draft, endOnOurSide(draft, event));
    case 'TokenRescued':
      return rescue(draft, event);
    case 'EndingDecided':
      return unknown ? 'unknown-consent' : applied(draft, decideHeld(draft, event));
    case 'TimerDue':
      return unknown ? 'unknown-consent' : wake(draft, event);
    default:
      return event satisfies never;
  }
}

/** Remembers the event's id. A rescued token's message may still be read one day: not its id. */
function applied(
  { consent, event }: Draft,
  reason: IgnoredReason | undefined,
): IgnoredReason | undefined {
  if (reason === undefined) {
    consent.applied = [...consent.applied.slice(1 - APPLIED_MAX), event.key];
  }
  return reason;
}

/** A timer is a hint: only the latest of this life counts, and the dates decide. (rule 14) */
function wake(draft: Draft, { generation, number, now }: TimerDue): IgnoredReason | undefined {
  const { consent, policy } = draft;
  if (consent.end !== undefined) return 'ended';
  const { timer } = consent;
  if (timer === undefined || generation !== consent.generation || number !== timer.number) {
    return 'stale-timer';
  }
  // It has fired: whatever comes next is set anew, under a name of its own.
  delete consent.timer;
  if (now >= timer.dueAt - policy.earlySeconds * SECOND) draft.dueBy = Math.max(now, timer.dueAt);
  return undefined;
}

/** A token whose message cannot be read otherwise is kept by itself. (rule 1) */
function rescue(draft: Draft, event: TokenRescued): IgnoredReason | undefined {
  const { consent, policy } = draft;
  const { at, token, usedFingerprint } = event;
  if (consent.end !== undefined) return keepForGrant(draft, event) ? undefined : 'ended';
  if (event.provider === undefined && !policy.rotatesTokens) return 'token-not-kept';
  if (isOfEarlierLife(consent, at, usedFingerprint)) return 'earlier-generation';
  if (!isFresh(consent, token)) return 'nothing-new';

  if (consent.provider === undefined && event.provider !== undefined) {
    consent.provider = event.provider;
  }
  keepReported(draft, event);
  return undefined;
}

function draftOf(
  state: Consent | undefined,
  event: ConsentEvent,
  policies: Policies,
  brake: 'hold' | undefined,
): Draft {
  const provider = ('provider' in event ? event.provider : undefined) ?? state?.provider;
  const policy: Policy = policies[provider ?? 'klarna-consent'];
  const known = state ?? blank(event);
  const consent = { ...known, version: known.version + 1 };
  return { consent, effects: [], notes: [], cancels: [], event, policy, ...(brake && { brake }) };
}

/** One that owes nothing, and leaves the consent as it was to whoever asks about it. */
function isPlainSuccess({ consent, event, effects, policy }: Draft, state?: Consent): boolean {
  if (event.type !== 'BankCallCompleted' || effects.length > 0) return false;
  if (state !== undefined && consent.status !== state.status) return false;
  return reactionTo(policy, event.finding.category).do === 'prove-alive';
}

function remember(draft: Draft, state: Consent | undefined): void {
  const { consent, effects } = draft;
  const entry = entryOf(draft, state);
  const number = consent.remembered;
  consent.remembered += 1;
  effects.push({ do: 'Remember', key: `remember:${number}`, number, entry });
}
