/** What a person asks of the local AWS under `/_local/`. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { startScriptedAws, writtenDown } from '../../support/scripted-aws.ts';

const START = '2030-01-01T00:00:00Z';

let local: LocalAws;

async function boot(): Promise<void> {
  local = await startScriptedAws({ clockStart: Date.parse(START) });
}

async function stop(): Promise<void> {
  await local.stop();
}

async function ask(path: string, body?: unknown): Promise<{ status: number; said: unknown }> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answered = await fetch(`${local.url}${path}`, sent);
  return { status: answered.status, said: await answered.json() };
}

async function schedule(name: string, at: string): Promise<void> {
  await new SchedulerClient(local.client).send(
    new CreateScheduleCommand({
      Name: name,
      GroupName: 'consent-lifecycle',
      ScheduleExpression: `at(${at})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:aws:sqs:eu-central-1:000000000000:due-timers',
        RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
        Input: name,
      },
    }),
  );
}

async function putConsent(consentId: string, attributes: object): Promise<void> {
  const Item = marshall({ pk: `CONSENT#${consentId}`, sk: 'STATE', ...attributes });
  await new DynamoDBClient(local.client).send(new PutItemCommand({ TableName: 'consents', Item }));
}

/** When the functions saw each timer, on their own clock, in that order. */
async function seenTimers(): Promise<readonly string[]> {
  const seen = await writtenDown(local, 'SEEN');
  const ordered = seen.toSorted((a, b) => Number(a.now) - Number(b.now));
  return ordered.map(({ record = '{}', newDate }) => {
    const { body }: { body: string } = JSON.parse(record);
    return `${body} ${newDate?.slice(0, 16)}`;
  });
}

describe('the control', () => {
  beforeAll(boot);
  afterAll(stop);

  it('says ready when everything works', async () => {
    expect(await ask('/_local/health')).toEqual({ status: 200, said: { status: 'ready' } });
  });

  it('shows a clock that starts where it is told to', async () => {
    expect(await ask('/_local/clock')).toMatchObject({
      status: 200,
      said: { now: expect.stringMatching(/^2030-01-01T00:00:/) },
    });
  });

  const refused = [
    [{ advance: 'P1M' }, 'advance: "P1M" is not an ISO 8601 duration'],
    [{ advance: 'PT' }, 'advance: "PT" is not an ISO 8601 duration'],
    [{ advance: -5 }, 'advance: -5 is not an ISO 8601 duration'],
    [{ advance: 'P99999999D' }, 'advance: "P99999999D" is not at most a hundred years'],
    [{ to: '2030-02-01' }, 'to: "2030-02-01" is not an RFC 3339 time'],
    [{ to: '2029-12-31T00:00:00Z' }, 'time never runs backwards'],
    [{ to: START, advance: 'PT1H' }, 'expected a JSON object'],
    [[], 'expected a JSON object'],
  ] as const;

  it.each(refused)('refuses to move the clock by %j, in one clear line', async (body, why) => {
    const { status, said } = await ask('/_local/clock', body);

    expect(status).toBe(400);
    expect(said).toEqual({ error: expect.stringContaining(why) });
  });

  it('names what it understands when asked for something else', async () => {
    const { status, said } = await ask('/_local/consent/1');

    expect(status).toBe(404);
    expect(said).toEqual({ error: expect.stringContaining('GET /_local/consent/1 is unknown') });
  });
});

describe('a move of the clock', () => {
  beforeEach(boot);
  afterEach(stop);

  it('fires what is due before its target, the earliest first, and ends with one sweep', async () => {
    await schedule('second', '2030-01-01T20:30:00');
    await schedule('first', '2030-01-01T08:20:00');
    await schedule('beyond', '2030-01-02T00:30:00');

    const moved = await ask('/_local/clock', { advance: 'PT24H' });

    expect(moved).toMatchObject({
      status: 200,
      said: { now: expect.stringMatching(/^2030-01-02T00:00:/), fired: 2 },
    });
    expect(await seenTimers()).toEqual(['first 2030-01-01T08:20', 'second 2030-01-01T20:30']);
    expect(await writtenDown(local, 'SWEPT')).toMatchObject([
      { time: expect.stringMatching(/^2030-01-02T00:00:/) },
    ]);
  });

  it('moves to a time that is named', async () => {
    const moved = await ask('/_local/clock', { to: '2030-03-31T03:00:00+02:00' });

    expect(moved).toMatchObject({
      status: 200,
      said: { now: expect.stringMatching(/^2030-03-31T01:00:00/) },
    });
  });

  it('fires a timer by itself when its time comes', async () => {
    await local.advance(Date.parse('2030-01-01T00:59:59.000Z'));
    await schedule('due-soon', '2030-01-01T01:00:00');

    await expect.poll(seenTimers, { timeout: 10_000 }).toEqual(['due-soon 2030-01-01T01:00']);
  });

  it('refuses a second move while one is under way', async () => {
    const first = local.advance(Date.parse('2030-01-03T00:00:00Z'));
    const second = await ask('/_local/clock', { advance: 'PT1H' });

    expect(second.status).toBe(409);
    await first;
  });
});

describe('settling', () => {
  beforeAll(boot);
  afterAll(stop);

  it('answers at once when nothing is in flight', async () => {
    expect(await ask('/_local/settle', {})).toEqual({
      status: 200,
      said: { settled: true, inFlight: [] },
    });
  });

  it('names the queue whose messages are not acknowledged', async () => {
    const QueueUrl = `${local.url}/000000000000/due-timers`;
    await new SQSClient(local.client).send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'hang' }),
    );

    const { status, said } = await ask('/_local/settle', {});

    expect(status).toBe(504);
    expect(said).toMatchObject({
      settled: false,
      inFlight: ['queue due-timers: 1 not acknowledged', 'function due-timers: running'],
    });
    await local.functions['due-timers'].kill();
  });
});

describe('a consent', () => {
  beforeAll(boot);
  afterAll(stop);

  it('is shown with readable times and without its tokens', async () => {
    await putConsent('a/b ☃', {
      status: 'valid',
      version: 3,
      token: 'canary-token',
      tokenReceivedAt: Date.parse(START),
      ledger: { dayStart: Date.parse(START), purges: 0 },
      transfers: [{ instructionId: 'i-1', token: 'canary-transfer', tokenAt: Date.parse(START) }],
      outbox: [],
    });

    const { status, said } = await ask(`/_local/consents/${encodeURIComponent('a/b ☃')}`);

    expect(status).toBe(200);
    expect(said).toMatchObject({
      pk: 'CONSENT#a/b ☃',
      status: 'valid',
      version: 3,
      token: '[redacted]',
      tokenReceivedAt: '2030-01-01T00:00:00.000Z',
      ledger: { dayStart: '2030-01-01T00:00:00.000Z', purges: 0 },
      transfers: [{ token: '[redacted]', tokenAt: '2030-01-01T00:00:00.000Z' }],
    });
    expect(JSON.stringify(said)).not.toContain('canary');
  });

  it('that is unknown is said to be', async () => {
    expect(await ask('/_local/consents/nobody')).toEqual({
      status: 404,
      said: { error: 'consent "nobody" is unknown: no message about it has been judged' },
    });
  });

  it('is not looked for under an id that cannot be decoded', async () => {
    const { status, said } = await ask('/_local/consents/%E0%A4%A');

    expect(status).toBe(400);
    expect(said).toEqual({ error: expect.stringContaining('"%E0%A4%A"') });
  });
});
