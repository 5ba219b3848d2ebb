/**
 * Feeds a queue's messages to its function as Lambda's event source mapping does: batches of 10,
 * partial batch responses, a whole batch failed by an error or by an answer that cannot be read.
 * What succeeded is deleted, what failed comes again until the queue gives it to its dead-letter
 * queue.
 */
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { Queues, Received } from './queues.ts';
import { internalQueueUrl } from './queues.ts';
import { queueArn, REDELIVERY_SECONDS, REGION } from './resources.ts';
import { INVOCATION_MS_MAX, type Sandbox } from './sandbox.ts';

const BATCH_SIZE = 10;
const POLL_SECONDS = 20;
/** Longer than any invocation takes, so that no message comes twice while it is worked on. */
const IN_FLIGHT_SECONDS = INVOCATION_MS_MAX / 1_000 + 10;

export interface PumpOptions {
  /** Its name, with the stage's prefix. */
  readonly queue: string;
  readonly queues: Queues;
  readonly sandbox: Sandbox;
  /** How far the virtual clock is ahead of the real one, in ms. */
  readonly offsetMs: () => number;
  readonly log: (line: string) => void;
}

export interface Pump {
  /** Takes no further batch, and answers when the one under way is done. */
  stop(): Promise<void>;
}

/** Starts at once; a function that fails is logged, and its messages are delivered again. */
export function startPump(options: PumpOptions): Pump {
  let stopping = false;
  let batch: Promise<void> = Promise.resolve();
  const pump = async (): Promise<void> => {
    while (!stopping) {
      const messages = await options.queues.receive(options.queue, {
        countMax: BATCH_SIZE,
        waitSeconds: POLL_SECONDS,
        visibilitySeconds: IN_FLIGHT_SECONDS,
      });
      if (stopping || messages.length === 0) continue;
      batch = deliver(options, messages);
      await batch;
    }
  };
  void pump();

  return {
    stop: async () => {
      stopping = true;
      await batch;
    },
  };
}

async function deliver(options: PumpOptions, messages: readonly Received[]): Promise<void> {
  const { queue, queues, sandbox, log } = options;
  const failed = await failedOf(sandbox, recordsOf(options, messages)).catch((error: unknown) => {
    log(`${queue}: a batch of ${messages.length} failed: ${String(error)}`);
    return new Set(messages.map(({ MessageId }) => MessageId));
  });

  const QueueUrl = internalQueueUrl(queue);
  const entry = ({ ReceiptHandle }: Received, at: number) => ({ Id: `m${at}`, ReceiptHandle });
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId)).map(entry);
  const again = messages
    .filter(({ MessageId }) => failed.has(MessageId))
    .map((message, at) => ({ ...entry(message, at), VisibilityTimeout: REDELIVERY_SECONDS }));
  if (again.length > 0) {
    await queues.sqs('ChangeMessageVisibilityBatch', { QueueUrl, Entries: again });
  }
  if (done.length > 0) await queues.sqs('DeleteMessageBatch', { QueueUrl, Entries: done });
}

/** The ids that the function reports as failed; throws when all are (see Lambda's rules). */
async function failedOf(sandbox: Sandbox, event: SQSEvent): Promise<ReadonlySet<string>> {
  const answer = await sandbox.invoke(event);
  if (typeof answer !== 'object' || answer === null || !('batchItemFailures' in answer)) {
    return new Set();
  }
  const failures = answer.batchItemFailures ?? [];
  const known = new Set(event.Records.map(({ messageId }) => messageId));
  const ids = Array.isArray(failures) ? failures.map(identifierOf) : [undefined];
  const failed = ids.flatMap((id) => (id !== undefined && known.has(id) ? [id] : []));
  if (failed.length < ids.length) {
    throw new Error('batchItemFailures must be a list of { itemIdentifier: a message id }');
  }
  return new Set(failed);
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  if (!('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined;
}

function recordsOf({ queue, offsetMs }: PumpOptions, messages: readonly Received[]): SQSEvent {
  const shifted = (timestamp: string | undefined) => String(Number(timestamp) + offsetMs());
  const record = (message: Received): SQSRecord => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: {
      ApproximateReceiveCount: message.Attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: shifted(message.Attributes.SentTimestamp),
      SenderId: message.Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: shifted(
        message.Attributes.ApproximateFirstReceiveTimestamp,
      ),
    },
    messageAttributes: messageAttributesOf(message),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(queue),
    awsRegion: REGION,
  });
  return { Records: messages.map(record) };
}

function messageAttributesOf(message: Received): SQSMessageAttributes {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return Object.fromEntries(
    attributes.map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        stringListValues: [],
        binaryListValues: [],
        ...(StringValue === undefined ? {} : { stringValue: StringValue }),
        ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
      },
    ]),
  );
}
