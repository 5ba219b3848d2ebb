/** Firing on a clock that only the test moves: when, how often, with what, and in which order. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, NOON, QUEUE, SECOND, scheduleInput, startRig, targetInput } from './rig.ts';

describe('a one-time schedule', () => {
  it('fires once, at its instant', async () => {
    const rig = startRig();
    rig.create('once');

    await rig.passTo(NOON + 24 * HOUR);

    expect(rig.arrivals).toEqual([{ targetArn: QUEUE, input: '{"timer":1}', at: NOON }]);
    expect(rig.scheduler.nextDueAt()).toBeUndefined();
  });

  it('does not fire a millisecond early', async () => {
    const rig = startRig();
    rig.create('once');
    rig.jumpTo(NOON - 1);

    const invocations = await rig.scheduler.fireDue();

    expect(invocations).toBe(0);
    expect(rig.arrivals).toEqual([]);
    expect(rig.scheduler.nextDueAt()).toBe(NOON);
  });

  it('fires late rather than never', async () => {
    const rig = startRig();
    rig.create('once');
    rig.jumpTo(NOON + 10 * HOUR);

    const invocations = await rig.scheduler.fireDue();

    expect(invocations).toBe(1);
  });

  it('fires at the instant that its own time zone means', async () => {
    const rig = startRig();
    rig.create('here', { ScheduleExpressionTimezone: 'Europe/Berlin' });
    rig.create('there', { ScheduleExpressionTimezone: 'America/New_York' });

    await rig.passTo(NOON + 24 * HOUR);

    expect(rig.arrivals.map(({ at }) => at)).toEqual([NOON - HOUR, NOON + 5 * HOUR]);
  });

  it('does not fire while it is disabled, and fires once it is enabled', async () => {
    const rig = startRig();
    rig.create('once', { State: 'DISABLED' });
    const dueWhileDisabled = rig.scheduler.nextDueAt();

    rig.call('PUT', '/schedules/once', scheduleInput());
    await rig.passTo(NOON);

    expect(dueWhileDisabled).toBeUndefined();
    expect(rig.arrivals).toHaveLength(1);
  });

  it('fires at the new instant after an update, not at the old one', async () => {
    const rig = startRig();
    rig.create('once');

    const ScheduleExpression = 'at(2026-11-22T13:00:00)';
    rig.call('PUT', '/schedules/once', scheduleInput({ ScheduleExpression }));
    await rig.passTo(NOON + 2 * HOUR);

    expect(rig.arrivals.map(({ at }) => at)).toEqual([NOON + HOUR]);
  });

  it('does not fire after it was deleted, alone or with its group', async () => {
    const rig = startRig();
    rig.call('POST', '/schedule-groups/timers', {});
    rig.create('alone');
    rig.create('grouped', { GroupName: 'timers' });

    rig.call('DELETE', '/schedules/alone');
    rig.call('DELETE', '/schedule-groups/timers');
    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toEqual([]);
  });
});

describe('what is sent', () => {
  it('replaces the context attributes wherever they stand', async () => {
    const rig = startRig();
    const Input =
      '<aws.scheduler.scheduled-time> <aws.scheduler.schedule-arn> ' +
      '<aws.scheduler.attempt-number> <aws.scheduler.attempt-number>';
    rig.create('once', { Target: targetInput({ Input }) });

    await rig.passTo(NOON);

    const arn = 'arn:aws:scheduler:eu-central-1:000000000000:schedule/default/once';
    expect(rig.arrivals[0]?.input).toBe(`2026-11-22T12:00:00Z ${arn} 1 1`);
  });

  it('gives every attempt an execution id of its own', async () => {
    const rig = startRig();
    const Input = '<aws.scheduler.execution-id>';
    rig.create('a', { Target: targetInput({ Input }) });
    rig.create('b', { Target: targetInput({ Input }) });
    rig.refuse(() => (rig.attempts.length === 1 ? new Error('busy') : undefined));

    await rig.passTo(NOON + MINUTE);

    const ids = rig.attempts.map(({ input }) => input);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  it('sends the default notification of AWS when there is no input', async () => {
    const rig = startRig();
    rig.create('once', { Target: targetInput({ Input: undefined }) });

    await rig.passTo(NOON);

    expect(JSON.parse(rig.arrivals[0]?.input ?? '')).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      time: '2026-11-22T12:00:00Z',
      resources: ['arn:aws:scheduler:eu-central-1:000000000000:schedule/default/once'],
    });
  });

  it('names the message group of a FIFO queue', async () => {
    const rig = startRig();
    const Target = targetInput({ Arn: `${QUEUE}.fifo`, SqsParameters: { MessageGroupId: 'g' } });
    rig.create('once', { Target });

    await rig.passTo(NOON);

    expect(rig.arrivals[0]).toMatchObject({ targetArn: `${QUEUE}.fifo`, messageGroupId: 'g' });
  });

  it('sends through the universal target what its input says', async () => {
    const rig = startRig();
    const Input = JSON.stringify({
      QueueUrl: 'http://sqs.eu-central-1.localhost:4566/000000000000/due-timers',
      MessageBody: 'at <aws.scheduler.scheduled-time>',
      MessageGroupId: 'bank-1',
      MessageAttributes: { type: { DataType: 'String', StringValue: 'timer' } },
    });
    const Arn = 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage';
    rig.create('once', { Target: targetInput({ Arn, Input }) });

    await rig.passTo(NOON);

    expect(rig.arrivals[0]).toEqual({
      targetArn: QUEUE,
      input: 'at 2026-11-22T12:00:00Z',
      messageGroupId: 'bank-1',
      attributes: { type: 'timer' },
      at: NOON,
    });
  });
});

describe('many schedules', () => {
  it('fire by time, then by name', async () => {
    const rig = startRig();
    const named = (Input: string) => ({ Target: targetInput({ Input }) });
    rig.create('b', named('b'));
    rig.create('late', { ...named('late'), ScheduleExpression: 'at(2026-11-22T12:00:01)' });
    rig.create('a', named('a'));
    rig.create('c', named('c'));
    rig.jumpTo(NOON + HOUR);

    await rig.scheduler.fireDue();

    expect(rig.arrivals.map(({ input }) => input)).toEqual(['a', 'b', 'c', 'late']);
  });

  it('fire every one of 10,000, each once', async () => {
    const rig = startRig();
    const names = Array.from({ length: 10_000 }, (_, i) => `timer-${i}`);
    for (const name of names) rig.create(name, { Target: targetInput({ Input: name }) });

    const invocations = await rig.passTo(NOON);

    expect(invocations).toBe(10_000);
    expect(rig.arrivals.map(({ input }) => input).sort()).toEqual(names.sort());
  });

  it('keep their order when two callers let them fire at once', async () => {
    const rig = startRig();
    for (const Input of ['a', 'b', 'c']) rig.create(Input, { Target: targetInput({ Input }) });
    rig.jumpTo(NOON);

    const counts = await Promise.all([rig.scheduler.fireDue(), rig.scheduler.fireDue()]);

    expect(counts).toEqual([3, 0]);
    expect(rig.arrivals.map(({ input }) => input)).toEqual(['a', 'b', 'c']);
  });
});

describe('a recurring schedule', () => {
  it('fires at once and then at its rate', async () => {
    const rig = startRig();
    rig.create('often', { ScheduleExpression: 'rate(20 minutes)' });

    await rig.passTo(NOON);

    const instants = [-60, -40, -20, 0].map((minutes) => NOON + minutes * MINUTE);
    expect(rig.arrivals.map(({ at }) => at)).toEqual(instants);
  });

  it('catches up one by one when the clock jumps', async () => {
    const rig = startRig();
    const Target = targetInput({ Input: '<aws.scheduler.scheduled-time>' });
    rig.create('often', { ScheduleExpression: 'rate(30 minutes)', Target });
    rig.jumpTo(NOON);

    await rig.scheduler.fireDue();

    const times = ['2026-11-22T11:00:00Z', '2026-11-22T11:30:00Z', '2026-11-22T12:00:00Z'];
    expect(rig.arrivals.map(({ input }) => input)).toEqual(times);
  });

  it('starts at its start and stops at its end', async () => {
    const rig = startRig();
    rig.create('often', {
      ScheduleExpression: 'rate(1 hour)',
      StartDate: (NOON + HOUR) / SECOND,
      EndDate: (NOON + 3 * HOUR) / SECOND,
    });

    await rig.passTo(NOON + 24 * HOUR);

    expect(rig.arrivals.map(({ at }) => at - NOON)).toEqual([HOUR, 2 * HOUR, 3 * HOUR]);
  });

  it('fires by its cron expression', async () => {
    const rig = startRig();
    rig.create('daily', { ScheduleExpression: 'cron(30 9 * * ? *)' });

    await rig.passTo(NOON + 48 * HOUR);

    expect(rig.arrivals.map(({ at }) => (at - NOON) / HOUR)).toEqual([21.5, 45.5]);
  });
});

describe('with entropy', () => {
  it('fires somewhere within the flexible window, and says the time that was planned', async () => {
    const rig = startRig({ entropy: () => 0.5 });
    rig.create('once', {
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
      Target: targetInput({ Input: '<aws.scheduler.scheduled-time>' }),
    });

    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toMatchObject([{ at: NOON + 5 * MINUTE, input: '2026-11-22T12:00:00Z' }]);
  });

  it('fires on time when the flexible window is off, whatever its length', async () => {
    const rig = startRig({ entropy: () => 0.5 });
    const FlexibleTimeWindow = { Mode: 'OFF', MaximumWindowInMinutes: 10 };
    rig.create('once', { FlexibleTimeWindow });

    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals.map(({ at }) => at)).toEqual([NOON]);
  });

  it('delivers a message twice now and then', async () => {
    const rig = startRig({ entropy: () => 0 });
    rig.create('once');

    const invocations = await rig.passTo(NOON);

    expect(invocations).toBe(2);
    expect(rig.arrivals).toHaveLength(2);
    expect(rig.scheduler.outcomes()).toEqual({ delivered: 1, deadLettered: 0, dropped: 0 });
  });
});
