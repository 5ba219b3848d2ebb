/**
 * SQS as clients meet it, where fauxqs alone would mislead them: queue URLs that resolve, long
 * polls that may be aborted without a message vanishing for a visibility timeout, and message group
 * ids that AWS would refuse.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type AwsRequest, awsError } from './aws-request.ts';
import type { Queues } from './queues.ts';
import { queueUrl } from './resources.ts';

/** How often a long poll looks. */
const LOOK_EVERY_MS = 50;
const WAIT_SECONDS_MAX = 20;
/** What AWS takes for group and deduplication ids: printable ASCII without the space. */
const ORDERING_ID = /^[\x21-\x7e]{1,128}$/;
const ORDERING_FIELDS = ['MessageGroupId', 'MessageDeduplicationId'] as const;
const FAUXQS_URL = /http:\/\/sqs\.[^/"]+\/\d+\/([^/"]+)/g;

/** The parts of an SQS request's body that are looked at here. */
interface Asked extends Entry {
  readonly QueueUrl?: string;
  readonly WaitTimeSeconds?: unknown;
  readonly Entries?: readonly Entry[];
}

interface Entry {
  readonly Id?: string;
  readonly MessageGroupId?: unknown;
  readonly MessageDeduplicationId?: unknown;
}

interface BatchAnswer {
  readonly Successful: readonly unknown[];
  readonly Failed: readonly unknown[];
}

/** Answers one SQS request; `endpoint` is the gateway's URL, for the queue URLs it hands out. */
export async function answerSqs(
  queues: Queues,
  endpoint: string,
  action: string,
  request: AwsRequest,
): Promise<Answer> {
  const asked = parsed(request.body);
  if (asked === undefined) {
    return awsError(400, 'SerializationException', 'SQS expects a JSON object (AWS JSON 1.0)');
  }

  switch (action) {
    case 'ReceiveMessage':
      return longPoll(queues, request, asked);
    case 'SendMessage': {
      const refusal = refusedId(asked);
      return refusal === undefined
        ? queues.answer(request.headers, request.body)
        : awsError(400, 'InvalidParameterValue', refusal);
    }
    case 'SendMessageBatch':
      return sendBatch(queues, request, asked);
    case 'CreateQueue':
    case 'GetQueueUrl':
    case 'ListQueues': {
      const answer = await queues.answer(request.headers, request.body);
      const mended = (_url: string, name: string) => queueUrl(endpoint, name);
      return { ...answer, body: answer.body.replaceAll(FAUXQS_URL, mended) };
    }
    default:
      return queues.answer(request.headers, request.body);
  }
}

function parsed(body: string): Asked | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function longPoll(queues: Queues, request: AwsRequest, asked: Asked): Promise<Answer> {
  const seconds = asked.WaitTimeSeconds ?? (await queueWait(queues, asked.QueueUrl));
  if (typeof seconds !== 'number' || seconds < 0 || seconds > WAIT_SECONDS_MAX) {
    return queues.answer(request.headers, request.body);
  }

  const once = JSON.stringify({ ...asked, WaitTimeSeconds: 0 });
  const looksMax = Math.ceil((seconds * 1_000) / LOOK_EVERY_MS);
  for (let looks = 0; ; looks += 1) {
    const answer = await queues.answer(request.headers, once);
    const received: { Messages?: readonly { ReceiptHandle: string }[] } = JSON.parse(answer.body);
    if (request.gone.aborted) await giveBack(queues, asked, received.Messages ?? []);

    const done = answer.status !== 200 || received.Messages !== undefined;
    if (done || looks >= looksMax || request.gone.aborted) return answer;
    await pause(LOOK_EVERY_MS);
    if (request.gone.aborted) return answer;
  }
}

async function queueWait(queues: Queues, url: string | undefined): Promise<number> {
  const name = 'ReceiveMessageWaitTimeSeconds';
  try {
    const found: { Attributes?: Record<string, string> } = await queues.sqs('GetQueueAttributes', {
      QueueUrl: url,
      AttributeNames: [name],
    });
    return Number(found.Attributes?.[name] ?? 0);
  } catch {
    // A queue that does not exist is refused by the receive itself, in SQS's own words.
    return 0;
  }
}

async function giveBack(
  queues: Queues,
  asked: Asked,
  messages: readonly { readonly ReceiptHandle: string }[],
): Promise<void> {
  for (const { ReceiptHandle } of messages) {
    const parameters = { QueueUrl: asked.QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await queues.sqs('ChangeMessageVisibility', parameters);
  }
}

async function sendBatch(queues: Queues, request: AwsRequest, asked: Asked): Promise<Answer> {
  const entries = Array.isArray(asked.Entries) ? asked.Entries : [];
  const Failed = entries.flatMap((entry) => {
    const Message = refusedId(entry);
    const failure = { Id: entry.Id, SenderFault: true, Code: 'InvalidParameterValue', Message };
    return Message === undefined ? [] : [failure];
  });
  if (Failed.length === 0) return queues.answer(request.headers, request.body);

  const accepted = entries.filter((entry) => refusedId(entry) === undefined);
  const answer =
    accepted.length === 0
      ? { status: 200, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }
      : await queues.answer(request.headers, JSON.stringify({ ...asked, Entries: accepted }));
  if (answer.status !== 200) return answer;

  const sent: Partial<BatchAnswer> = JSON.parse(answer.body);
  const merged: BatchAnswer = {
    Successful: sent.Successful ?? [],
    Failed: [...(sent.Failed ?? []), ...Failed],
  };
  return { ...answer, body: JSON.stringify(merged) };
}

function refusedId(message: Entry): string | undefined {
  for (const field of ORDERING_FIELDS) {
    const value = message[field];
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && ORDERING_ID.test(value)) continue;
    return (
      `Value ${String(value)} for parameter ${field} is invalid. Reason: ${field} can only ` +
      'include alphanumeric and punctuation characters. 1 to 128 in length.'
    );
  }
  return undefined;
}
