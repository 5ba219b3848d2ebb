/**
 * `redrive`: sends dead letters where they belong, one at a time, and deletes each only when it has
 * been sent: a run that stops half-way leaves at worst one letter in both places, and every message
 * may come twice. A letter that comes straight back is left alone.
 */
import {
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { DEAD_LETTER_QUEUES, type DeadLetterQueue } from './dead-letter-queues.ts';
import { countOf, giveBack, type Looked, look, take, urlOf } from './dead-letters.ts';
import { progressOf } from './progress.ts';
import type { ExitCode, World } from './world.ts';

/** Of one run; the next goes on. */
export const MOVED_MAX = 10_000;
/** Each takes three calls: a line every few seconds. */
const LINE_EVERY = 100;
const FIFO = '.fifo';

export interface RedriveOptions {
  readonly queue: DeadLetterQueue;
  readonly apply: boolean;
}

/** Throws what SQS refused. */
export async function redrive({ queue, apply }: RedriveOptions, world: World): Promise<ExitCode> {
  const { clients, target, now, answer } = world;
  const to = target.named(DEAD_LETTER_QUEUES[queue]);
  const from = target.named(queue);
  const fromUrl = await urlOf(from, clients.sqs);
  const looked = await look(fromUrl, now, clients.sqs);
  if (!apply || looked.count === 0) {
    const value = { from, to, applied: false, ...looked };
    answer(value, () => lookedText(from, to, looked));
    return looked.count === 0 ? 0 : 1;
  }

  world.tell(lookedText(from, to, looked));
  const toUrl = await urlOf(to, clients.sqs);
  const { moved, cameBack } = await moveAll(fromUrl, toUrl, looked.count, world);
  const left = await countOf(fromUrl, clients.sqs);
  answer({ from, to, applied: true, moved, cameBack, left }, () => {
    const back = cameBack === 0 ? '' : `; ${cameBack} came back at once, so the cause still stands`;
    return `${moved} sent from ${from} to ${to}, ${left} left there${back}`;
  });
  return left === 0 ? 0 : 1;
}

function lookedText(from: string, to: string, { count, lookedAt, reasons }: Looked): string {
  const some = lookedAt < count ? ` (${lookedAt} looked at)` : '';
  const mostFirst = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  const why = mostFirst.map(([reason, of]) => `  ${of} x ${reason}`);
  const then = count === 0 ? '' : `, to be sent to ${to} (--apply)`;
  return [`${count} in ${from}${then}${some}`, ...why].join('\n');
}

interface Moved {
  readonly moved: number;
  readonly cameBack: number;
}

/** At most `count`: what has been sent may be here again, and not be known for it. */
async function moveAll(
  fromUrl: string,
  toUrl: string,
  count: number,
  world: World,
): Promise<Moved> {
  const { sqs } = world.clients;
  const progress = progressOf('letters sent', world, LINE_EVERY);
  const sent = new Set<string>();
  const back = new Map<string, Message>();
  let backSinceSent = new Set<string>();
  for (;;) {
    const [letter] = await take(fromUrl, 1, sqs);
    if (letter === undefined) break;
    if (sent.has(letter.MessageAttributes?.messageId?.StringValue ?? '')) {
      const { MessageId = '' } = letter;
      back.set(MessageId, letter);
      // Not hidden any more, and nothing else is there: it would go on without end.
      if (backSinceSent.has(MessageId)) break;
      backSinceSent.add(MessageId);
      continue;
    }
    if (sent.size >= Math.min(count, MOVED_MAX)) {
      await giveBack(fromUrl, [letter], sqs);
      break;
    }
    backSinceSent = new Set();
    try {
      sent.add(await move(letter, fromUrl, toUrl, sqs));
    } catch (error) {
      // Or it would be hidden from whoever has mended the cause.
      await giveBack(fromUrl, [letter], sqs);
      throw error;
    }
    progress.add(1);
  }
  await giveBack(fromUrl, [...back.values()], sqs);
  return { moved: sent.size, cameBack: back.size };
}

/** Answers the id under which it was sent: the worker notes it on what it sets aside again. */
async function move(
  { Body, Attributes = {}, ReceiptHandle, MessageId }: Message,
  fromUrl: string,
  toUrl: string,
  sqs: SQSClient,
): Promise<string> {
  const group = Attributes.MessageGroupId;
  // Not its first deduplication id: within five minutes of that, SQS would take it and drop it.
  const again = toUrl.endsWith(FIFO) ? { MessageDeduplicationId: MessageId } : {};
  const { MessageId: id = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: toUrl,
      MessageBody: Body,
      ...(group !== undefined && { MessageGroupId: group }),
      ...again,
    }),
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl: fromUrl, ReceiptHandle }));
  return id;
}
