import { describe, expect, it } from 'vitest';
import type { CancelTimer, SetTimer } from '../../shared/consent/effect.ts';
import { DAY } from '../../shared/consent/instant.ts';
import { cancelTimer } from '../../shared/effects/cancel-timer.ts';
import { setTimer, type TimerSetting } from '../../shared/effects/set-timer.ts';
import { textOf } from '../../shared/messages/cloud-event.ts';
import { timerMessage } from '../../shared/messages/timer-due.ts';
import { type Answer, recordedAws, type SentRequest } from './recorded-aws.ts';
import { NOW, REF, SET_TIMER } from './sample-effects.ts';

const NAME = `${REF}.g2.n5`;
const CREATE = `POST /schedules/${NAME}`;
const SEND = 'POST /';

function setting(answer?: (request: SentRequest) => Answer) {
  const { scheduler, sqs, sent } = recordedAws(answer);
  const to: TimerSetting = {
    scheduler,
    sqs,
    clock: () => NOW,
    scheduleGroup: 'consent-lifecycle',
    dueTimersUrl: 'https://sqs.eu-central-1.amazonaws.com/1/due-timers',
    dueTimersArn: 'arn:aws:sqs:eu-central-1:1:due-timers',
    schedulerRoleArn: 'arn:aws:iam::1:role/scheduler',
    schedulerDlqArn: 'arn:aws:sqs:eu-central-1:1:scheduler-dlq',
  };
  return { to, sent, calls: () => sent.map(({ method, path }) => `${method} ${path}`) };
}

function refusing(path: string, status: number, error: string) {
  return (request: SentRequest): Answer =>
    request.path.startsWith(path) ? { status, error } : { status: 200 };
}

function dueIn(ms: number): SetTimer {
  return { ...SET_TIMER, dueAt: NOW + ms };
}

describe('setting a timer', () => {
  it('creates one schedule that says everything', async () => {
    const { to, sent } = setting();

    await setTimer(SET_TIMER, 'consent-1', to);

    expect(sent).toStrictEqual([
      {
        method: 'POST',
        path: `/schedules/${NAME}`,
        body: {
          ActionAfterCompletion: 'DELETE',
          ClientToken: `${REF}-g2-n5`,
          FlexibleTimeWindow: { Mode: 'OFF' },
          GroupName: 'consent-lifecycle',
          ScheduleExpression: 'at(2026-11-23T08:36:00)',
          ScheduleExpressionTimezone: 'UTC',
          Target: {
            Arn: 'arn:aws:sqs:eu-central-1:1:due-timers',
            DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:1:scheduler-dlq' },
            Input: textOf(timerMessage(SET_TIMER, 'consent-1')),
            RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            RoleArn: 'arn:aws:iam::1:role/scheduler',
          },
        },
      },
    ]);
  });

  it.each([
    ['2026-11-23T08:35:00.000Z', 'at(2026-11-23T08:35:00)'],
    ['2026-11-23T08:35:00.001Z', 'at(2026-11-23T08:36:00)'],
    ['2026-12-31T23:59:59.999Z', 'at(2027-01-01T00:00:00)'],
    ['9999-12-31T23:59:59.999Z', 'at(2027-11-22T08:16:00)'],
  ])('due at %s never fires early, and looks a year ahead: %s', async (due, expression) => {
    const { to, sent } = setting();

    await setTimer({ ...SET_TIMER, dueAt: Date.parse(due) }, 'consent-1', to);

    expect(sent[0]?.body.ScheduleExpression).toBe(expression);
  });

  it('uses a name and a client token that Scheduler takes, whatever the counts', async () => {
    const { to, sent } = setting();
    const name = { ref: REF, generation: 4_294_967_295, number: 4_294_967_295 };

    await setTimer({ ...SET_TIMER, name }, 'consent-1', to);

    expect(sent[0]?.path.slice('/schedules/'.length)).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
    expect(sent[0]?.body.ClientToken).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
  });

  it.each([-3 * DAY, 0, 2_000])('due in %i ms goes straight to the queue', async (ms) => {
    const { to, sent } = setting();

    await setTimer(dueIn(ms), 'consent-1', to);

    expect(sent).toStrictEqual([
      {
        method: 'POST',
        path: '/',
        body: {
          QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/due-timers',
          MessageBody: textOf(timerMessage(dueIn(ms), 'consent-1')),
        },
      },
    ]);
  });

  it('due a little later is scheduled', async () => {
    const { to, calls } = setting();

    await setTimer(dueIn(2_001), 'consent-1', to);

    expect(calls()).toStrictEqual([CREATE]);
  });

  it('goes to the queue when its time passed on the way', async () => {
    const { to, calls } = setting(refusing('/schedules', 400, 'ValidationException'));

    await setTimer(dueIn(30_000), 'consent-1', to);

    expect(calls()).toStrictEqual([CREATE, SEND]);
  });

  it('fails when Scheduler refuses it for another reason', async () => {
    const { to, calls } = setting(refusing('/schedules', 400, 'ValidationException'));

    await expect(setTimer(dueIn(30_001), 'consent-1', to)).rejects.toMatchObject({
      name: 'ValidationException',
    });

    expect(calls()).toStrictEqual([CREATE]);
  });

  it('is content with the same timer already set', async () => {
    const { to, calls } = setting(refusing('/schedules', 409, 'ConflictException'));

    await setTimer(SET_TIMER, 'consent-1', to);

    expect(calls()).toStrictEqual([CREATE]);
  });

  it.each([
    [404, 'ResourceNotFoundException'],
    [429, 'ThrottlingException'],
    [402, 'ServiceQuotaExceededException'],
  ])('fails on %i %s', async (status, error) => {
    const { to } = setting(refusing('/schedules', status, error));

    await expect(setTimer(SET_TIMER, 'consent-1', to)).rejects.toMatchObject({ name: error });
  });

  it('removes those it takes the place of, once it is set', async () => {
    const { to, calls } = setting();
    const cancels = [3, 4].map((number) => ({ ref: REF, generation: 2, number }));

    await setTimer({ ...SET_TIMER, cancels }, 'consent-1', to);

    expect(calls()).toStrictEqual([
      CREATE,
      `DELETE /schedules/${REF}.g2.n3`,
      `DELETE /schedules/${REF}.g2.n4`,
    ]);
  });
});

describe('cancelling timers', () => {
  const effect: CancelTimer = {
    do: 'CancelTimer',
    key: 'timer',
    cancels: [{ ref: REF, generation: 2, number: 5 }],
  };

  it('deletes each by its name', async () => {
    const { to, calls } = setting();

    await cancelTimer(effect, to);

    expect(calls()).toStrictEqual([`DELETE /schedules/${NAME}`]);
  });

  it('is content with one that is gone', async () => {
    const { to } = setting(refusing('/schedules', 404, 'ResourceNotFoundException'));

    await expect(cancelTimer(effect, to)).resolves.toBeUndefined();
  });

  it('fails when Scheduler does', async () => {
    const { to } = setting(refusing('/schedules', 500, 'InternalServerException'));

    await expect(cancelTimer(effect, to)).rejects.toMatchObject({
      name: 'InternalServerException',
    });
  });
});
