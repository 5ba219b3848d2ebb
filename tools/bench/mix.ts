/**
 * Plays one result of each kind, on a consent in the middle of its life, through the local AWS with
 * the functions themselves, and measures all that it takes until nothing is left to be done.
 */
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import { DAY, HOUR, type Instant } from '../../shared/consent/instant.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { bankCallRequested } from '../../shared/messages/bank-call-requested.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import { LANGUAGES } from '../demo/languages.ts';
import { printed } from '../demo/printed.ts';
import { type LocalAws, startLocalAws } from '../local/local-aws.ts';
import { queueUrl, type Resource, TABLE } from '../local/resources.ts';
import { type Counted, type CountedMix, KIND_NAMES, type Kind } from './kinds.ts';
import { createMeter, type Taken } from './meter.ts';

const START: Instant = Date.UTC(2027, 2, 1, 6);
/** After so many a record grows no more: it forgets a token and an event for each new one. */
const SUCCESSES_BEFORE = 34;
const HISTORY_PLACES = 50;
const TOKEN_CHARS = 1_000;
const PRINTED_WITHIN_MS = 5_000;
const PRINTED_ASKED_MS = 10;

const BANK = { id: 'DE-37040044', timeZone: 'Europe/Berlin', unattendedCallsPerDayMax: 100 };
const LANGUAGE = LANGUAGES['klarna-consent'];
const EXPIRED = LANGUAGE.refuse('expired', 0, undefined);
const FAILURE = printed('klarna-consent/internal-server-error');
const ACCOUNTS: Call = { operation: 'accounts', attended: false };
const TRANSACTIONS: Call = { operation: 'transactions', accountId: 'acc-0', attended: false };
const ACCOUNT_LIST = Array.from({ length: 4 }, (_, at) => ({
  id: `acc-${at}`,
  iban: `DE0237040044000000000${at}`,
  currency: 'EUR',
}));

/** Whoever calls the bank for all of these consents. */
interface Desk {
  readonly local: LocalAws;
  readonly sqs: SQSClient;
  /** The latest of each consent. */
  readonly tokens: Map<Kind, string>;
  readonly reported: Map<Kind, object>;
  sent: number;
}

const PLAYS: Readonly<Record<Kind, (desk: Desk, kind: Kind) => Promise<void>>> = {
  success: async (desk, kind) => {
    await report(desk, kind, TRANSACTIONS, success(desk, kind));
  },
  accounts: async (desk, kind) => {
    await report(desk, kind, ACCOUNTS, success(desk, kind, { accounts: ACCOUNT_LIST }));
  },
  duplicate: async (desk, kind) => {
    await send(desk, desk.reported.get(kind) ?? {});
  },
  failure: async (desk, kind) => {
    await report(desk, kind, TRANSACTIONS, () => FAILURE);
    await after(desk, HOUR);
    await answerRequest(desk, kind, success(desk, kind));
  },
  strike: async (desk, kind) => {
    await report(desk, kind, TRANSACTIONS, () => EXPIRED);
    await after(desk, DAY + HOUR);
    await answerRequest(desk, kind, success(desk, kind));
  },
  end: async (desk, kind) => {
    await report(desk, kind, TRANSACTIONS, () => EXPIRED);
    await after(desk, DAY + HOUR);
    await answerRequest(desk, kind, () => EXPIRED);
  },
};

/** Boots, plays and stops; takes some ten seconds. Throws when anything does not come to rest. */
export async function countMix(): Promise<CountedMix> {
  const meter = createMeter();
  const lines: string[] = [];
  const local = await startLocalAws({
    port: 0,
    clockStart: START,
    meter: meter.between,
    log: (line) => lines.push(line),
  });
  try {
    const sqs = new SQSClient(local.client);
    const desk: Desk = { local, sqs, tokens: new Map(), reported: new Map(), sent: 0 };
    await liveAWhile(desk);
    // Each consent is counted once a week; that is not to be any kind's own.
    for (const kind of KIND_NAMES) await PLAYS.success(desk, kind);
    await allPrinted(lines, meter.read());
    const kinds: Partial<Record<Kind, Counted>> = {};
    const written: string[] = [];
    for (const kind of KIND_NAMES) {
      lines.length = 0;
      await PLAYS[kind](desk, kind);
      const taken = meter.read();
      await allPrinted(lines, taken);
      const own = lines.filter((line) => !line.includes('"service":"sweep"'));
      kinds[kind] = { ...taken, logLines: own.length, logBytes: bytesOf(own) };
      written.push(...lines);
    }
    return { kinds: kinds as Record<Kind, Counted>, metrics: metricsIn(written) };
  } finally {
    await local.stop();
  }
}

/** Each consent has seen all that a record remembers, and has a full history. */
async function liveAWhile(desk: Desk): Promise<void> {
  for (const kind of KIND_NAMES) {
    const data = { provider: 'klarna-consent', bank: BANK, consentToken: newToken(desk, kind) };
    await send(desk, eventOf(desk, kind, 'consent.granted', data));
    await PLAYS.strike(desk, kind);
    await PLAYS.failure(desk, kind);
    await PLAYS.accounts(desk, kind);
    for (let count = 0; count < SUCCESSES_BEFORE; count += 1) await PLAYS.success(desk, kind);
    await fillHistory(desk, kind);
  }
}

/** Puts lines like those that stand there into all places that are free, as if they were older. */
async function fillHistory({ local }: Desk, kind: Kind): Promise<void> {
  const dynamo = new DynamoDBClient(local.client);
  const TableName = local.named(TABLE);
  const Key = { pk: { S: `CONSENT#${consentIdOf(kind)}` }, sk: { S: 'HISTORY' } };
  const { Item = {} } = await dynamo.send(new GetItemCommand({ TableName, Key }));
  const lines = Object.entries(Item).filter(([name]) => /^e\d\d$/.test(name));
  const older = Array.from({ length: HISTORY_PLACES }, (_, place) => {
    const [, line] = lines[place % lines.length] ?? [];
    return [`e${String(place).padStart(2, '0')}`, { M: { ...line?.M, number: { N: '-1' } } }];
  });
  const filled = { ...Object.fromEntries(older), ...Item };
  await dynamo.send(new PutItemCommand({ TableName, Item: filled }));
}

function consentIdOf(kind: Kind): string {
  return `8f3a0000-0000-4000-8000-${String(KIND_NAMES.indexOf(kind)).padStart(12, '0')}`;
}

function newToken(desk: Desk, kind: Kind): string {
  const token = `token-${desk.sent}.`.padEnd(TOKEN_CHARS, 'x');
  desk.tokens.set(kind, token);
  return token;
}

function success(desk: Desk, kind: Kind, content: object = {}): () => RawResponse {
  return () => LANGUAGE.success(content, 0, newToken(desk, kind));
}

function eventOf(desk: Desk, kind: Kind, name: string, data: object): object {
  desk.sent += 1;
  return {
    specversion: '1.0',
    id: `8f3a0000-0000-4000-9000-${String(desk.sent).padStart(12, '0')}`,
    source: '/callers',
    type: typeOf(name),
    subject: consentIdOf(kind),
    time: new Date(desk.local.clock.now()).toISOString(),
    data,
  };
}

/** A call that was made with the latest token, and what the bank said. */
async function report(
  desk: Desk,
  kind: Kind,
  call: Call,
  answer: () => RawResponse,
  requestId?: string,
): Promise<void> {
  const used = fingerprintOf(desk.tokens.get(kind) ?? '');
  const event = eventOf(desk, kind, 'bank-call.completed', {
    provider: 'klarna-consent',
    bank: BANK,
    call,
    usedTokenFingerprint: used,
    ...(requestId && { requestId }),
    response: answer(),
  });
  desk.reported.set(kind, event);
  await send(desk, event);
}

/** One message by itself, as when they come far between. */
async function send({ local, sqs }: Desk, event: object): Promise<void> {
  const QueueUrl = urlOf(local, 'bank-call-results');
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
  const inFlight = await local.settle();
  if (inFlight.length > 0) throw new Error(`still in flight: ${inFlight.join('; ')}`);
}

async function after({ local }: Desk, ms: number): Promise<void> {
  await local.advance(local.clock.now() + ms);
}

/** Makes the call that was asked for. */
async function answerRequest(desk: Desk, kind: Kind, answer: () => RawResponse): Promise<void> {
  const QueueUrl = urlOf(desk.local, 'bank-call-requests.fifo');
  const { Messages = [] } = await desk.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const [asked] = Messages;
  if (asked === undefined) throw new Error(`no call was asked for after "${kind}"`);
  const { id, data } = bankCallRequested.parse(JSON.parse(asked.Body ?? ''));
  await desk.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: asked.ReceiptHandle }));
  await report(desk, kind, data.call, answer, id);
}

function urlOf({ url, named }: LocalAws, queue: Resource): string {
  return queueUrl(url, named(queue));
}

/** What a function prints arrives later than its answer; this is what it prints last. */
async function allPrinted(lines: readonly string[], { results, timers }: Taken): Promise<void> {
  for (let waited = 0; waited < PRINTED_WITHIN_MS; waited += PRINTED_ASKED_MS) {
    const last = lines.filter((line) => line.includes('"handled-after"'));
    if (last.length === results + timers) return;
    await setTimeout(PRINTED_ASKED_MS);
  }
  throw new Error(`not every invocation has printed its metrics within ${PRINTED_WITHIN_MS} ms`);
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** How many metrics the lines write to: CloudWatch takes each set of dimensions for its own. */
function metricsIn(lines: readonly string[]): number {
  const names = lines
    .filter((line) => line.startsWith('{"_aws"'))
    .flatMap((line) => {
      const { _aws, ...values } = JSON.parse(line);
      const directives: readonly Directive[] = _aws.CloudWatchMetrics;
      return directives.flatMap(({ Dimensions, Metrics }) =>
        Metrics.map(({ Name }) => [Name, ...Dimensions.flat().map((one) => values[one])].join()),
      );
    });
  return new Set(names).size;
}
