/**
 * Puts a message aside that cannot be read, as it came, with the reason beside it: it never gets
 * better by repeating, and whoever mends it needs both.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

const REASON_CHARS_MAX = 512;
/** SQS counts attributes to the message's size: a body this large leaves no room for them. */
const BODY_BYTES_MAX_WITH_REASON = 1_048_576 - 4_096;

export interface Unreadable {
  readonly messageId: string;
  readonly body: string;
}

export interface DeadLetterQueue {
  readonly sqs: () => Promise<SQSClient>;
  readonly deadLetterQueueUrl: string;
}

/** Throws what SQS refused. Repeating leaves a second copy, and loses nothing. */
export async function setAside(
  { messageId, body }: Unreadable,
  reason: string,
  to: DeadLetterQueue,
): Promise<void> {
  const fits = Buffer.byteLength(body) <= BODY_BYTES_MAX_WITH_REASON;
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  const sqs = await to.sqs();
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: to.deadLetterQueueUrl,
      MessageBody: body,
      ...(fits && {
        MessageAttributes: {
          reason: text(reason.slice(0, REASON_CHARS_MAX)),
          messageId: text(messageId),
        },
      }),
    }),
  );
}
