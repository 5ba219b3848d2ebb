/** Histories as the decider itself leaves them: stories played, and their entries kept. */
import type { Consent } from '../../../shared/consent/consent.ts';
import { decide } from '../../../shared/consent/decide.ts';
import { POLICIES, type Policies } from '../../../shared/consent/policy.ts';
import type { Entry } from '../../../tools/ops/history.ts';
import { isBraked, type Step } from '../../support/story.ts';

export interface Played {
  readonly consent: Consent;
  readonly entries: readonly Entry[];
}

/** Throws if nothing has happened to the consent. */
export function playedBy(steps: readonly Step[], policies: Policies = POLICIES): Played {
  let consent: Consent | undefined;
  const entries: Entry[] = [];
  for (const step of steps) {
    const event = typeof step === 'function' ? step(consent as Consent) : step;
    const decision = decide(consent, event, policies, isBraked(event) ? 'hold' : undefined);
    if (decision.outcome === 'ignored') continue;
    consent = decision.next;
    for (const effect of decision.effects) {
      if (effect.do === 'Remember') entries.push({ ...effect.entry, number: effect.number });
    }
  }
  if (consent === undefined) throw new Error('nothing has happened to the consent');
  return { consent, entries };
}
