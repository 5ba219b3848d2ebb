/**
 * SQS, SNS and STS: fauxqs, run inside this process without a port of its own. Beside raw requests
 * it offers the few calls that the local AWS itself makes, which are thereby never mixed up with
 * those that are counted.
 */
import { buildApp } from 'fauxqs';
import type { Answer } from './aws-request.ts';
import { ACCOUNT_ID, REGION } from './resources.ts';

const SQS_JSON = 'application/x-amz-json-1.0';
const FORM = 'application/x-www-form-urlencoded';
/** Any host name that fauxqs writes into a queue URL; what is made of it is mended anyway. */
const HOST = '127.0.0.1';

/** SQS's own alphabet: all of Unicode but most control characters. */
const OUTSIDE_SQS = '[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD\\u{10000}-\\u{10FFFF}]';

export interface Attribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message as SQS hands it out. */
export interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly MD5OfMessageAttributes?: string;
  readonly Attributes: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, Attribute>>;
}

export interface Outgoing {
  readonly queue: string;
  readonly body: string;
  readonly messageGroupId?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface Queues {
  /** A client's request as it came, but for the region, which must be the one of `resources`. */
  answer(headers: Readonly<Record<string, string>>, body: string): Promise<Answer>;
  /** Any SQS action; throws one line that names the action and what was refused. */
  sqs(action: string, parameters: object): Promise<Record<string, unknown>>;
  create(queue: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  createTopic(topic: string): Promise<void>;
  send(message: Outgoing): Promise<void>;
  receive(queue: string, options: ReceiveOptions): Promise<readonly Received[]>;
  /** How many messages each queue holds: waiting, delayed or in flight. */
  counts(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
}

export interface ReceiveOptions {
  readonly countMax: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
}

/** A queue's URL as fauxqs reads it: it looks at the region and the name only. */
export function internalQueueUrl(queue: string): string {
  return `http://sqs.${REGION}.${HOST}/${ACCOUNT_ID}/${queue}`;
}

/**
 * fauxqs 2.4.1 leaves the `u` off the expression by which it refuses what SQS refuses, and with it
 * every character above U+FFFF, which SQS takes: an emoji in a consent's id would be an error here
 * and none on AWS. Its expression is given SQS's alphabet.
 */
async function allowAllOfUnicode(): Promise<void> {
  const file = new URL('./sqs/sqsTypes.js', import.meta.resolve('fauxqs'));
  const { INVALID_MESSAGE_BODY_CHAR } = (await import(file.href)) as Record<string, unknown>;
  if (!(INVALID_MESSAGE_BODY_CHAR instanceof RegExp)) throw new Error('fauxqs is not as expected');
  INVALID_MESSAGE_BODY_CHAR.compile(OUTSIDE_SQS, 'u');
}

/** Starts an empty SQS and SNS. Throws nothing of its own. */
export async function startQueues(): Promise<Queues> {
  await allowAllOfUnicode();
  const app = buildApp({ logger: false, defaultRegion: REGION });
  await app.ready();

  const answer = async (
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Answer> => {
    const reply = await app.inject({ method: 'POST', url: '/', headers, payload: body });
    const kept = Object.entries(reply.headers).map(([name, value]) => [name, String(value)]);
    return { status: reply.statusCode, headers: Object.fromEntries(kept), body: reply.body };
  };

  const sqs = async (action: string, parameters: object): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': SQS_JSON, 'x-amz-target': `AmazonSQS.${action}` };
    const { status, body } = await answer(headers, JSON.stringify(parameters));
    if (status !== 200) throw new Error(`the local SQS refused ${action}: ${body}`);
    return JSON.parse(body);
  };

  return {
    answer,
    sqs,
    create: async (queue, attributes) => {
      await sqs('CreateQueue', { QueueName: queue, Attributes: attributes });
    },
    createTopic: async (topic) => {
      const form = new URLSearchParams({ Action: 'CreateTopic', Name: topic }).toString();
      const { status, body } = await answer({ 'content-type': FORM }, form);
      if (status !== 200) throw new Error(`the local SNS refused topic ${topic}: ${body}`);
    },
    send: async ({ queue, body, messageGroupId, attributes = {} }) => {
      const entries = Object.entries(attributes);
      await sqs('SendMessage', {
        QueueUrl: internalQueueUrl(queue),
        MessageBody: body,
        MessageGroupId: messageGroupId,
        MessageAttributes: Object.fromEntries(
          entries.map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
        ),
      });
    },
    receive: async (queue, { countMax, waitSeconds, visibilitySeconds }) => {
      const answered: { Messages?: readonly Received[] } = await sqs('ReceiveMessage', {
        QueueUrl: internalQueueUrl(queue),
        MaxNumberOfMessages: countMax,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return answered.Messages ?? [];
    },
    counts: async () => {
      const listed: readonly QueueCounts[] = (
        await app.inject({ method: 'GET', url: '/_fauxqs/queues' })
      ).json();
      return new Map(listed.map((queue) => [queue.name, everyMessageOf(queue)]));
    },
    stop: async () => {
      await app.close();
    },
  };
}

interface QueueCounts {
  readonly name: string;
  readonly approximateMessageCount: number;
  readonly approximateInflightCount: number;
  readonly approximateDelayedCount: number;
}

function everyMessageOf(queue: QueueCounts): number {
  return (
    queue.approximateMessageCount + queue.approximateInflightCount + queue.approximateDelayedCount
  );
}
