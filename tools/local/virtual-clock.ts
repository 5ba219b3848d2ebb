/**
 * The local stack's clock: the wall clock plus an offset that only grows. It never runs backwards,
 * not even when the machine's own clock is set back. The offset lies in shared memory, so that
 * workers in other threads follow every move without a message.
 */
const OFFSET_BYTES = 8;

export interface VirtualClock {
  /** Milliseconds since the epoch. Never throws, never less than before. */
  now(): number;
  /** Milliseconds to add to the wall clock. */
  offsetMs(): number;
  /** Moves the clock to `at` (ms since the epoch). Throws a RangeError if that is in its past. */
  moveTo(at: number): void;
  /** Hand this to another thread, and read it there with `sharedOffsetMs`. */
  readonly shared: SharedArrayBuffer;
}

/** Starts at `start` (ms since the epoch), or at the wall clock's own time, and runs from there. */
export function startVirtualClock(options: {
  readonly start?: number;
  readonly wall: () => number;
}): VirtualClock {
  const { wall } = options;
  const shared = new SharedArrayBuffer(OFFSET_BYTES);
  const setOffset = (ms: number) => {
    Atomics.store(new BigInt64Array(shared), 0, BigInt(Math.ceil(ms)));
  };
  const start = options.start ?? wall();
  if (!Number.isFinite(start)) throw new RangeError(`the clock cannot start at ${start}`);
  setOffset(start - wall());
  let latest = start;

  const now = () => {
    latest = Math.max(latest, wall() + sharedOffsetMs(shared));
    return latest;
  };
  return {
    shared,
    now,
    offsetMs: () => sharedOffsetMs(shared),
    moveTo: (at) => {
      const current = now();
      if (!(at >= current && Number.isFinite(at))) {
        throw new RangeError(`the clock cannot move to ${at}: it already shows ${current}`);
      }
      setOffset(at - wall());
      latest = at;
    },
  };
}

/** The offset (ms) of the clock that owns `shared`, from any thread. Never throws. */
export function sharedOffsetMs(shared: SharedArrayBuffer): number {
  return Number(Atomics.load(new BigInt64Array(shared), 0));
}
