/** What follows a firing: retries, dead letters, completion, and names that stay taken. */
import { describe, expect, it } from 'vitest';
import {
  DEAD_LETTERS,
  HOUR,
  MINUTE,
  NOON,
  QUEUE,
  SECOND,
  scheduleInput,
  startRig,
  targetInput,
} from './rig.ts';

const ARN = 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/once';
const DELETED_AFTER = { ActionAfterCompletion: 'DELETE' };

function withRetries(RetryPolicy: object, DeadLetterConfig?: object): object {
  const Input = 'attempt <aws.scheduler.attempt-number>';
  return { Target: targetInput({ Input, RetryPolicy, DeadLetterConfig }), ...DELETED_AFTER };
}

function noSuchQueue(): Error {
  return Object.assign(new Error('The queue does not exist.'), { name: 'QueueDoesNotExist' });
}

describe('a delivery that is refused', () => {
  it('is tried again after pauses that double', async () => {
    const rig = startRig();
    rig.create('once', withRetries({}));
    rig.refuse(() => (rig.attempts.length <= 4 ? noSuchQueue() : undefined));

    await rig.passTo(NOON + HOUR);

    const seconds = rig.attempts.map(({ at }) => (at - NOON) / SECOND);
    expect(seconds).toEqual([0, 1, 3, 7, 15]);
    expect(rig.arrivals).toMatchObject([{ targetArn: QUEUE, input: 'attempt 5' }]);
    expect(rig.scheduler.outcomes()).toEqual({ delivered: 1, deadLettered: 0, dropped: 0 });
  });

  it('goes to the dead-letter queue when its attempts are used up', async () => {
    const rig = startRig();
    rig.create('once', withRetries({ MaximumRetryAttempts: 2 }, { Arn: DEAD_LETTERS }));
    rig.refuse(({ targetArn }) => (targetArn === QUEUE ? noSuchQueue() : undefined));

    await rig.passTo(NOON + HOUR);

    expect(rig.attempts.filter(({ targetArn }) => targetArn === QUEUE)).toHaveLength(3);
    expect(rig.arrivals).toEqual([
      {
        targetArn: DEAD_LETTERS,
        input: 'attempt 3',
        at: NOON + 3 * SECOND,
        attributes: {
          ERROR_CODE: 'QueueDoesNotExist',
          ERROR_MESSAGE: 'The queue does not exist.',
          EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/),
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          IS_PAYLOAD_TRUNCATED: 'false',
          RETRY_ATTEMPTS: '2',
          SCHEDULED_TIME: '2026-11-22T12:00:00Z',
          SCHEDULE_ARN: ARN,
          TARGET_ARN: QUEUE,
        },
      },
    ]);
    expect(rig.scheduler.outcomes()).toEqual({ delivered: 0, deadLettered: 1, dropped: 0 });
  });

  it('goes to the dead-letter queue when it has become too old', async () => {
    const rig = startRig();
    rig.create('once', withRetries({ MaximumEventAgeInSeconds: 60 }, { Arn: DEAD_LETTERS }));
    rig.refuse(({ targetArn }) => (targetArn === QUEUE ? noSuchQueue() : undefined));

    await rig.passTo(NOON + HOUR);

    expect(rig.attempts.at(-2)?.at).toBe(NOON + 31 * SECOND);
    expect(rig.arrivals[0]?.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
      RETRY_ATTEMPTS: '5',
    });
  });

  it('is as old as its first attempt, however late that was', async () => {
    const rig = startRig();
    rig.create('once', withRetries({ MaximumEventAgeInSeconds: 60 }));
    rig.refuse(() => (rig.attempts.length === 1 ? noSuchQueue() : undefined));
    rig.jumpTo(NOON + 10 * HOUR);
    await rig.scheduler.fireDue();

    await rig.passTo(NOON + 11 * HOUR);

    expect(rig.arrivals).toMatchObject([{ input: 'attempt 2' }]);
  });

  it.each([
    ['there is no dead-letter queue', undefined],
    ['the dead-letter queue refuses it too', { Arn: DEAD_LETTERS }],
  ])('is dropped and counted when %s', async (_, deadLetterConfig) => {
    const rig = startRig();
    rig.create('once', withRetries({ MaximumRetryAttempts: 0 }, deadLetterConfig));
    rig.refuse(noSuchQueue);

    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toEqual([]);
    expect(rig.scheduler.outcomes()).toEqual({ delivered: 0, deadLettered: 0, dropped: 1 });
  });

  it('is tried 186 times within a day by the default policy', async () => {
    const rig = startRig();
    rig.create('once', withRetries({}));
    rig.refuse(noSuchQueue);

    await rig.passTo(NOON + 48 * HOUR);

    expect(rig.attempts).toHaveLength(186);
    expect(rig.attempts.at(-1)?.at).toBeLessThan(NOON + 24 * HOUR);
  });

  it('does not hold up the next occurrence', async () => {
    const rig = startRig();
    const ScheduleExpression = 'rate(1 minute)';
    const EndDate = (NOON - 58 * MINUTE) / SECOND;
    rig.create('often', { ...withRetries({}), ScheduleExpression, EndDate });
    rig.refuse(({ input }) => (input === 'attempt 1' ? noSuchQueue() : undefined));

    await rig.passTo(NOON);

    const seconds = rig.arrivals.map(({ at }) => (at - NOON + HOUR) / SECOND);
    expect(seconds).toEqual([1, 61, 121]);
  });

  it('is not recalled by deleting the schedule', async () => {
    const rig = startRig();
    rig.create('once', withRetries({}));
    rig.refuse(() => (rig.attempts.length === 1 ? noSuchQueue() : undefined));
    rig.jumpTo(NOON);
    await rig.scheduler.fireDue();

    rig.call('DELETE', '/schedules/once');
    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toMatchObject([{ input: 'attempt 2' }]);
  });
});

describe('a completed schedule', () => {
  it('stays when nothing else was asked for', async () => {
    const rig = startRig();
    rig.create('once');

    await rig.passTo(NOON + 24 * HOUR);

    expect(rig.call('GET', '/schedules/once').status).toBe(200);
    expect(rig.scheduler.schedules()).toMatchObject([{ dueAt: undefined }]);
  });

  it('keeps its name for a minute before it is deleted', async () => {
    const rig = startRig();
    const ScheduleExpression = 'at(2026-11-22T18:00:00)';
    rig.create('once', DELETED_AFTER);
    await rig.passTo(NOON + MINUTE - 1);

    const early = rig.call('POST', '/schedules/once', scheduleInput({ ScheduleExpression }));
    await rig.passTo(NOON + MINUTE);
    const gone = rig.call('GET', '/schedules/once');
    const late = rig.call('POST', '/schedules/once', scheduleInput({ ScheduleExpression }));

    expect(early.headers['x-amzn-errortype']).toBe('ConflictException');
    expect(gone.headers['x-amzn-errortype']).toBe('ResourceNotFoundException');
    expect(late.status).toBe(200);
  });

  it('is deleted only after its retries', async () => {
    const rig = startRig();
    rig.create('once', withRetries({ MaximumRetryAttempts: 9 }));
    rig.refuse(noSuchQueue);
    const gaveUpAt = NOON + 511 * SECOND;

    await rig.passTo(gaveUpAt + MINUTE - 1);
    const before = rig.call('GET', '/schedules/once').status;
    await rig.passTo(gaveUpAt + MINUTE);
    const after = rig.call('GET', '/schedules/once').status;

    expect([before, after]).toEqual([200, 404]);
  });

  it('lives on when it is given a new time before it is deleted', async () => {
    const rig = startRig();
    rig.create('once', DELETED_AFTER);
    await rig.passTo(NOON + SECOND);

    const ScheduleExpression = 'at(2026-11-22T18:00:00)';
    rig.call('PUT', '/schedules/once', scheduleInput({ ScheduleExpression }));
    await rig.passTo(NOON + HOUR);
    const { status } = rig.call('GET', '/schedules/once');
    await rig.passTo(NOON + 12 * HOUR);

    expect(status).toBe(200);
    expect(rig.arrivals.map(({ at }) => at)).toEqual([NOON, NOON + 6 * HOUR]);
  });

  it('stays when it was disabled before its last retry arrived', async () => {
    const rig = startRig();
    rig.create('once', withRetries({}));
    rig.refuse(() => (rig.attempts.length === 1 ? noSuchQueue() : undefined));
    rig.jumpTo(NOON);
    await rig.scheduler.fireDue();

    const ScheduleExpression = 'at(2026-11-22T18:00:00)';
    const paused = { ScheduleExpression, State: 'DISABLED', ...DELETED_AFTER };
    rig.call('PUT', '/schedules/once', scheduleInput(paused));
    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toHaveLength(1);
    expect(rig.call('GET', '/schedules/once').status).toBe(200);
  });

  it('is deleted after its last occurrence when it recurs until an end', async () => {
    const rig = startRig();
    const EndDate = NOON / SECOND;
    rig.create('often', { ScheduleExpression: 'rate(1 hours)', EndDate, ...DELETED_AFTER });

    await rig.passTo(NOON + MINUTE);

    expect(rig.arrivals).toHaveLength(2);
    expect(rig.scheduler.schedules()).toEqual([]);
  });

  it('leaves a newer schedule of the same name alone', async () => {
    const rig = startRig();
    rig.create('once', DELETED_AFTER);
    await rig.passTo(NOON + SECOND);

    rig.call('DELETE', '/schedules/once');
    rig.create('once', { ScheduleExpression: 'at(2026-11-22T18:00:00)' });
    await rig.passTo(NOON + HOUR);

    expect(rig.scheduler.schedules()).toMatchObject([{ dueAt: NOON + 6 * HOUR }]);
  });
});
