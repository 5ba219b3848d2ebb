/**
 * Several events of one consent, decided one after the other into one write. Pure. An end that
 * could be held is named, so that the brake is asked about it before anything is saved.
 */
import { brakeBankOf } from '../consent/brake.ts';
import type { Consent } from '../consent/consent.ts';
import { type Decision, decide } from '../consent/decide.ts';
import type { AccountsToCache } from '../consent/draft.ts';
import type { Effect } from '../consent/effect.ts';
import type { ConsentEvent } from '../consent/event.ts';
import type { Policies } from '../consent/policy.ts';
import { outboxAfter } from './outbox.ts';
import type { AccountCache, CountedConsent, Held } from './ports.ts';

export interface Folded {
  readonly before: Consent | undefined;
  readonly decisions: readonly Decision[];
  readonly next?: Consent;
  readonly outbox: readonly Effect[];
  readonly cache?: AccountsToCache;
  readonly cached?: Awaited<ReturnType<AccountCache['put']>>;
  /** The consent ends by the bank's answers, and the brake could hold that. */
  readonly ending?: CountedConsent;
}

/** Decides event after event, up to the first that owes an effect; its end is held if `isHeld`. */
export function fold(
  held: Held | undefined,
  events: readonly ConsentEvent[],
  policies: Policies,
  isHeld: boolean | undefined,
): Folded {
  const decisions: Decision[] = [];
  let next: Consent | undefined;
  let outbox = held?.outbox ?? [];
  let cache: AccountsToCache | undefined;
  let ending: CountedConsent | undefined;
  for (const event of events) {
    const state = next ?? held?.consent;
    const decision = decide(state, event, policies, isHeld ? 'hold' : undefined);
    decisions.push(decision);
    if (decision.outcome === 'ignored') continue;

    ending = endingIn(state, event, decision.next, policies);
    next = decision.next;
    outbox = outboxAfter(outbox, decision.effects, next);
    if (decision.cache && decision.cache.at > (cache?.at ?? 0)) cache = decision.cache;
    if (decision.effects.length > 0) break;
  }
  return {
    before: held?.consent,
    decisions,
    outbox,
    ...(next && { next }),
    ...(cache && { cache }),
    ...(ending && { ending }),
  };
}

/** The end in what was decided, if the brake would make it another one. */
function endingIn(
  state: Consent | undefined,
  event: ConsentEvent,
  next: Consent,
  policies: Policies,
): CountedConsent | undefined {
  const { ref, provider } = next;
  if (provider === undefined || next.end?.by !== 'bank') return undefined;
  const braked = decide(state, event, policies, 'hold');
  if (braked.outcome === 'ignored' || braked.next.end) return undefined;
  return { bankId: brakeBankOf(next), ref, at: event.now, policy: policies[provider] };
}
