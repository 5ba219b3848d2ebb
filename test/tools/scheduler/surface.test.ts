/**
 * What the HTTP surface answers to requests that no SDK would send, and where the emulator's own
 * limits lie.
 */
import { describe, expect, it } from 'vitest';
import { HOUR, NOON, QUEUE, scheduleInput, startRig, targetInput } from './rig.ts';

describe('the HTTP surface', () => {
  it.each([
    ['an unknown path', 'GET', '/buckets', 'UnknownOperationException'],
    ['an unknown method', 'PATCH', '/schedules/a', 'UnknownOperationException'],
    ['a creation without a name', 'POST', '/schedules', 'UnknownOperationException'],
    ['a path that is not percent-encoded', 'GET', '/schedules/%E0%A4', 'SerializationException'],
    ['a name with a slash', 'GET', '/schedules/a%2Fb', 'ValidationException'],
    ['a page of no size', 'GET', '/schedules?MaxResults=many', 'ValidationException'],
    ['a page of 101', 'GET', '/schedules?MaxResults=101', 'ValidationException'],
    ['a token of no page', 'GET', '/schedules?NextToken=!!', 'ValidationException'],
    [
      'a list of an unknown group',
      'GET',
      '/schedules?ScheduleGroup=x',
      'ResourceNotFoundException',
    ],
    [
      'the deletion of the default group',
      'DELETE',
      '/schedule-groups/default',
      'ValidationException',
    ],
    ['tags of what is no group', 'GET', '/tags/arn%3Aaws%3Asqs', 'ValidationException'],
  ])('refuses %s', (_, method, path, errorType) => {
    const rig = startRig();

    const { status, headers, body } = rig.call(method, path);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(headers['x-amzn-errortype']).toBe(errorType);
    expect(JSON.parse(body)).toEqual({ Message: expect.stringMatching(/\S/) });
  });

  it.each(['{', '[]', '"text"', 'null'])('refuses the body %s', (body) => {
    const { scheduler } = startRig();
    const query = new URLSearchParams();

    const answer = scheduler.handle({ method: 'POST', path: '/schedules/a', query, body });

    expect(answer.status).toBe(400);
    expect(answer.headers['x-amzn-errortype']).toBe('SerializationException');
  });

  it('names every field at fault, in the words of AWS', () => {
    const rig = startRig();

    const { body } = rig.call('POST', '/schedules/a', {
      ...scheduleInput({ State: 'PAUSED', FlexibleTimeWindow: undefined }),
      Target: targetInput({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
    });

    const at = (field: string) => `at '${field}' failed to satisfy constraint: Member must`;
    expect(JSON.parse(body).Message).toBe(
      '3 validation errors detected: ' +
        `Value null ${at('flexibleTimeWindow')} not be null; ` +
        `Value '186' ${at('target.retryPolicy.maximumRetryAttempts')} ` +
        'have value less than or equal to 185; ' +
        `Value 'PAUSED' ${at('state')} satisfy enum value set: [ENABLED, DISABLED]`,
    );
  });

  it('quotes no more of a long value than its beginning', () => {
    const rig = startRig();

    const { body } = rig.call(
      'POST',
      '/schedules/a',
      scheduleInput({ Description: 'd'.repeat(9_999) }),
    );

    expect(body.length).toBeLessThan(400);
    expect(body).toContain("'description'");
  });
});

describe('targets', () => {
  it.each([
    ['a function', { Arn: 'arn:aws:lambda:eu-central-1:000000000000:function:f' }],
    ['a universal target of another service', { Arn: 'arn:aws:scheduler:::aws-sdk:sns:publish' }],
    ['parameters of another service', { KinesisParameters: { PartitionKey: 'k' } }],
  ])('refuses %s', (_, changes) => {
    const rig = startRig();

    const create = () => rig.create('a', { Target: targetInput(changes) });

    expect(create).toThrow(/Target arn 'arn.*is not fired|KinesisParameters are not valid/);
  });

  it.each([
    ['no input', undefined],
    ['input that is no JSON', 'QueueUrl'],
    ['no queue', '{"MessageBody":"m"}'],
    ['a delay, which is not imitated', sendMessage({ DelaySeconds: 5 })],
  ])('refuses a universal target with %s', (_, Input) => {
    const rig = startRig();
    const Arn = 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage';

    const create = () => rig.create('a', { Target: targetInput({ Arn, Input }) });

    expect(create).toThrow();
    expect(rig.scheduler.schedules()).toEqual([]);
  });
});

describe('limits', () => {
  it('refuses the 501st group', () => {
    const rig = startRig();
    for (let i = 1; i < 500; i += 1) rig.call('POST', `/schedule-groups/g${i}`, {});

    const { status, headers } = rig.call('POST', '/schedule-groups/g500', {});

    expect(status).toBe(402);
    expect(headers['x-amzn-errortype']).toBe('ServiceQuotaExceededException');
  });

  it('refuses the 51st tag of a group, and keeps the first 50', () => {
    const rig = startRig();
    const arn = 'arn:aws:scheduler:eu-central-1:000000000000:schedule-group/default';
    const path = `/tags/${encodeURIComponent(arn)}`;
    const tags = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => ({ Key: `k${from + i}`, Value: 'v' }));
    rig.call('POST', path, { Tags: tags(0, 50) });

    const { status } = rig.call('POST', path, { Tags: tags(50, 51) });

    expect(status).toBe(400);
    expect(JSON.parse(rig.call('GET', path).body).Tags).toHaveLength(50);
  });
});

describe('a client token', () => {
  it('counts for one action only', () => {
    const rig = startRig();
    rig.create('once', { ClientToken: 'same' });

    const { status } = rig.call('DELETE', '/schedules/once?clientToken=same');

    expect(status).toBe(200);
    expect(rig.scheduler.schedules()).toEqual([]);
  });

  it('is not remembered for what was refused', () => {
    const rig = startRig();
    const ClientToken = 'same';
    rig.call('POST', '/schedules/once', scheduleInput({ ClientToken, GroupName: 'later' }));
    rig.call('POST', '/schedule-groups/later', {});

    rig.create('once', { ClientToken, GroupName: 'later' });

    expect(rig.scheduler.schedules()).toHaveLength(1);
  });
});

describe('an end', () => {
  it('is ignored, like a start, by a one-time schedule', async () => {
    const rig = startRig();
    const [StartDate, EndDate] = [0, 1];
    rig.create('once', { StartDate, EndDate });

    await rig.passTo(NOON + HOUR);

    expect(rig.arrivals).toMatchObject([{ targetArn: QUEUE, at: NOON }]);
  });

  it('is refused where it lies before the start', () => {
    const rig = startRig();
    const [StartDate, EndDate] = [NOON / 1_000 + 60, NOON / 1_000];

    const create = () =>
      rig.create('a', { ScheduleExpression: 'rate(1 hour)', StartDate, EndDate });

    expect(create).toThrow('Invalid EndDate 2026-11-22T12:00:00Z');
  });
});

function sendMessage(changes: object): string {
  const QueueUrl = 'http://127.0.0.1:4566/000000000000/due-timers';
  return JSON.stringify({ QueueUrl, MessageBody: 'm', ...changes });
}
