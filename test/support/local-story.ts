/**
 * The test language of the whole worker: messages are sent to the local AWS with the real SDK
 * clients, the clock is moved to where they happen, and what became of it is read where its owner
 * would read it: the table, the callers' queue, both topics, the schedules, the dead letters.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { refOf } from '../../shared/intake/names.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../tools/local/local-aws.ts';
import {
  queueArn,
  queueUrl,
  SCHEDULE_GROUP,
  TABLE,
  TOPICS,
  topicArn,
} from '../../tools/local/resources.ts';
import type { CloudEvent } from './local-messages.ts';

export interface Timer {
  /** UTC without zone, e.g. `2026-11-23T08:20:00`. */
  readonly at: string;
  readonly input: string;
}

export interface Notice extends CloudEvent {
  readonly topic: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DeadLetter {
  readonly body: string;
  readonly reason: string | undefined;
}

export type Item = Readonly<Record<string, unknown>>;

export interface LocalStory {
  readonly local: LocalAws;
  /** Each line that the functions printed, and what went wrong around them. */
  readonly printed: readonly string[];
  /** One after the other, each when the clock shows its time; what is in the past comes late. */
  happens(...messages: readonly CloudEvent[]): Promise<void>;
  /** At once and in one batch of the queue, whatever the clock shows; at most 10. */
  send(...messages: readonly (CloudEvent | string)[]): Promise<void>;
  /** Moves the clock; throws what does not come to rest. */
  until(time: string): Promise<void>;
  state(consentId: string): Promise<Item | undefined>;
  item(consentId: string, sk: 'STATE' | 'ACCOUNTS' | 'HISTORY'): Promise<Item | undefined>;
  /** Those that are still to fire. */
  timers(consentId: string): Promise<readonly Timer[]>;
  /** All requests to the callers so far. */
  requests(consentId: string): Promise<readonly CloudEvent[]>;
  /** All notices of both topics so far, or those of one type. */
  notices(consentId: string, type?: string): Promise<readonly Notice[]>;
  /** What came to the dead-letter queue of the results since this was last asked. */
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** Everything that left for callers and subscribers so far, as SQS handed it out. */
  outgoing(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startLocalStory(
  clockStart: string,
  options: Partial<LocalAwsOptions> = {},
): Promise<LocalStory> {
  const lines: string[] = [];
  const local = await startLocalAws({
    port: 0,
    clockStart: Date.parse(clockStart),
    log: (line) => lines.push(line),
    ...options,
  });
  const sqs = new SQSClient(local.client);
  const dynamo = new DynamoDBClient(local.client);
  const scheduler = new SchedulerClient(local.client);
  await subscribe(local, sqs);

  const requested: Message[] = [];
  const noticed: Message[] = [];
  const listen = async () => {
    requested.push(...(await takeAll(local, sqs, local.named('bank-call-requests.fifo'))));
    for (const topic of TOPICS) noticed.push(...(await takeAll(local, sqs, heardOn(topic))));
  };
  const until = async (time: string) => {
    await local.advance(Date.parse(time));
  };
  const send = async (...messages: readonly (CloudEvent | string)[]) => {
    await sendBatch(local, sqs, messages.map(textOf));
    const inFlight = await local.settle();
    if (inFlight.length > 0) throw new Error(`still in flight: ${inFlight.join('; ')}`);
  };
  const item = (consentId: string, sk: string) => read(dynamo, local.named(TABLE), consentId, sk);
  return {
    local,
    printed: lines,
    send,
    until,
    item,
    state: (consentId) => item(consentId, 'STATE'),
    happens: async (...messages) => {
      for (const one of messages) {
        if (Date.parse(one.time) > local.clock.now()) await until(one.time);
        await send(one);
      }
    },
    // A schedule that has fired is still listed for a while.
    timers: async (consentId) =>
      (await timersOf(scheduler, local.named(SCHEDULE_GROUP), consentId)).filter(
        ({ at }) => Date.parse(`${at}Z`) > local.clock.now(),
      ),
    requests: async (consentId) => {
      await listen();
      return requested.map(eventIn).filter(({ subject }) => subject === consentId);
    },
    notices: async (consentId, type) => {
      await listen();
      const heard = noticed.map(noticeIn).filter(({ subject }) => subject === consentId);
      return heard.filter((one) => type === undefined || one.attributes.type === type);
    },
    deadLetters: async () => {
      const dead = await takeAll(local, sqs, local.named('bank-call-results-dlq'));
      const reasonOf = (one: Message) => one.MessageAttributes?.reason?.StringValue;
      return dead.map((one) => ({ body: one.Body ?? '', reason: reasonOf(one) }));
    },
    outgoing: async () => {
      await listen();
      return [...requested, ...noticed].map((one) => JSON.stringify(one));
    },
    stop: local.stop,
  };
}

function heardOn(topic: string): string {
  return `heard-on-${topic}`;
}

async function subscribe(local: LocalAws, sqs: SQSClient): Promise<void> {
  const sns = new SNSClient(local.client);
  for (const topic of TOPICS) {
    await sqs.send(new CreateQueueCommand({ QueueName: heardOn(topic) }));
    const Endpoint = queueArn(heardOn(topic));
    const TopicArn = topicArn(local.named(topic));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  }
}

function textOf(one: CloudEvent | string): string {
  return typeof one === 'string' ? one : JSON.stringify(one);
}

async function sendBatch(local: LocalAws, sqs: SQSClient, bodies: readonly string[]) {
  const { Failed = [] } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queueUrl(local.url, local.named('bank-call-results')),
      Entries: bodies.map((MessageBody, at) => ({ Id: `m${at}`, MessageBody })),
    }),
  );
  if (Failed.length > 0) throw new Error(`SQS refused: ${JSON.stringify(Failed)}`);
}

async function takeAll(local: LocalAws, sqs: SQSClient, queue: string): Promise<Message[]> {
  const QueueUrl = queueUrl(local.url, queue);
  const taken: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 0,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return taken;
    taken.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

function eventIn({ Body = '' }: Message): CloudEvent {
  return JSON.parse(Body);
}

interface Envelope {
  readonly TopicArn: string;
  readonly Message: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly Value: string }>>;
}

function noticeIn({ Body = '' }: Message): Notice {
  const envelope: Envelope = JSON.parse(Body);
  const event: CloudEvent = JSON.parse(envelope.Message);
  const attributes = Object.entries(envelope.MessageAttributes);
  return {
    ...event,
    topic: envelope.TopicArn.split(':').at(-1) ?? '',
    attributes: Object.fromEntries(attributes.map(([name, { Value }]) => [name, Value])),
  };
}

async function read(
  dynamo: DynamoDBClient,
  tableName: string,
  consentId: string,
  sk: string,
): Promise<Item | undefined> {
  const Key = { pk: { S: `CONSENT#${consentId}` }, sk: { S: sk } };
  const { Item: found } = await dynamo.send(
    new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
  );
  return found && unmarshall(found);
}

async function timersOf(
  scheduler: SchedulerClient,
  GroupName: string,
  consentId: string,
): Promise<readonly Timer[]> {
  const NamePrefix = refOf(consentId);
  const { Schedules = [] } = await scheduler.send(
    new ListSchedulesCommand({ GroupName, NamePrefix }),
  );
  const found = await Promise.all(
    Schedules.map(({ Name }) => scheduler.send(new GetScheduleCommand({ GroupName, Name }))),
  );
  return found.map(({ ScheduleExpression = '', Target }) => ({
    at: ScheduleExpression.slice('at('.length, -1),
    input: Target?.Input ?? '',
  }));
}
