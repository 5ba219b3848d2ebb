/**
 * What EventBridge Scheduler's API promises, asked through the real SDK client: the emulator and
 * AWS itself run the same sentences. Nothing here fires; every schedule lies decades ahead, in a
 * group of its own that is deleted at the end.
 */
import { randomUUID } from 'node:crypto';
import type { CreateScheduleCommandInput, Scheduler, Target } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

export interface SchedulerUnderTest {
  readonly client: Scheduler;
  readonly arns: {
    readonly queue: string;
    readonly fifoQueue: string;
    readonly deadLetterQueue: string;
    readonly role: string;
  };
  stop(): Promise<void>;
}

const FAR_AWAY = 'at(2099-12-31T23:59:00)';

export function schedulerContract(name: string, start: () => Promise<SchedulerUnderTest>): void {
  describe(`${name} keeps the contract of EventBridge Scheduler`, () => {
    let scheduler: SchedulerUnderTest;
    const group = `contract-${randomUUID()}`;

    beforeAll(async () => {
      scheduler = await start();
      await scheduler.client.createScheduleGroup({ Name: group });
    });

    afterAll(async () => {
      await scheduler.client.deleteScheduleGroup({ Name: group });
      await scheduler.stop();
    });

    const target = (changes: Partial<Target> = {}): Target => ({
      Arn: scheduler.arns.queue,
      RoleArn: scheduler.arns.role,
      Input: '{}',
      ...changes,
    });
    const subject: Subject = {
      group,
      target,
      arns: () => scheduler.arns,
      client: () => scheduler.client,
      schedule: (changes = {}) => ({
        Name: `s-${randomUUID()}`,
        GroupName: group,
        ScheduleExpression: FAR_AWAY,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: target(),
        ...changes,
      }),
      create: (input) => scheduler.client.createSchedule(input),
      get: (Name) => scheduler.client.getSchedule({ Name, GroupName: group }),
    };
    describeSchedules(subject);
    describeGroupedSchedules(subject);
    describeRefusals(subject);
    describeTokens(subject);
    describeGroups(subject);
  });
}

interface Input extends CreateScheduleCommandInput {
  readonly Name: string;
}

interface Subject {
  readonly group: string;
  arns(): SchedulerUnderTest['arns'];
  target(changes?: Partial<Target>): Target;
  schedule(changes?: Partial<Input>): Input;
  create(input: Input): Promise<{ readonly ScheduleArn: string | undefined }>;
  get(name: string): Promise<object>;
  client(): Scheduler;
}

function describeSchedules({ group, schedule, target, arns, create, get, client }: Subject): void {
  it('answers a schedule as it was created, with the defaults filled in', async () => {
    const Target = target({ DeadLetterConfig: { Arn: arns().deadLetterQueue } });
    const input = schedule({ Description: 'once', ActionAfterCompletion: 'DELETE', Target });

    const { ScheduleArn } = await create(input);

    expect(ScheduleArn).toMatch(new RegExp(`:schedule/${group}/${input.Name}$`));
    expect(await get(input.Name)).toMatchObject({
      ...input,
      Arn: ScheduleArn,
      State: 'ENABLED',
      ScheduleExpressionTimezone: 'UTC',
      CreationDate: expect.any(Date),
      LastModificationDate: expect.any(Date),
      Target: {
        ...input.Target,
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
      },
    });
  });

  it('refuses a name that is taken', async () => {
    const input = schedule();
    await create(input);

    await expect(create(input)).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('resets on update what the update leaves out', async () => {
    const input = schedule({ Description: 'first', State: 'DISABLED' });
    await create(input);
    const { Description: _, State: __, ...rest } = input;

    const ScheduleExpression = 'at(2098-01-01T00:00:00)';
    await client().updateSchedule({ ...rest, ScheduleExpression });

    const updated = await get(input.Name);
    expect(updated).toMatchObject({ ScheduleExpression, State: 'ENABLED' });
    expect(updated).not.toMatchObject({ Description: 'first' });
  });

  it('finds no schedule that was deleted', async () => {
    const { Name, ...input } = schedule();
    await create({ Name, ...input });

    await client().deleteSchedule({ Name, GroupName: group });

    const notFound = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    const update = () => client().updateSchedule({ Name, ...input });
    const deletion = () => client().deleteSchedule({ Name, GroupName: group });
    await expect(get(Name)).rejects.toMatchObject(notFound);
    await expect(update()).rejects.toMatchObject(notFound);
    await expect(deletion()).rejects.toMatchObject(notFound);
  });
}

function describeGroupedSchedules({ group, schedule, create, client }: Subject): void {
  it('creates nothing in a group that does not exist', async () => {
    const input = schedule({ GroupName: `none-${randomUUID()}` });

    await expect(create(input)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('lists by prefix and state, page by page, each schedule once', async () => {
    const prefix = `page-${randomUUID().slice(0, 8)}`;
    const names = ['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`);
    for (const Name of names) await create(schedule({ Name }));
    await create(schedule({ Name: `${prefix}-d`, State: 'DISABLED' }));
    const filter = {
      GroupName: group,
      NamePrefix: prefix,
      State: 'ENABLED',
      MaxResults: 2,
    } as const;

    const first = await client().listSchedules(filter);
    const NextToken = first.NextToken;
    const second = await client().listSchedules({ ...filter, NextToken });

    const listed = [...(first.Schedules ?? []), ...(second.Schedules ?? [])];
    expect(first.Schedules).toHaveLength(2);
    expect(listed.map(({ Name }) => Name).sort()).toEqual(names);
    expect(listed[0]).toMatchObject({ GroupName: group, State: 'ENABLED' });
    expect(second.NextToken).toBeUndefined();
  });
}

const SCHEDULES_REFUSED: readonly (readonly [string, Partial<Input>])[] = [
  ['a name with a space', { Name: 'two words' }],
  ['a name of 65 characters', { Name: 'n'.repeat(65) }],
  ['a client token with a dot', { ClientToken: 'a.b' }],
  ['an instant with a Z', { ScheduleExpression: 'at(2099-12-31T23:59:00Z)' }],
  ['an instant with milliseconds', { ScheduleExpression: 'at(2099-12-31T23:59:00.000)' }],
  ['an instant that is past', { ScheduleExpression: 'at(2020-01-01T00:00:00)' }],
  ['the 30th of February', { ScheduleExpression: 'at(2099-02-30T00:00:00)' }],
  ['a rate of zero', { ScheduleExpression: 'rate(0 minutes)' }],
  ['a rate in seconds', { ScheduleExpression: 'rate(30 seconds)' }],
  ['a cron of five fields', { ScheduleExpression: 'cron(0 12 * * ?)' }],
  ['a cron with two days', { ScheduleExpression: 'cron(0 12 1 * 1 *)' }],
  ['an unknown time zone', { ScheduleExpressionTimezone: 'Europe/Atlantis' }],
  [
    'a start in the past',
    { ScheduleExpression: 'rate(1 days)', StartDate: new Date('2020-01-01') },
  ],
  ['a window without its length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }],
  [
    'a window over a day',
    { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 } },
  ],
  ['a description of 513 characters', { Description: 'd'.repeat(513) }],
];

type Arns = SchedulerUnderTest['arns'];

const TARGETS_REFUSED: readonly (readonly [string, (arns: Arns) => Partial<Target>])[] = [
  ['a role that is no role', () => ({ RoleArn: 'arn:aws:iam::123456789012:user/u' })],
  ['186 retries', () => ({ RetryPolicy: { MaximumRetryAttempts: 186 } })],
  ['an age under a minute', () => ({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } })],
  ['dead letters to FIFO', ({ fifoQueue }) => ({ DeadLetterConfig: { Arn: fifoQueue } })],
  ['a group on a standard queue', () => ({ SqsParameters: { MessageGroupId: 'g' } })],
  ['a FIFO queue without a group', ({ fifoQueue }) => ({ Arn: fifoQueue })],
  ['an input over 256 KB', () => ({ Input: 'x'.repeat(262_145) })],
];

function describeRefusals({ schedule, create, target, arns }: Subject): void {
  const refusal = { name: 'ValidationException', $metadata: { httpStatusCode: 400 } };

  it.each(SCHEDULES_REFUSED)('refuses %s', async (_, changes) => {
    await expect(create(schedule(changes))).rejects.toMatchObject(refusal);
  });

  it.each(TARGETS_REFUSED)('refuses a target with %s', async (_, changes) => {
    const input = schedule({ Target: target(changes(arns())) });

    await expect(create(input)).rejects.toMatchObject(refusal);
  });
}

function describeTokens({ group, schedule, create, get, client }: Subject): void {
  it('answers a creation repeated with its client token as it did at first', async () => {
    const input = schedule({ ClientToken: randomUUID() });

    const first = await create(input);
    const again = await create(input);

    expect(again.ScheduleArn).toBe(first.ScheduleArn);
  });

  it('refuses a client token that comes back with other parameters', async () => {
    const input = schedule({ ClientToken: randomUUID() });
    await create(input);

    const other = create({ ...input, Description: 'another' });

    await expect(other).rejects.toMatchObject({ name: 'ConflictException' });
    expect(await get(input.Name)).not.toMatchObject({ Description: 'another' });
  });

  it('answers a deletion repeated with its client token as it did at first', async () => {
    const { Name, ...input } = schedule();
    await create({ Name, ...input });
    const deletion = { Name, GroupName: group, ClientToken: randomUUID() };

    await client().deleteSchedule(deletion);
    const again = await client().deleteSchedule(deletion);

    expect(again.$metadata.httpStatusCode).toBe(200);
  });
}

function describeGroups({ group, client }: Subject): void {
  it('has a group named default', async () => {
    const found = await client().getScheduleGroup({ Name: 'default' });

    expect(found).toMatchObject({ Name: 'default', State: 'ACTIVE' });
  });

  it('refuses a second group of the same name', async () => {
    const second = client().createScheduleGroup({ Name: group });

    await expect(second).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('lists groups by prefix', async () => {
    const listed = await client().listScheduleGroups({ NamePrefix: group });

    expect(listed.ScheduleGroups).toMatchObject([{ Name: group, State: 'ACTIVE' }]);
  });

  it('finds no group that does not exist', async () => {
    const unknown = client().getScheduleGroup({ Name: `none-${randomUUID()}` });

    await expect(unknown).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('tags a group, overwrites a tag and takes one away', async () => {
    const { Arn: ResourceArn } = await client().getScheduleGroup({ Name: group });
    const tag = (Tags: { Key: string; Value: string }[]) =>
      client().tagResource({ ResourceArn, Tags });

    await tag([
      { Key: 'stage', Value: 'test' },
      { Key: 'team', Value: 'ais' },
    ]);
    await tag([{ Key: 'stage', Value: 'contract' }]);
    await client().untagResource({ ResourceArn, TagKeys: ['team'] });

    const { Tags } = await client().listTagsForResource({ ResourceArn });
    expect(Tags).toEqual([{ Key: 'stage', Value: 'contract' }]);
  });
}
