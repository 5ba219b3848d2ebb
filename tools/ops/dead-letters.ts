/**
 * Dead letters as they are looked at: how many, and why each was set aside. A body is never shown,
 * for it may hold a token. Whoever looks hides what he sees for a while, and gives it back.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Instant } from '../../shared/consent/instant.ts';

/** Looked at for their reasons; more are only counted. */
export const LOOKED_AT_MAX = 1_000;
/** How long a letter that is looked at or moved is hidden from others. */
export const HIDDEN_SECONDS = 60;
const BATCH = 10;
/** A long poll asks all of a queue's servers, so that empty means empty. */
const POLL_SECONDS = 1;
const REASON_CHARS_MAX = 512;

export interface Looked {
  /** As SQS counts: approximately. */
  readonly count: number;
  readonly lookedAt: number;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Throws what SQS refused. */
export async function urlOf(QueueName: string, sqs: SQSClient): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  return QueueUrl;
}

/** Approximately how many letters there are; those that are hidden are counted too. */
export async function countOf(QueueUrl: string, sqs: SQSClient): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** Hides at most `count` letters for a minute; none: the queue is empty, or all are hidden. */
export async function take(
  QueueUrl: string,
  count: number,
  sqs: SQSClient,
): Promise<readonly Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: count,
      VisibilityTimeout: HIDDEN_SECONDS,
      WaitTimeSeconds: POLL_SECONDS,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Throws what SQS refused; what is hidden then appears again by itself, within a minute. */
export async function look(QueueUrl: string, now: Instant, sqs: SQSClient): Promise<Looked> {
  const count = await countOf(QueueUrl, sqs);
  const byId = new Map<string | undefined, Message>();
  while (count > 0 && byId.size < LOOKED_AT_MAX) {
    const before = byId.size;
    for (const one of await take(QueueUrl, BATCH, sqs)) byId.set(one.MessageId, one);
    // None, or those that have not been hidden for long enough.
    if (byId.size === before) break;
  }
  const letters = [...byId.values()];
  await giveBack(QueueUrl, letters, sqs);
  const reasons: Record<string, number> = {};
  for (const letter of letters) {
    const reason = reasonOf(letter, now);
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return { count: Math.max(count, letters.length), lookedAt: letters.length, reasons };
}

export async function giveBack(
  QueueUrl: string,
  letters: readonly Message[],
  sqs: SQSClient,
): Promise<void> {
  for (let from = 0; from < letters.length; from += BATCH) {
    const Entries = letters.slice(from, from + BATCH).map(({ ReceiptHandle }, at) => ({
      Id: `letter-${at}`,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

/** Why a letter is where it is, in the words of whoever set it aside. Never throws. */
export function reasonOf({ MessageAttributes = {}, Body = '' }: Message, now: Instant): string {
  const told = (name: string) => MessageAttributes[name]?.StringValue?.slice(0, REASON_CHARS_MAX);
  const reason = told('reason');
  if (reason !== undefined) return reason;
  const code = told('ERROR_CODE');
  if (code !== undefined) return `the Scheduler could not deliver it: ${code}`;
  const notAfter = notAfterOf(Body);
  if (notAfter === undefined) return 'failed too often';
  const isOver = notAfter <= now;
  return `not deleted by any caller${isOver ? '; past its notAfter, so callers will drop it' : ''}`;
}

/** Only a request has one. */
function notAfterOf(body: string): Instant | undefined {
  try {
    const notAfter: unknown = JSON.parse(body)?.data?.notAfter;
    return typeof notAfter === 'string' ? Date.parse(notAfter) : undefined;
  } catch {
    return undefined;
  }
}
