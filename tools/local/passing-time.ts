/**
 * What happens because time passes: due timers fire, and every 15 minutes of virtual time the sweep
 * looks for what was forgotten. While the clock is being moved, the move alone does both, so that
 * nothing fires out of order.
 */
import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import { type Move, moveClock, type Timers } from './clock-move.ts';
import { ACCOUNT_ID, REGION } from './resources.ts';
import type { Surroundings } from './settling.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How often due timers are looked for, in real ms. */
const TICK_MS = 50;
const SWEEP_EVERY_MS = 15 * 60_000;

export interface PassingTimeOptions {
  readonly clock: VirtualClock;
  readonly timers: Timers;
  readonly surroundings: Surroundings;
  readonly log: (line: string) => void;
}

export interface PassingTime {
  /** Moves the clock to `target` (virtual ms). Never throws. */
  move(target: number): Promise<Move>;
  /** Lets no more time pass, and answers when what was under way is done. */
  stop(): Promise<void>;
}

/** Starts at once. */
export function letTimePass(options: PassingTimeOptions): PassingTime {
  const { clock, timers, surroundings, log } = options;
  let sweptAt = clock.now();
  let underWay: Promise<unknown> | undefined;
  const alone = async <Result>(work: Promise<Result>): Promise<Result> => {
    underWay = work;
    try {
      return await work;
    } finally {
      underWay = undefined;
    }
  };

  const sweep = async (): Promise<void> => {
    sweptAt = clock.now();
    await surroundings.functions.sweep.invoke(scheduledEvent(sweptAt));
  };
  const tick = async (): Promise<void> => {
    try {
      await timers.fireDue();
      if (clock.now() - sweptAt >= SWEEP_EVERY_MS) await sweep();
    } catch (error) {
      log(String(error));
    }
  };
  const ticking = setInterval(() => {
    if (underWay === undefined) void alone(tick());
  }, TICK_MS);

  let moving = false;
  return {
    move: async (target) => {
      if (moving) return { kind: 'busy', why: 'the clock is being moved already' };
      moving = true;
      try {
        await underWay;
        return await alone(
          moveClock({ surroundings, timers, moveTo: clock.moveTo, sweep }, target),
        );
      } finally {
        moving = false;
      }
    },
    stop: async () => {
      clearInterval(ticking);
      await underWay;
    },
  };
}

/** The event of a schedule rule, as EventBridge sends it. */
function scheduledEvent(now: number): EventBridgeEvent<'Scheduled Event', object> {
  return {
    id: randomUUID(),
    version: '0',
    account: ACCOUNT_ID,
    time: new Date(now).toISOString(),
    region: REGION,
    resources: [`arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/sweep`],
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    detail: {},
  };
}
