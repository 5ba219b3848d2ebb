/**
 * Calls that used a token which was not the latest any more: their refusal says nothing of the
 * consent, so they are made again at once, a few times in a row. (rule 4)
 */
import type { Draft } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import { atOnce, callKey, letWait, WAITING_CALLS_MAX } from './waiting.ts';

/** One for each call that can wait: of fewer, each would be forgotten before its last. (rule 4) */
export const RACES_MAX = WAITING_CALLS_MAX;

/** Requests the call again with the current token; false when it has lost too often. (rule 4) */
export function repeatLostRace(draft: Draft, event: BankCallCompleted): boolean {
  const { consent, policy } = draft;
  const key = callKey(event.call);
  const lost = (consent.races.find((race) => race.key === key)?.lost ?? 0) + 1;
  forgetRace(draft, event);
  if (lost > policy.lostRacesMax) {
    draft.notes.push('race-lost-too-often');
    return false;
  }
  draft.notes.push('race-lost');
  consent.races = [...consent.races.slice(1 - RACES_MAX), { key, lost }];
  letWait(draft, event.call, event.at, { reason: 'stale-token', dueAt: atOnce(event) });
  return true;
}

export function forgetRace(draft: Draft, event: BankCallCompleted): void {
  const { consent } = draft;
  if (consent.races.length === 0) return;
  const key = callKey(event.call);
  consent.races = consent.races.filter((race) => race.key !== key);
}
