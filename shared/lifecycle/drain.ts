/**
 * Works off an outbox: all effects side by side, so that a failing one holds up no other, and then
 * one write of what is left. If that write is lost, to a crash or to another worker's, effects are
 * repeated and none is forgotten: the other worker has taken over what was owed.
 */
import type { Effect } from '../consent/effect.ts';
import { withoutPerformed } from './outbox.ts';
import type { Clock, ConsentStore, Held, Perform } from './ports.ts';

export interface Drained {
  readonly held: Held | undefined;
  readonly failed: ReadonlyMap<Effect, unknown>;
}

/** Throws what the store throws; what a performer throws is in the answer. */
export async function drain(
  held: Held,
  deps: { readonly store: ConsentStore; readonly perform: Perform; readonly clock: Clock },
): Promise<Drained> {
  const { consent, outbox, revision } = held;
  const performed = new Set<Effect>();
  const failed = new Map<Effect, unknown>();
  await Promise.all(
    outbox.map(async (effect) => {
      try {
        await deps.perform(effect, consent.consentId);
        performed.add(effect);
      } catch (cause) {
        failed.set(effect, cause);
      }
    }),
  );
  if (performed.size === 0) return { held, failed };

  const rest = withoutPerformed(outbox, performed);
  const cleared = await deps.store.save({ consent, outbox: rest, now: deps.clock() }, revision);
  if (cleared !== 'conflict') return { held: cleared, failed };
  const reloaded = await deps.store.load([consent.consentId]);
  return { held: reloaded.get(consent.consentId), failed };
}
