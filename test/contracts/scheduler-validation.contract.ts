/**
 * The whole validation of EventBridge Scheduler's API, as its service model states it (scheduler
 * 2021-06-30): each length, range, pattern and word, on both sides of its edge. Asked through the
 * real SDK client, of the emulator and of AWS itself. Whatever is created lies decades ahead.
 */
import { randomUUID } from 'node:crypto';
import type {
  CreateScheduleCommandInput,
  ListSchedulesCommandInput,
  Scheduler,
  Target,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SchedulerUnderTest } from './scheduler.contract.ts';

type Arns = SchedulerUnderTest['arns'];
type Schedule = Partial<CreateScheduleCommandInput>;
type Row<Changes> = readonly [
  what: string,
  allowed: readonly Changes[],
  refused: readonly Changes[],
];

/** What no type would let through. */
const odd = <Value>(value: unknown) => value as Value;

const SCHEDULES: readonly Row<Schedule>[] = [
  [
    'Name',
    [{ Name: unique(64) }, { Name: `${unique(40)}-_.Z9` }],
    [{ Name: 'n'.repeat(65) }, { Name: 'a b' }, { Name: 'ä' }, { Name: 'a:b' }],
  ],
  [
    'ClientToken',
    [{ ClientToken: unique(64) }, { ClientToken: `${unique(40)}-_Z9` }],
    [{ ClientToken: '' }, { ClientToken: 't'.repeat(65) }, { ClientToken: 'a.b' }],
  ],
  [
    'Description',
    [{ Description: '' }, { Description: 'd'.repeat(512) }],
    [{ Description: 'd'.repeat(513) }],
  ],
  [
    'ScheduleExpression',
    [{ ScheduleExpression: 'rate(365 days)' }, { ScheduleExpression: 'cron(0 0 1 1 ? 2199)' }],
    [{ ScheduleExpression: '' }, { ScheduleExpression: `rate(1 days)${' '.repeat(245)}` }],
  ],
  [
    'ScheduleExpressionTimezone',
    [{ ScheduleExpressionTimezone: 'America/Argentina/ComodRivadavia' }],
    [{ ScheduleExpressionTimezone: '' }, { ScheduleExpressionTimezone: 'E'.repeat(51) }],
  ],
  [
    'FlexibleTimeWindow.Mode',
    [{ FlexibleTimeWindow: { Mode: 'OFF' } }],
    [{ FlexibleTimeWindow: { Mode: odd('off') } }, { FlexibleTimeWindow: odd({}) }],
  ],
  [
    'FlexibleTimeWindow.MaximumWindowInMinutes',
    [windowOf(1), windowOf(1_440)],
    [windowOf(0), windowOf(1_441)],
  ],
  ['State', [{ State: 'DISABLED' }], [{ State: odd('PAUSED') }, { State: odd('') }]],
  [
    'ActionAfterCompletion',
    [{ ActionAfterCompletion: 'NONE' }, { ActionAfterCompletion: 'DELETE' }],
    [{ ActionAfterCompletion: odd('KEEP') }],
  ],
  [
    'KmsKeyArn',
    [],
    [
      { KmsKeyArn: '' },
      { KmsKeyArn: 'alias/mine' },
      { KmsKeyArn: 'arn:aws:kms:eu-central-1:1234:key/1' },
      { KmsKeyArn: `arn:aws:kms:eu-central-1:123456789012:key/${'k'.repeat(2_048)}` },
    ],
  ],
];

const TARGETS: readonly Row<(arns: Arns) => Partial<Target>>[] = [
  ['Target.Arn', [], [() => ({ Arn: '' }), () => ({ Arn: `arn:${'a'.repeat(1_597)}` })]],
  [
    'Target.RoleArn',
    [],
    [
      () => ({ RoleArn: '' }),
      () => ({ RoleArn: 'arn:aws:iam::12345678901:role/short' }),
      () => ({ RoleArn: 'arn:aws:iam::123456789012:role/' }),
      () => ({ RoleArn: `arn:aws:iam::123456789012:role/${'r'.repeat(1_600)}` }),
    ],
  ],
  [
    'Target.Input',
    [() => ({ Input: 'x' }), () => ({ Input: 'x'.repeat(262_144) })],
    [() => ({ Input: '' }), () => ({ Input: 'x'.repeat(262_145) })],
  ],
  [
    'Target.RetryPolicy.MaximumRetryAttempts',
    [() => retries(0), () => retries(185)],
    [() => retries(-1), () => retries(186)],
  ],
  [
    'Target.RetryPolicy.MaximumEventAgeInSeconds',
    [() => age(60), () => age(86_400)],
    [() => age(59), () => age(86_401)],
  ],
  [
    'Target.DeadLetterConfig.Arn',
    [({ deadLetterQueue }) => ({ DeadLetterConfig: { Arn: deadLetterQueue } })],
    [
      () => ({ DeadLetterConfig: { Arn: '' } }),
      () => ({ DeadLetterConfig: { Arn: 'arn:aws:sns:eu-central-1:123456789012:topic' } }),
      ({ deadLetterQueue }) => ({
        DeadLetterConfig: { Arn: `${deadLetterQueue}${'q'.repeat(1_600)}` },
      }),
    ],
  ],
  [
    'Target.SqsParameters.MessageGroupId',
    [
      ({ fifoQueue }) => grouped(fifoQueue, 'g'),
      ({ fifoQueue }) => grouped(fifoQueue, 'g'.repeat(128)),
    ],
    [
      ({ fifoQueue }) => grouped(fifoQueue, ''),
      ({ fifoQueue }) => grouped(fifoQueue, 'g'.repeat(129)),
    ],
  ],
];

const LISTS: readonly Row<ListSchedulesCommandInput>[] = [
  [
    'MaxResults',
    [{ MaxResults: 1 }, { MaxResults: 100 }],
    [{ MaxResults: 0 }, { MaxResults: 101 }],
  ],
  [
    'NamePrefix',
    [{ NamePrefix: 'n'.repeat(64) }, { NamePrefix: '-_.9Z' }],
    [{ NamePrefix: '' }, { NamePrefix: 'n'.repeat(65) }, { NamePrefix: 'a b' }],
  ],
  ['GroupName', [], [{ GroupName: '' }, { GroupName: 'n'.repeat(65) }, { GroupName: 'a b' }]],
  ['State', [{ State: 'ENABLED' }, { State: 'DISABLED' }], [{ State: odd('PAUSED') }]],
  ['NextToken', [], [{ NextToken: '' }, { NextToken: 't'.repeat(2_049) }]],
];

const TAGS: readonly Row<{ readonly Key: string; readonly Value: string }>[] = [
  [
    'Tags.Key',
    [
      { Key: 'k', Value: 'v' },
      { Key: 'k'.repeat(128), Value: 'v' },
    ],
    [
      { Key: '', Value: 'v' },
      { Key: 'k'.repeat(129), Value: 'v' },
    ],
  ],
  [
    'Tags.Value',
    [{ Key: 'long', Value: 'v'.repeat(256) }],
    [
      { Key: 'none', Value: '' },
      { Key: 'too-long', Value: 'v'.repeat(257) },
    ],
  ],
];

const NO_GROUPS = [
  'arn:aws:sqs:eu-central-1:123456789012:queue',
  'arn:aws:scheduler:eu-central-1:123456789012:schedule/default/one',
  `arn:aws:scheduler:eu-central-1:123456789012:schedule-group/${'g'.repeat(1_011)}`,
];

const REFUSAL = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

export function schedulerValidationContract(
  name: string,
  start: () => Promise<SchedulerUnderTest>,
): void {
  describe(`${name} validates as EventBridge Scheduler does`, () => {
    let scheduler: SchedulerUnderTest;
    const group = `validation-${randomUUID()}`;

    beforeAll(async () => {
      scheduler = await start();
      await scheduler.client.createScheduleGroup({ Name: group });
    });
    afterAll(async () => {
      await scheduler.client.deleteScheduleGroup({ Name: group });
      await scheduler.stop();
    });

    const client = (): Scheduler => scheduler.client;
    const create = (changes: Schedule, target: Partial<Target> = {}) =>
      client().createSchedule({
        Name: unique(32),
        GroupName: group,
        ScheduleExpression: 'at(2099-12-31T23:59:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: scheduler.arns.queue, RoleArn: scheduler.arns.role, Input: '{}', ...target },
        ...changes,
      });

    it.each(SCHEDULES)('by %s', async (_, allowed, refused) => {
      for (const changes of allowed) await expect(create(changes)).resolves.toBeDefined();
      for (const changes of refused) await expect(create(changes)).rejects.toMatchObject(REFUSAL);
    });

    it.each(TARGETS)('by %s', async (_, allowed, refused) => {
      const { arns } = scheduler;
      for (const of of allowed) await expect(create({}, of(arns))).resolves.toBeDefined();
      for (const of of refused) await expect(create({}, of(arns))).rejects.toMatchObject(REFUSAL);
    });

    it.each(LISTS)('by %s of a list', async (_, allowed, refused) => {
      const list = (changes: ListSchedulesCommandInput) => client().listSchedules(changes);
      for (const changes of allowed) await expect(list(changes)).resolves.toBeDefined();
      for (const changes of refused) await expect(list(changes)).rejects.toMatchObject(REFUSAL);
    });

    it.each(TAGS)('by %s', async (_, allowed, refused) => {
      const { Arn: ResourceArn } = await client().getScheduleGroup({ Name: group });
      const tag = (one: { readonly Key: string; readonly Value: string }) =>
        client().tagResource({ ResourceArn, Tags: [one] });
      for (const one of allowed) await expect(tag(one)).resolves.toBeDefined();
      for (const one of refused) await expect(tag(one)).rejects.toMatchObject(REFUSAL);
    });

    it.each(NO_GROUPS)('by what may have tags, which %s may not', async (ResourceArn) => {
      await expect(client().listTagsForResource({ ResourceArn })).rejects.toMatchObject(REFUSAL);
    });

    it('by the name of a group', async () => {
      for (const Name of ['g'.repeat(65), 'a b']) {
        await expect(client().createScheduleGroup({ Name })).rejects.toMatchObject(REFUSAL);
      }
      // The form of the longest name is right: there only is no such group.
      await expect(client().getScheduleGroup({ Name: 'g'.repeat(64) })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    it.each(['ScheduleExpression', 'FlexibleTimeWindow', 'Target'] as const)(
      'by what is required: %s',
      async (field) => {
        await expect(create({ [field]: undefined })).rejects.toMatchObject(REFUSAL);
      },
    );
  });
}

function unique(length: number): string {
  return `${randomUUID()}${'x'.repeat(length)}`.slice(0, length);
}

function windowOf(MaximumWindowInMinutes: number): Schedule {
  return { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes } };
}

function retries(MaximumRetryAttempts: number): Partial<Target> {
  return { RetryPolicy: { MaximumRetryAttempts } };
}

function age(MaximumEventAgeInSeconds: number): Partial<Target> {
  return { RetryPolicy: { MaximumEventAgeInSeconds } };
}

function grouped(Arn: string, MessageGroupId: string): Partial<Target> {
  return { Arn, SqsParameters: { MessageGroupId } };
}
