/**
 * Waiting for what comes by itself: to a deadline, or until somebody interrupts the run, so that
 * what was made is always removed.
 */
import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** How long each wait may take. */
  readonly waitMs: number;
  /** Aborted, with an error as its reason, by whoever does not want to wait any more. */
  readonly interrupted: AbortSignal;
}

/**
 * What `look` finds, asked again after each `pauseMs`; `undefined` when the time is up. Throws what
 * `look` throws, and the interruption.
 */
export async function waitFor<T>(
  look: (over: AbortSignal) => Promise<T | undefined>,
  pauseMs: number,
  { waitMs, interrupted }: Patience,
): Promise<T | undefined> {
  const over = AbortSignal.any([interrupted, AbortSignal.timeout(waitMs)]);
  try {
    for (;;) {
      const found = await look(over);
      if (found !== undefined) return found;
      await pause(pauseMs, undefined, { signal: over });
    }
  } catch (error) {
    interrupted.throwIfAborted();
    if (over.aborted) return undefined;
    throw error;
  }
}

/** Does nothing for so long. Throws the interruption. */
export async function idle(ms: number, interrupted: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal: interrupted });
  } catch {
    interrupted.throwIfAborted();
  }
}
