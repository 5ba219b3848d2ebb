/**
 * What is owed after a decision: what was owed before and still makes sense, and what is new. A
 * newer effect of a key takes the place of an unperformed one. Pure. (rule 17)
 *
 * Whether an unperformed effect was in truth performed, by a worker that died before it could say
 * so, nobody knows: dropping one must be safe in both cases. A re-consent notice that no longer
 * holds is dropped, but its withdrawal is published all the same.
 */
import type { Consent } from '../consent/consent.ts';
import type { CancelTimer, Effect, SetTimer, TimerName } from '../consent/effect.ts';
import { waitingCalls } from '../consent/waiting.ts';

/** Timers that may exist while the Scheduler cannot be reached; one more fires in vain. */
export const CANCELS_MAX = 8;
/** Lines of the history that are owed at a time; one is twice as long as what else is owed. */
export const LINES_OWED_MAX = 4;

export function outboxAfter(
  owed: readonly Effect[],
  added: readonly Effect[],
  consent: Consent,
): readonly Effect[] {
  const newer = new Map(added.map((effect) => [effect.key, effect]));
  const kept = owed.filter((effect) => !newer.has(effect.key) && isStillOwed(effect, consent));
  const replaced = new Map(owed.map((effect) => [effect.key, effect]));
  return bounded([...kept, ...added.map((effect) => inPlaceOf(replaced.get(effect.key), effect))]);
}

/** While nothing can be performed, the oldest lines of the history are what can be spared. */
function bounded(outbox: readonly Effect[]): readonly Effect[] {
  const lines = outbox.filter((effect) => effect.do === 'Remember');
  const spared = new Set<Effect>(lines.slice(0, Math.max(0, lines.length - LINES_OWED_MAX)));
  return spared.size === 0 ? outbox : outbox.filter((effect) => !spared.has(effect));
}

/** Removes what was performed, and nothing that has taken its place since. */
export function withoutPerformed(
  outbox: readonly Effect[],
  performed: ReadonlySet<Effect>,
): readonly Effect[] {
  return outbox.filter((effect) => !performed.has(effect));
}

function isStillOwed(effect: Effect, consent: Consent): boolean {
  switch (effect.do) {
    case 'RequestCall':
      return waitingCalls(consent).some(({ request }) => request?.id === effect.id);
    case 'PublishNotice':
      if (effect.notice.body.type !== 'reconsent.required') return true;
      return consent.end?.required === effect.notice.id;
    default:
      return true;
  }
}

function inPlaceOf(older: Effect | undefined, newer: Effect): Effect {
  if (older === undefined) return newer;
  if (newer.do === 'PurgeAccounts' && older.do === 'PurgeAccounts') {
    return { ...newer, before: Math.max(older.before, newer.before) };
  }
  if (isOfTimer(newer) && isOfTimer(older)) {
    return { ...newer, cancels: cancelsOf(older, newer) };
  }
  return newer;
}

function isOfTimer(effect: Effect): effect is SetTimer | CancelTimer {
  return effect.key === 'timer';
}

/** The older timer may have been set already, and the ones it was to cancel may still stand. */
function cancelsOf(older: SetTimer | CancelTimer, newer: SetTimer | CancelTimer): TimerName[] {
  const olderName = older.do === 'SetTimer' ? [older.name] : [];
  const names = [...older.cancels, ...olderName, ...newer.cancels];
  const byNumber = new Map(names.map((name) => [`${name.generation}.${name.number}`, name]));
  return [...byNumber.values()].slice(-CANCELS_MAX);
}
