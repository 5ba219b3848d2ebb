/** What the gateway remembers of a call, and what a request says of its resources. */
import { describe, expect, it } from 'vitest';
import { askedOf } from '../../../tools/local/asked-resources.ts';
import type { AwsRequest, Service } from '../../../tools/local/aws-request.ts';
import { createCallLog } from '../../../tools/local/call-log.ts';

const OURS = 'eu-central-1:000000000000';

function request(body: object | string, target = '/'): AwsRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const gone = new AbortController().signal;
  return { method: 'POST', target, headers: {}, body: text, gone };
}

function resourcesOf(service: Service, body: object | string, target?: string): readonly string[] {
  return askedOf(service, request(body, target)).map(({ resource }) => resource);
}

describe('the resources of a request', () => {
  it.each([
    ['dynamodb', { TableName: 'consents' }, ['table/consents']],
    ['dynamodb', { TableName: 'consents', IndexName: 'owed' }, ['table/consents/index/owed']],
    ['dynamodb', { RequestItems: { one: {}, two: {} } }, ['table/one', 'table/two']],
    ['sqs', { QueueUrl: 'http://127.0.0.1:1/000000000000/due.fifo' }, ['due.fifo']],
    ['sqs', { QueueName: 'new' }, ['new']],
  ] as const)('of %s in %j are %j', (service, body, names) => {
    const expected = names.map((name) => `arn:aws:${service}:${OURS}:${name}`);

    expect(resourcesOf(service, body)).toEqual(expected);
  });

  it.each(['TopicArn', 'TargetArn'])('of SNS are what the form says for %s', (field) => {
    const topic = `arn:aws:sns:${OURS}:re-consent`;
    const form = new URLSearchParams({ Action: 'Publish', Message: 'm', [field]: topic });

    expect(resourcesOf('sns', form.toString())).toEqual([topic]);
  });

  it.each([
    ['/schedules/t1', { GroupName: 'timers' }, 'schedule/timers/t1'],
    ['/schedules/t1?groupName=timers', '', 'schedule/timers/t1'],
    ['/schedules/t1', '', 'schedule/default/t1'],
    ['/schedule-groups/timers', '', 'schedule-group/timers'],
  ])('of the Scheduler at %s with %j are %s', (target, body, path) => {
    expect(resourcesOf('scheduler', body, target)).toEqual([`arn:aws:scheduler:${OURS}:${path}`]);
  });

  it.each([
    ['dynamodb', 'no JSON', '/'],
    ['dynamodb', { RequestItems: null }, '/'],
    ['sqs', {}, '/'],
    ['sns', 'Action=ListTopics', '/'],
    ['sts', 'Action=GetCallerIdentity', '/'],
    ['scheduler', '', '/schedules?ScheduleGroup=timers'],
    ['scheduler', '', '/tags/arn%3Aaws'],
  ] as const)('of %s are all of them where %j at %s names none', (service, body, target) => {
    expect(resourcesOf(service, body, target)).toEqual(['*']);
  });

  it('are joined by what a schedule is given for its firing', () => {
    const Target = { Arn: 'arn:target', RoleArn: 'arn:role', DeadLetterConfig: { Arn: 'arn:dlq' } };
    const { DeadLetterConfig: _, ...without } = Target;
    const passesIn = (body: object) =>
      askedOf('scheduler', request(body, '/schedules/t1')).map(({ passes }) => passes);

    expect(passesIn({ Target })).toEqual([
      { role: 'arn:role', target: 'arn:target', deadLetters: 'arn:dlq' },
    ]);
    expect(passesIn({ Target: without })).toEqual([{ role: 'arn:role', target: 'arn:target' }]);
  });
});

describe('the log of calls', () => {
  it('has each distinct call once, and counts them all', () => {
    const log = createCallLog();

    for (const by of ['sweep', 'sweep', 'clients', 'due-timers'] as const) {
      log.add(by, 'dynamodb:Query', [{ resource: 'a' }, { resource: 'b' }]);
    }

    expect(log.counts('functions')).toEqual({ 'dynamodb:Query': 3 });
    expect(log.counts('clients')).toEqual({ 'dynamodb:Query': 1 });
    expect(log.distinct().map(({ by, resource }) => `${by} ${resource}`)).toEqual([
      'sweep a',
      'sweep b',
      'clients a',
      'clients b',
      'due-timers a',
      'due-timers b',
    ]);
  });

  it('says so when it could not keep them all, until it is reset', () => {
    const log = createCallLog();
    const add = (at: number) => log.add('sweep', 'sqs:SendMessage', [{ resource: `queue-${at}` }]);

    for (let at = 0; at < 10_000; at += 1) add(at);
    expect(log.distinct()).toHaveLength(10_000);
    add(10_000);

    expect(() => log.distinct()).toThrow('more than 10000 distinct calls');
    log.reset();
    expect(log.distinct()).toEqual([]);
    expect(log.counts('functions')).toEqual({});
  });
});
