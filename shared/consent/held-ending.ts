/**
 * An end that is held because too many of its bank's consents would end at once: more likely the
 * bank is in trouble than that many PSUs are gone. The consent stays suspect, keeps its token and
 * is confirmed daily, until a success, a person or the date decides. A lifetime that is known and
 * an end on our own side are never held. (rule 20)
 */
import type { Draft } from './draft.ts';
import { endByBank } from './ending.ts';
import type { EndingDecided } from './event.ts';
import { HOUR } from './instant.ts';

/** Holds the end that the strikes have made. */
export function holdEnding(draft: Draft): void {
  const { consent, event } = draft;
  consent.held = { since: event.now, until: untilOf(draft) };
  draft.notes.push('ending-held');
}

/** What a person decided: it ends now, or is held for as long again. */
export function decideHeld(
  draft: Draft,
  { at, decision }: EndingDecided,
): 'ended' | 'not-held' | undefined {
  const { consent } = draft;
  if (consent.end !== undefined) return 'ended';
  // What was decided before it was held, was decided of an earlier trouble.
  if (consent.held === undefined || at < consent.held.since) return 'not-held';

  if (decision === 'release') endByBank(draft, at);
  else consent.held = { ...consent.held, until: untilOf(draft) };
  return undefined;
}

function untilOf({ event, policy }: Draft): number {
  return event.now + policy.brakeHoldHours * HOUR;
}
