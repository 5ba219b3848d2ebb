/**
 * Removes timers from the schedule group. One that has fired or was removed before is gone, which
 * is what was asked for, so repeating is safe.
 */
import {
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type CancelTimer, scheduleName, type TimerName } from '../consent/effect.ts';

export interface TimerRemoval {
  readonly scheduler: () => Promise<SchedulerClient>;
  readonly scheduleGroup: string;
}

async function removeTimer(name: TimerName, to: TimerRemoval): Promise<void> {
  const scheduler = await to.scheduler();
  try {
    await scheduler.send(
      new DeleteScheduleCommand({ GroupName: to.scheduleGroup, Name: scheduleName(name) }),
    );
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}

/** Makes one call per name. Throws what Scheduler refused; safe to repeat. */
export async function removeTimers(names: readonly TimerName[], to: TimerRemoval): Promise<void> {
  await Promise.all(names.map((name) => removeTimer(name, to)));
}

/** Makes one call per name. Throws what Scheduler refused; safe to repeat. */
export async function cancelTimer(effect: CancelTimer, to: TimerRemoval): Promise<void> {
  await removeTimers(effect.cancels, to);
}
