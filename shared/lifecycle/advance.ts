/**
 * The spine: load, decide, save state and outbox in one conditional write, perform, clear. Since
 * nothing is performed before it is saved, a consent's end is on record even while SNS is down. A
 * message is done when its own effects are; until then it is redelivered, known for a duplicate,
 * and what is owed is performed again.
 */
import { brakeBankOf, newlyActiveAt } from '../consent/brake.ts';
import type { Decision } from '../consent/decide.ts';
import type { Effect } from '../consent/effect.ts';
import type { ConsentEvent } from '../consent/event.ts';
import type { Instant } from '../consent/instant.ts';
import type { Policies } from '../consent/policy.ts';
import { Failure } from '../runtime/failure.ts';
import { asFailure } from './as-failure.ts';
import { drain } from './drain.ts';
import { type Folded, fold } from './fold.ts';
import type { AccountCache, Brake, Clock, ConsentStore, Held, Journal, Perform } from './ports.ts';
import { lineOf } from './tell.ts';

export interface Deps {
  readonly store: ConsentStore;
  readonly cache: AccountCache;
  readonly brake: Brake;
  readonly perform: Perform;
  readonly journal: Journal;
  readonly policies: Policies;
  readonly clock: Clock;
}

/** Losing more often than this to other workers means that something else is wrong. */
export const SAVE_ATTEMPTS_MAX = 8;

/** What became of one event: done, or why it is to come again. */
export type Result = { readonly done: true } | { readonly done: false; readonly cause: unknown };

const DONE: Result = { done: true };

/**
 * Applies one consent's events in order, each result at its event's place. Events fold into one
 * write as long as no effect stands between them. Never throws; safe to repeat.
 */
export async function advance(
  held: Held | undefined,
  events: readonly ConsentEvent[],
  deps: Deps,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  try {
    let current = held;
    while (results.length < events.length) {
      const step = await take(current, events.slice(results.length), deps);
      results.push(...step.results);
      current = step.held;
    }
  } catch (thrown) {
    const cause = asFailure(thrown);
    while (results.length < events.length) results.push({ done: false, cause });
  }
  return results;
}

interface Step {
  readonly held: Held | undefined;
  readonly results: readonly Result[];
}

async function take(
  held: Held | undefined,
  events: readonly ConsentEvent[],
  deps: Deps,
): Promise<Step> {
  const [saved, folded] = await decideAndSave(held, events, deps);
  const notCounted = await failsToCount(folded, deps);
  const { before, cached, decisions } = folded;
  const circumstances = { before, notCached: cached === 'too large', policies: deps.policies };
  decisions.forEach((decision, index) => {
    const event = events[index];
    const isLast = index === decisions.length - 1;
    const around = { ...circumstances, notCounted: notCounted && isLast };
    if (event !== undefined) deps.journal.decided(lineOf(event, decision, around));
  });
  if (saved === undefined || saved.outbox.length === 0) {
    return { held: saved, results: folded.decisions.map(() => DONE) };
  }
  const drained = await drain(saved, deps);
  const results = folded.decisions.map((decision, index) =>
    resultOf(events[index], decision, drained.failed),
  );
  return { held: drained.held, results };
}

/**
 * Its own effects must be done. Those of an event that comes again are among what is owed, and
 * nobody knows which: a timer or a rescued token is not remembered, so any that is ignored may be.
 */
function resultOf(
  event: ConsentEvent | undefined,
  decision: Decision,
  failed: ReadonlyMap<Effect, unknown>,
): Result {
  const isForgotten = event?.type === 'TimerDue' || event?.type === 'TokenRescued';
  for (const [effect, cause] of failed) {
    const own =
      decision.outcome === 'ignored'
        ? decision.reason === 'duplicate' || isForgotten
        : decision.effects.some(({ key }) => key === effect.key);
    if (own) return { done: false, cause: new Failure('EFFECT_OWED', cause) };
  }
  return DONE;
}

async function decideAndSave(
  loaded: Held | undefined,
  events: readonly ConsentEvent[],
  deps: Deps,
): Promise<[Held | undefined, Folded]> {
  let held = loaded;
  let cachedAt: Instant | undefined;
  let isHeld: boolean | undefined;
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS_MAX; attempt += 1) {
    let folded = fold(held, events, deps.policies, isHeld);
    if (folded.ending !== undefined && isHeld === undefined) {
      // Asked once: it counts each time. Its failure is ours, and ends no consent.
      isHeld = await deps.brake.hold(folded.ending);
      folded = fold(held, events, deps.policies, isHeld);
    }
    const { next, cache } = folded;
    if (cachedAt !== undefined && cache === undefined) await uncache(held, cachedAt, folded, deps);
    if (next === undefined) return [held, folded];

    const cached = cache && (await deps.cache.put({ consentId: next.consentId, ...cache }));
    if (cached === 'cached') cachedAt = cache?.at;
    const save = { consent: next, outbox: folded.outbox, now: deps.clock() };
    const saved = await deps.store.save(save, held?.revision);
    if (saved !== 'conflict') return [saved, { ...folded, ...(cached && { cached }) }];
    held = (await deps.store.load([next.consentId])).get(next.consentId);
  }
  throw new Failure('CONTENTION');
}

/** The consent ended while its list was being cached: nothing of it is to be kept. */
async function uncache(
  held: Held | undefined,
  cachedAt: Instant,
  { decisions }: Folded,
  { cache }: Deps,
): Promise<void> {
  const ended = decisions.some((one) => one.outcome === 'ignored' && one.reason === 'ended');
  if (ended && held !== undefined) await cache.purge(held.consent.consentId, cachedAt + 1);
}

/** Counts a consent that has just proved alive. If that fails, the brake's share is less exact. */
async function failsToCount({ before, next }: Folded, deps: Deps): Promise<boolean> {
  if (next?.provider === undefined) return false;
  const policy = deps.policies[next.provider];
  const at = newlyActiveAt(before, next, policy);
  if (at === undefined) return false;
  try {
    await deps.brake.active({ bankId: brakeBankOf(next), ref: next.ref, at, policy });
    return false;
  } catch {
    return true;
  }
}
