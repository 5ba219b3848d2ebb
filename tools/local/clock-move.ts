/**
 * Moves the virtual clock the way time would have passed: it stops at each timer's date, the
 * earliest first, goes on when all is at rest, and ends with a sweep. So a day that is
 * skipped in a second ends in the same state as a day that was waited for.
 */
import { type Surroundings, settle } from './settling.ts';

/** How long a move may take, in real milliseconds. */
const MOVE_MS_MAX = 60_000;

export interface Timers {
  /** When the next timer or retry is due, in virtual ms. */
  nextDueAt(): number | undefined;
  /** Fires what is due now, and says how many. */
  fireDue(): Promise<number>;
}

export interface Mover {
  readonly surroundings: Surroundings;
  readonly timers: Timers;
  readonly moveTo: (at: number) => void;
  readonly sweep: () => Promise<void>;
}

export type Move =
  | { readonly kind: 'moved'; readonly now: number; readonly fired: number }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'busy'; readonly why: string }
  | { readonly kind: 'stuck'; readonly why: string };

/** Moves to `target` (virtual ms). Never throws; a move that gets stuck stays where it came to. */
export async function moveClock(mover: Mover, target: number): Promise<Move> {
  const { surroundings, timers, moveTo, sweep } = mover;
  const { now } = surroundings;
  if (target < now()) {
    const why = `time never runs backwards: it is ${iso(now())}, ${iso(target)} has passed`;
    return { kind: 'refused', why };
  }

  const deadline = performance.now() + MOVE_MS_MAX;
  let fired = 0;
  const stuck = (why: string): Move => ({
    kind: 'stuck',
    why: `the clock came as far as ${iso(now())} of ${iso(target)}, ${fired} timers fired: ${why}`,
  });
  const rest = async (): Promise<string | undefined> => {
    const inFlight = await settle(surroundings, deadline - performance.now());
    if (inFlight.length > 0) return `still in flight: ${inFlight.join('; ')}`;
    return performance.now() < deadline ? undefined : `${MOVE_MS_MAX / 1_000} s have passed`;
  };

  // What was sent before the move is judged before it.
  let unrest = await rest();
  for (;;) {
    if (unrest !== undefined) return stuck(unrest);
    const due = timers.nextDueAt();
    if (due === undefined || due > target) break;
    if (due > now()) moveTo(due);
    fired += await timers.fireDue();
    unrest = await rest();
  }

  if (target > now()) moveTo(target);
  try {
    await sweep();
  } catch (error) {
    return stuck(`the sweep failed: ${String(error)}`);
  }
  unrest = await rest();
  return unrest === undefined ? { kind: 'moved', now: now(), fired } : stuck(unrest);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
