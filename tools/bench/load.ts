/**
 * Pushes results through the local AWS with the real SDK, as fast as they are worked off, and says
 * how long they took, what memory was used, and whether every one is accounted for. The sender, the
 * emulators and the functions share one process, so its speed is a floor, and not that of AWS.
 */
import { EventEmitter, once } from 'node:events';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../local/local-aws.ts';
import { queueUrl, type Resource, TABLE } from '../local/resources.ts';
import { createCallers, type LoadMessage } from './load-messages.ts';
import { createTally, type Sum, sumsOf, type Tally } from './load-sums.ts';

/** What one call of SQS takes, and what a function is handed at a time. */
const BATCH = 10;
/** One batch that is worked on, one that waits: more would only wait longer. */
const IN_FLIGHT_MAX = 2 * BATCH;
const SAMPLES = 500;
/** After so much silence, the queues are asked whether anything is still to come. */
const QUIET_MS = 5_000;

/** One look at the memory, in bytes. */
export interface Sample {
  readonly results: number;
  /** Of the whole process. */
  readonly rss: number;
  /** Of the main thread: the emulators with all they hold, and the sender. */
  readonly emulators: number;
  /** Of the function that takes results. */
  readonly worker: number;
}

export interface Load {
  readonly consents: number;
  readonly inFlightMax: number;
  /** From the first result's sending to the last one's decision. */
  readonly ms: number;
  /** From the sending of each applied result to its decision, in ms. */
  readonly latencies: readonly number[];
  readonly samples: readonly Sample[];
  readonly cameAgain: number;
  readonly sums: readonly Sum[];
}

export interface LoadOptions {
  readonly results: number;
  /** Takes a line for each tenth that is done. */
  readonly progress: (line: string) => void;
  readonly functions?: LocalAwsOptions['functions'];
}

interface Desk {
  readonly local: LocalAws;
  readonly sqs: SQSClient;
  readonly tally: Tally;
  /** Emits `line` for each that a function prints. */
  readonly lines: EventEmitter;
}

/** Boots, sends and stops. A message that is lost is in the sums; throws what AWS refuses. */
export async function measureLoad(options: LoadOptions): Promise<Load> {
  const tally = createTally();
  const lines = new EventEmitter();
  const log = (line: string) => {
    tally.hear(line);
    lines.emit('line');
  };
  const local = await startLocalAws({ port: 0, functions: options.functions ?? {}, log });
  try {
    const desk = { local, sqs: new SQSClient(local.client), tally, lines };
    const callers = createCallers(options.results, local.clock.now);
    await sendAll(desk, callers.grants(), async () => undefined);

    const samples: Sample[] = [];
    const begin = performance.now();
    await sendAll(desk, callers.results(), watching(desk, options, samples));
    const ms = performance.now() - begin;

    await local.settle();
    const { heard, sent } = tally;
    const versions = await versionsIn(local);
    const sums = sumsOf(sent, { heard, versions, deadLetters: await deadLetterReasons(desk) });
    return { ...heard, consents: callers.consents, inFlightMax: IN_FLIGHT_MAX, ms, samples, sums };
  } finally {
    await local.stop();
  }
}

/** Returns when all are worked off, or when the queues are at rest without some of them. */
async function sendAll(
  desk: Desk,
  messages: Iterable<LoadMessage>,
  watch: (sent: number) => Promise<void>,
): Promise<void> {
  const QueueUrl = urlOf(desk.local, 'bank-call-results');
  let sent = 0;
  for (const batch of batchesOf(messages)) {
    if (!(await workedOffTo(desk, IN_FLIGHT_MAX - BATCH))) return;
    for (const message of batch) desk.tally.sending(message, Date.now());
    const Entries = batch.map(({ body }, at) => ({ Id: `m${at}`, MessageBody: body }));
    const { Failed = [] } = await desk.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} of ${batch.length}`);
    sent += batch.length;
    await watch(sent);
  }
  await workedOffTo(desk, 0);
}

function* batchesOf(messages: Iterable<LoadMessage>): Iterable<readonly LoadMessage[]> {
  let batch: LoadMessage[] = [];
  for (const message of messages) {
    batch.push(message);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** False when nothing more is to come: what is in flight is lost. */
async function workedOffTo({ local, tally, lines }: Desk, inFlight: number): Promise<boolean> {
  while (tally.inFlight > inFlight) {
    const heard = once(lines, 'line', { signal: AbortSignal.timeout(QUIET_MS) });
    const isQuiet = await heard.then(() => false).catch(() => true);
    if (isQuiet && (await local.settle()).length === 0) return tally.inFlight <= inFlight;
  }
  return true;
}

function watching(
  { local }: Desk,
  { results, progress }: LoadOptions,
  samples: Sample[],
): (sent: number) => Promise<void> {
  const begin = performance.now();
  let tenths = 0;
  return async (sent) => {
    if (sent >= (samples.length * results) / SAMPLES) {
      const { rss, heapUsed, external } = process.memoryUsage();
      const worker = await local.functions['bank-call-results'].heapBytes();
      samples.push({ results: sent, rss, emulators: heapUsed + external, worker });
    }
    if (sent < ((tenths + 1) * results) / 10) return;
    tenths = Math.floor((sent * 10) / results);
    const perSecond = Math.round(sent / ((performance.now() - begin) / 1_000));
    progress(`${sent.toLocaleString('en')} results, ${perSecond} a second`);
  };
}

/** Takes all that is in the dead-letter queue. */
async function deadLetterReasons({ local, sqs }: Desk): Promise<readonly (string | undefined)[]> {
  const QueueUrl = urlOf(local, 'bank-call-results-dlq');
  const reasons: (string | undefined)[] = [];
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: BATCH, MessageAttributeNames: ['All'] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) return reasons;
    reasons.push(...Messages.map((one) => one.MessageAttributes?.reason?.StringValue));
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function versionsIn({ client, named }: LocalAws): Promise<number> {
  const table = {
    TableName: named(TABLE),
    FilterExpression: 'sk = :state',
    ProjectionExpression: '#version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':state': { S: 'STATE' } },
  };
  let versions = 0;
  for await (const { Items = [] } of paginateScan({ client: new DynamoDBClient(client) }, table)) {
    for (const { version } of Items) versions += Number(version?.N);
  }
  return versions;
}

function urlOf({ url, named }: LocalAws, queue: Resource): string {
  return queueUrl(url, named(queue));
}
