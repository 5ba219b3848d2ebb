/** The Scheduler that the simulation runs on, where no fault is drawn, keeps AWS's contract. */
import {
  Scheduler as Client,
  CreateScheduleCommand,
  DeleteScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { queueArn, REGION, SCHEDULER_ROLE_ARN } from '../../tools/local/resources.ts';
import { Scheduler } from '../../tools/sim/scheduler.ts';
import { World } from '../../tools/sim/world.ts';
import { type SchedulerUnderTest, schedulerContract } from '../contracts/scheduler.contract.ts';
import { schedulerValidationContract } from '../contracts/scheduler-validation.contract.ts';

const NOW = Date.UTC(2026, 10, 22, 9);
const NOON = Date.UTC(2026, 10, 22, 12);

schedulerContract('the simulated Scheduler', startSimulated);
schedulerValidationContract('the simulated Scheduler', startSimulated);

describe('the simulated Scheduler', () => {
  it('fires once, in the minute after its time', () => {
    const { scheduler, world, arrivals } = faultless();
    scheduler.answer(atNoon());

    while (world.agenda.step(NOON + HOUR));

    expect(arrivals).toHaveLength(1);
    expect(arrivals[0]).toBeGreaterThanOrEqual(NOON);
    expect(arrivals[0]).toBeLessThanOrEqual(NOON + MINUTE);
    expect(scheduler.standing()).toEqual([]);
  });

  it('fires nothing that was removed before its time', () => {
    const { scheduler, world, arrivals } = faultless();
    scheduler.answer(atNoon());

    scheduler.answer(new DeleteScheduleCommand({ Name: 'noon' }));

    while (world.agenda.step(NOON + HOUR));
    expect(arrivals).toEqual([]);
  });

  it('keeps the name of what has fired for a minute', () => {
    const { scheduler, world, arrivals } = faultless();
    scheduler.answer(atNoon());
    while (arrivals.length === 0 && world.agenda.step(NOON + HOUR));

    expect(() => scheduler.answer(atNoon(1))).toThrow('noon already exists');

    world.agenda.after(MINUTE, () => {});
    while (world.agenda.step(NOON + HOUR));
    expect(scheduler.answer(atNoon(1))).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });
});

function atNoon(day = 0): CreateScheduleCommand {
  return new CreateScheduleCommand({
    Name: 'noon',
    ScheduleExpression: `at(2026-11-${22 + day}T12:00:00)`,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: { Arn: queueArn('due-timers'), RoleArn: SCHEDULER_ROLE_ARN, Input: '{}' },
  });
}

function faultless() {
  const world = new World(1, NOW);
  world.calm = true;
  const arrivals: number[] = [];
  const scheduler = new Scheduler(world, () => arrivals.push(world.agenda.now));
  return { world, scheduler, arrivals };
}

async function startSimulated(): Promise<SchedulerUnderTest> {
  const { scheduler } = faultless();
  const send = async (command: { readonly input: object }) => scheduler.answer(command);
  return {
    client: Object.assign(new Client({ region: REGION }), { send }) as Client,
    arns: {
      queue: queueArn('due-timers'),
      fifoQueue: queueArn('bank-call-requests.fifo'),
      deadLetterQueue: queueArn('scheduler-dlq'),
      role: SCHEDULER_ROLE_ARN,
    },
    stop: async () => {},
  };
}
