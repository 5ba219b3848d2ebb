/** Messages on their way through a function, as Lambda's event source mapping treats them. */
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { startScriptedAws, writtenDown } from '../../support/scripted-aws.ts';

const SEEN_WITHIN_MS = 10_000;
const VIRTUAL_START = Date.UTC(2030, 0, 1);

let local: LocalAws;
const printed: string[] = [];

afterEach(() => local.stop());

async function boot(): Promise<SQSClient> {
  printed.length = 0;
  local = await startScriptedAws({
    clockStart: VIRTUAL_START,
    log: (line) => printed.push(line),
  });
  return new SQSClient(local.client);
}

function url(queue: string): string {
  return `${local.url}/000000000000/${queue}`;
}

async function deliveries(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { record = '{}' } of await writtenDown(local, 'SEEN')) {
    const { body }: { body: string } = JSON.parse(record);
    counts[body] = (counts[body] ?? 0) + 1;
  }
  return counts;
}

describe('the pump', () => {
  it('hands over records as Lambda shapes them, on the virtual clock', async () => {
    const sqs = await boot();

    await sqs.send(
      new SendMessageCommand({
        QueueUrl: url('bank-call-results'),
        MessageBody: 'ok',
        MessageAttributes: { colour: { DataType: 'String', StringValue: 'blue' } },
      }),
    );
    const inFlight = await local.settle();

    const [seen] = await writtenDown(local, 'SEEN');
    expect(inFlight).toEqual([]);
    expect(JSON.parse(seen?.record ?? '')).toMatchObject({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: 'ok',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^18934560\d{5}$/),
      },
      messageAttributes: { colour: { dataType: 'String', stringValue: 'blue' } },
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:bank-call-results',
      awsRegion: 'eu-central-1',
    });
    expect(seen?.functionName).toBe('bank-call-results');
    expect(seen?.newDate).toMatch(/^2030-01-01T00:0/);
    expect(Number(seen?.now)).toBeGreaterThanOrEqual(VIRTUAL_START);
    expect(Number(seen?.remainingMs)).toBeGreaterThan(0);
    expect(printed).toContain('1 records');
  });

  it('gives a function its declared environment and nothing of this process', async () => {
    const sqs = await boot();

    await sqs.send(new SendMessageCommand({ QueueUrl: url('due-timers'), MessageBody: 'ok' }));
    await local.settle();

    const [seen] = await writtenDown(local, 'SEEN');
    expect(seen?.variables?.split(' ')).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_ENDPOINT_URL',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'BANK_CALL_REQUESTS_URL',
      'BANK_CALL_RESULTS_URL',
      'CONSENT_NOTICES_TOPIC_ARN',
      'DUE_TIMERS_ARN',
      'DUE_TIMERS_DLQ_URL',
      'DUE_TIMERS_URL',
      'METRICS_NAMESPACE',
      'POWERTOOLS_SERVICE_NAME',
      'RE_CONSENT_TOPIC_ARN',
      'SCHEDULER_DLQ_ARN',
      'SCHEDULER_ROLE_ARN',
      'SCHEDULE_GROUP',
      'TABLE_NAME',
    ]);
  });

  it('gives a function the environment that it is told to, made for its endpoint', async () => {
    const urls: string[] = [];
    const variables = { TABLE_NAME: 'consents', OWN: 'any' };
    local = await startScriptedAws({
      environments: (endpoint) => {
        urls.push(endpoint);
        return { 'bank-call-results': variables, 'due-timers': variables, sweep: variables };
      },
    });

    await local.functions['due-timers'].invoke({
      Records: [{ messageId: 'by-hand', attributes: { ApproximateReceiveCount: '1' } }],
    });

    const [seen] = await writtenDown(local, 'SEEN');
    expect(urls).toEqual([local.url]);
    expect(seen?.variables?.split(' ')).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_ENDPOINT_URL',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'OWN',
      'POWERTOOLS_SERVICE_NAME',
      'TABLE_NAME',
    ]);
  });

  it('delivers again only what the function reports as failed', async () => {
    const sqs = await boot();
    const bodies = ['ok', 'fail once', 'fine'];
    const Entries = bodies.map((MessageBody, at) => ({ Id: `${at}`, MessageBody }));

    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url('bank-call-results'), Entries }));
    const inFlight = await local.settle();

    expect(inFlight).toEqual([]);
    expect(await deliveries()).toEqual({ ok: 1, 'fail once': 2, fine: 1 });
  });

  it.each(['throw once', 'crash once', 'answer nonsense once'])(
    'delivers the whole batch again after a function that is told to %s',
    async (MessageBody) => {
      const sqs = await boot();

      await sqs.send(new SendMessageCommand({ QueueUrl: url('due-timers'), MessageBody }));
      const inFlight = await local.settle();

      expect(inFlight).toEqual([]);
      expect(await deliveries()).toEqual({ [MessageBody]: 2 });
      expect(printed.join('\n')).toContain('due-timers: a batch of 1 failed');
    },
  );

  it('leaves what fails five times to the dead-letter queue', async () => {
    const sqs = await boot();

    await sqs.send(
      new SendMessageCommand({ QueueUrl: url('bank-call-results'), MessageBody: 'fail' }),
    );
    const inFlight = await local.settle();

    const dead = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url('bank-call-results-dlq') }),
    );
    expect(inFlight).toEqual([]);
    expect(await deliveries()).toEqual({ fail: 5 });
    expect(dead.Messages?.map(({ Body }) => Body)).toEqual(['fail']);
  });

  it('delivers again what a killed function had in its hands', async () => {
    const sqs = await boot();
    const QueueUrl = url('bank-call-results');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hang' }));
    await untilSeen(1);

    await local.functions['bank-call-results'].kill();
    await untilSeen(2);
    const attributes = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );

    expect(await deliveries()).toEqual({ hang: 2 });
    expect(attributes.Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('1');
    await local.functions['bank-call-results'].kill();
  });

  async function untilSeen(count: number): Promise<void> {
    const seen = async () => (await writtenDown(local, 'SEEN')).length >= count;
    await vi.waitUntil(seen, { timeout: SEEN_WITHIN_MS });
  }
});
