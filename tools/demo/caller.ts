/**
 * The owner's programs: the daily job, the consumer of requests, and the app in which a PSU grants
 * and withdraws. They do what docs/failures.md asks of callers, and no more: the latest token is
 * read from the table just before a call, the bank's answer is reported untouched.
 */
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Consent, isEnded } from '../../shared/consent/consent.ts';
import type { RequestReason } from '../../shared/consent/effect.ts';
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { bankCallRequested } from '../../shared/messages/bank-call-requested.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import type { LocalAws } from '../local/local-aws.ts';
import { queueUrl, type Resource } from '../local/resources.ts';
import type { BankModel } from './bank.ts';
import type { Table } from './table.ts';

const RECEIVED_AT_ONCE = 10;
/** Answers to requests lead to requests; more rounds than this at one moment are a fault. */
const ROUNDS_MAX = 20;

const ACCOUNTS: Call = { operation: 'accounts', attended: false };

/** A request that was taken from the queue, and what was done about it. */
export interface Consumed {
  readonly id: string;
  readonly consentId: string;
  readonly at: Instant;
  readonly operation: string;
  readonly reason: RequestReason;
  readonly done: 'called' | 'too late' | 'of an earlier life' | 'twice';
}

export interface Grant {
  readonly validUntil?: Instant;
  readonly supersedes?: string;
}

/** An answer that was heard; to be reported, sooner or later. */
export type Report = () => Promise<void>;

export interface Caller {
  /** One call as the caller's own job makes it, not yet reported; nothing for an ended consent. */
  call(consentId: string, wanted?: Call): Promise<Report | undefined>;
  /** Two copies of the job at once, both with the token that stood in the table before. */
  callTwice(consentId: string): Promise<readonly Report[]>;
  /** Makes every requested call until nothing is asked for any more. */
  serveRequests(): Promise<void>;
  grant(consentId: string, grant: Grant): Promise<void>;
  withdraw(consentId: string, by: 'psu' | 'tpp'): Promise<void>;
  readonly consumed: readonly Consumed[];
  /** Bank calls that were reported. */
  reported(): number;
}

/** What all of a caller's work needs. */
interface Desk {
  readonly local: LocalAws;
  readonly table: Table;
  readonly bankOf: (consentId: string) => BankModel;
  readonly sqs: SQSClient;
  readonly consumed: Consumed[];
  sent: number;
  reported: number;
}

export function createCaller(
  local: LocalAws,
  table: Table,
  bankOf: (consentId: string) => BankModel,
): Caller {
  const sqs = new SQSClient(local.client);
  const desk: Desk = { local, table, bankOf, sqs, consumed: [], sent: 0, reported: 0 };
  return {
    consumed: desk.consumed,
    reported: () => desk.reported,
    call: async (consentId, wanted) => {
      const consent = await table.consent(consentId);
      if (consent !== undefined && isEnded(consent)) return undefined;
      return ask(desk, consentId, wanted ?? (await dailyCall(desk, consentId)), consent);
    },
    callTwice: async (consentId) => {
      const consent = await table.consent(consentId);
      const call = await dailyCall(desk, consentId);
      return [ask(desk, consentId, call, consent), ask(desk, consentId, call, consent)];
    },
    serveRequests: () => serveRequests(desk),
    grant: (consentId, grant) => tellOfGrant(desk, consentId, grant),
    withdraw: (consentId, by) =>
      send(desk, 'consent.withdrawn', { consentId, at: local.clock.now() }, { by }),
  };
}

async function send(
  desk: Desk,
  name: string,
  { consentId, at }: { readonly consentId: string; readonly at: Instant },
  data: object,
): Promise<void> {
  desk.sent += 1;
  const event = {
    specversion: '1.0',
    id: `demo-${desk.sent}`,
    source: '/demo',
    type: typeOf(name),
    subject: consentId,
    time: new Date(at).toISOString(),
    data,
  };
  await desk.sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrlOf(desk, 'bank-call-results'),
      MessageGroupId: desk.bankOf(consentId).id,
      MessageBody: JSON.stringify(event),
    }),
  );
}

function queueUrlOf({ local }: Desk, queue: Resource): string {
  return queueUrl(local.url, local.named(queue));
}

/** Calls the bank at once; reporting its answer is another matter. */
function ask(
  desk: Desk,
  consentId: string,
  call: Call,
  consent?: Consent,
  requestId?: string,
): Report {
  const { provider, id, timeZone, answer } = desk.bankOf(consentId);
  const token = consent?.token?.secret.reveal();
  const at = desk.local.clock.now();
  const response: RawResponse = answer({ consentId, call, at, ...(token && { token }) });
  return async () => {
    desk.reported += 1;
    await send(
      desk,
      'bank-call.completed',
      { consentId, at },
      {
        provider,
        bank: { id, timeZone },
        call,
        response,
        ...(token && { usedTokenFingerprint: fingerprintOf(token) }),
        ...(requestId && { requestId }),
      },
    );
  };
}

async function dailyCall({ table }: Desk, consentId: string): Promise<Call> {
  const [accountId] = await table.accountIds(consentId);
  return accountId === undefined
    ? ACCOUNTS
    : { operation: 'transactions', accountId, attended: false };
}

async function serveRequests(desk: Desk): Promise<void> {
  const read = {
    QueueUrl: queueUrlOf(desk, 'bank-call-requests.fifo'),
    MaxNumberOfMessages: RECEIVED_AT_ONCE,
  };
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const { Messages = [] } = await desk.sqs.send(new ReceiveMessageCommand(read));
    if (Messages.length === 0) return;
    for (const message of Messages) await serve(desk, message);
    await desk.local.settle();
  }
  throw new Error(`requests lead to requests, ${ROUNDS_MAX} rounds of them at one moment`);
}

async function serve(desk: Desk, { Body, ReceiptHandle }: Message): Promise<void> {
  const { id, subject, time, data } = bankCallRequested.parse(JSON.parse(Body ?? ''));
  const consent = await desk.table.consent(subject);
  const done = whatToDo(desk, { id, ...data }, consent?.generation);
  const { operation } = data.call;
  desk.consumed.push({ id, consentId: subject, at: time, operation, reason: data.reason, done });
  if (done === 'called') await ask(desk, subject, data.call, consent, id)();
  const QueueUrl = queueUrlOf(desk, 'bank-call-requests.fifo');
  await desk.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

async function tellOfGrant(desk: Desk, consentId: string, grant: Grant): Promise<void> {
  const { validUntil, supersedes } = grant;
  const bank = desk.bankOf(consentId);
  const consentToken = bank.open(consentId, validUntil);
  const at = desk.local.clock.now();
  await send(
    desk,
    'consent.granted',
    { consentId, at },
    {
      provider: bank.provider,
      bank: { id: bank.id, timeZone: bank.timeZone },
      ...(consentToken && { consentToken }),
      ...(validUntil !== undefined && { validUntil: new Date(validUntil).toISOString() }),
      ...(supersedes && { supersedes }),
    },
  );
}

/** What a caller owes a request: not twice, not late, not for a life that is over. */
function whatToDo(
  { consumed, local }: Desk,
  request: { readonly id: string; readonly generation: number; readonly notAfter: Instant },
  generation: number | undefined,
): Consumed['done'] {
  if (consumed.some(({ id }) => id === request.id)) return 'twice';
  if (local.clock.now() > request.notAfter) return 'too late';
  return generation === request.generation ? 'called' : 'of an earlier life';
}
