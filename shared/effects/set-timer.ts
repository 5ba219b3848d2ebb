/**
 * Sets a consent's one timer, then removes those it takes the place of: in between there may be
 * two, never none. A timer never fires early for being rounded; what is already due goes straight
 * to the queue. A name says which timer it is, so one that exists already is this one.
 */
import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type SetTimer, scheduleName } from '../consent/effect.ts';
import { DAY, type Instant, MINUTE, SECOND } from '../consent/instant.ts';
import type { Clock } from '../lifecycle/ports.ts';
import { textOf } from '../messages/cloud-event.ts';
import { timerMessage } from '../messages/timer-due.ts';
import { removeTimers, type TimerRemoval } from './cancel-timer.ts';

/** What is due within this is sent at once: creating a schedule takes about as long. */
const DUE_SOON_MS = 2 * SECOND;
/** How far Scheduler's clock may be ahead of ours when it calls a time past. */
const CLOCK_SKEW_MAX_MS = 30 * SECOND;
/** A later timer wakes after a year and is then set again. (rule 14) */
const AHEAD_MAX_MS = 365 * DAY;
/** Scheduler's own limits: it tries for a day. */
const DELIVERY_RETRIES_MAX = 185;
const DELIVERY_AGE_MAX_S = 86_400;

export interface TimerSetting extends TimerRemoval {
  readonly sqs: () => Promise<SQSClient>;
  readonly clock: Clock;
  readonly dueTimersUrl: string;
  readonly dueTimersArn: string;
  readonly schedulerRoleArn: string;
  readonly schedulerDlqArn: string;
}

function wholeMinuteFrom(at: Instant): Instant {
  return Math.ceil(at / MINUTE) * MINUTE;
}

/** Scheduler's `at` has neither zone nor milliseconds. */
function atExpression(at: Instant): string {
  return `at(${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)})`;
}

function scheduleOf(
  effect: SetTimer,
  input: string,
  now: Instant,
  to: TimerSetting,
): CreateScheduleCommandInput {
  const name = scheduleName(effect.name);
  return {
    GroupName: to.scheduleGroup,
    Name: name,
    // A repeated call after a lost answer is answered as the first; tokens take no dots.
    ClientToken: name.replaceAll('.', '-'),
    ScheduleExpression: atExpression(wholeMinuteFrom(Math.min(effect.dueAt, now + AHEAD_MAX_MS))),
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: to.dueTimersArn,
      RoleArn: to.schedulerRoleArn,
      Input: input,
      RetryPolicy: {
        MaximumRetryAttempts: DELIVERY_RETRIES_MAX,
        MaximumEventAgeInSeconds: DELIVERY_AGE_MAX_S,
      },
      DeadLetterConfig: { Arn: to.schedulerDlqArn },
    },
  };
}

/** Whether the timer is set; `false` when its time has passed on the way. */
async function isScheduled(effect: SetTimer, input: string, to: TimerSetting): Promise<boolean> {
  const now = to.clock();
  if (effect.dueAt <= now + DUE_SOON_MS) return false;

  const scheduler = await to.scheduler();
  try {
    await scheduler.send(new CreateScheduleCommand(scheduleOf(effect, input, now, to)));
    return true;
  } catch (error) {
    if (error instanceof ConflictException) return true;
    // A role that Scheduler may not assume is a ValidationException too: only the time tells.
    const mayBePast = effect.dueAt <= to.clock() + CLOCK_SKEW_MAX_MS;
    if (error instanceof ValidationException && mayBePast) return false;
    throw error;
  }
}

/**
 * Makes one call to create and one per removed timer. Throws what AWS refused. Safe to repeat: the
 * name is the timer's own, and a timer that comes twice is harmless. (rule 14)
 */
export async function setTimer(
  effect: SetTimer,
  consentId: string,
  to: TimerSetting,
): Promise<void> {
  const text = textOf(timerMessage(effect, consentId));
  if (!(await isScheduled(effect, text, to))) {
    const sqs = await to.sqs();
    await sqs.send(new SendMessageCommand({ QueueUrl: to.dueTimersUrl, MessageBody: text }));
  }
  await removeTimers(effect.cancels, to);
}
