/**
 * Catches up on consents that nobody is at work on: effects whose worker died, timers that did not
 * fire. The next message of such a consent would do the same; the sweep needs none. A run takes a
 * bounded number, the next run goes on.
 */
import type { ConsentEvent } from '../consent/event.ts';
import { MINUTE } from '../consent/instant.ts';
import { Failure } from '../runtime/failure.ts';
import { advance, type Deps } from './advance.ts';
import { loadAll } from './batch.ts';
import { drain } from './drain.ts';
import type { Held } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

/** Younger than this, somebody is probably still at it. */
export const OVERDUE_AFTER: number = 5 * MINUTE;
export const CONSENTS_PER_SWEEP_MAX = 1_000;
const CONSENTS_PER_READ = 100;

export interface Swept {
  readonly found: number;
  readonly failed: readonly unknown[];
}

export async function sweep(deps: Deps & { readonly hasTime: () => boolean }): Promise<Swept> {
  const ids = await deps.store.overdue(deps.clock() - OVERDUE_AFTER, CONSENTS_PER_SWEEP_MAX);
  const failed: unknown[] = [];
  let reached = 0;
  for (let from = 0; from < ids.length && deps.hasTime(); from += CONSENTS_PER_READ) {
    const some = ids.slice(from, from + CONSENTS_PER_READ);
    const heldOf = await loadAll(some, deps.store);
    await sideBySide(some, async (id) => {
      if (!deps.hasTime()) return;
      reached += 1;
      failed.push(...(await resume(() => heldOf(id), deps)));
    });
  }
  // Whoever looks has to see that the sweeps do not keep up.
  if (reached < ids.length) failed.push(new Failure('OUT_OF_TIME'));
  return { found: ids.length, failed };
}

/** The causes of what could not be done. */
async function resume(
  load: () => Promise<Held | undefined>,
  deps: Deps,
): Promise<readonly unknown[]> {
  try {
    const held = await load();
    return held === undefined ? [] : await catchUp(held, deps);
  } catch (cause) {
    return [cause];
  }
}

/** What is owed goes first: a record that is full of it takes no decision. */
async function catchUp(owing: Held, deps: Deps): Promise<readonly unknown[]> {
  const { held, failed } = await drain(owing, deps);
  const now = deps.clock();
  if (held?.consent.timer === undefined || now < held.consent.timer.dueAt) {
    return [...failed.values()];
  }
  const results = await advance(held, [missedTimer(held, now)], deps);
  return [...failed.values(), ...results.flatMap((one) => (one.done ? [] : [one.cause]))];
}

function missedTimer({ consent }: Held, now: number): ConsentEvent {
  const { consentId, ref, generation, timer } = consent;
  const number = timer?.number ?? 0;
  const id = `sweep.${ref}.g${generation}.n${number}`;
  return { type: 'TimerDue', id, key: id, consentId, ref, at: now, now, generation, number };
}
