/**
 * What the worker and its callers rely on in SQS, asked through the real SDK commands: of the
 * simulation's queues, of the local AWS and of AWS itself. An answer may hold fewer messages than
 * there are, so whoever expects some asks again.
 */
import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

export interface QueuesUnderTest {
  readonly client: SQSClient;
  stop(): Promise<void>;
}

const ASKED_MAX = 20;
const FIFO = {
  FifoQueue: 'true',
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
} as const;

export function queueContract(name: string, start: () => Promise<QueuesUnderTest>): void {
  describe(`${name} keeps the contract of SQS`, () => {
    let queues: QueuesUnderTest;
    const created: string[] = [];

    beforeAll(async () => {
      queues = await start();
    });
    afterEach(async () => {
      for (const QueueUrl of created.splice(0)) {
        await queues.client.send(new DeleteQueueCommand({ QueueUrl }));
      }
    });
    afterAll(() => queues.stop());

    const create = async (fifo: boolean, redrive?: object): Promise<Asking> => {
      const QueueName = `contract-${randomUUID()}${fifo ? '.fifo' : ''}`;
      const policy = redrive && { RedrivePolicy: JSON.stringify(redrive) };
      const Attributes = { ...(fifo && FIFO), ...policy };
      const made = await queues.client.send(new CreateQueueCommand({ QueueName, Attributes }));
      const { QueueUrl = '' } = made;
      created.push(QueueUrl);
      return asking(queues.client, QueueUrl);
    };
    const twice = async (fifo: boolean) => {
      const letters = await create(fifo);
      const deadLetterTargetArn = await letters.arn();
      return { letters, queue: await create(fifo, { deadLetterTargetArn, maxReceiveCount: 2 }) };
    };
    describeStandard({ create: () => create(false), twice: () => twice(false) });
    describeFifo({ create: () => create(true), twice: () => twice(true) });
  });
}

interface Made {
  create(): Promise<Asking>;
  /** A queue that gives up a message after two receives, and its dead letters. */
  twice(): Promise<{ readonly queue: Asking; readonly letters: Asking }>;
}

interface Asking {
  arn(): Promise<string>;
  send(body: string, more?: Partial<SendMessageCommandInput>): Promise<string | undefined>;
  /** What one answer holds. */
  receive(asked?: Partial<ReceiveMessageCommandInput>): Promise<readonly Message[]>;
  /** Asks until there are so many. */
  collect(count: number, asked?: Partial<ReceiveMessageCommandInput>): Promise<readonly Message[]>;
  show(message: Message | undefined): Promise<void>;
  delete(message: Message | undefined): Promise<void>;
}

function asking(client: SQSClient, QueueUrl: string): Asking {
  const receive: Asking['receive'] = async (asked = {}) => {
    const MessageSystemAttributeNames = ['All'] as const;
    const ask = { QueueUrl, MessageSystemAttributeNames: [...MessageSystemAttributeNames] };
    const answer = await client.send(new ReceiveMessageCommand({ ...ask, ...asked }));
    return answer.Messages ?? [];
  };
  return {
    arn: async () => {
      const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
      return (await client.send(asked)).Attributes?.QueueArn ?? '';
    },
    send: async (MessageBody, more = {}) => {
      const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
      return sent.MessageId;
    },
    receive,
    collect: async (count, asked = {}) => {
      const messages: Message[] = [];
      for (let asks = 0; asks < ASKED_MAX && messages.length < count; asks += 1) {
        const MaxNumberOfMessages = Math.min(10, count - messages.length);
        messages.push(...(await receive({ MaxNumberOfMessages, WaitTimeSeconds: 3, ...asked })));
      }
      return messages;
    },
    show: async (message) => {
      const shown = { QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 };
      await client.send(new ChangeMessageVisibilityCommand(shown));
    },
    delete: async (message) => {
      const { ReceiptHandle } = message ?? {};
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },
  };
}

function bodiesOf(messages: readonly Message[]): readonly (string | undefined)[] {
  return messages.map(({ Body }) => Body);
}

function receivesOf(message: Message | undefined): string | undefined {
  return message?.Attributes?.ApproximateReceiveCount;
}

function describeStandard({ create, twice }: Made): void {
  it('hands out what was sent, as it was sent, and says when', async () => {
    const queue = await create();
    const body = '{"psu":"Zoë 🏦"}';

    const id = await queue.send(body);

    const [message] = await queue.collect(1);
    expect(message).toMatchObject({ MessageId: id, Body: body });
    expect(receivesOf(message)).toBe('1');
    expect(Number(message?.Attributes?.SentTimestamp)).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('hands out ten at most, until all were handed out', async () => {
    const queue = await create();
    const bodies = Array.from({ length: 12 }, (_, n) => `message ${n}`);
    for (const body of bodies) await queue.send(body);

    const first = await queue.receive({ MaxNumberOfMessages: 10, WaitTimeSeconds: 3 });
    const rest = await queue.collect(12 - first.length);

    expect(first.length).toBeLessThanOrEqual(10);
    expect(bodiesOf([...first, ...rest]).toSorted()).toEqual(bodies.toSorted());
  });

  it('hides what it has handed out', async () => {
    const queue = await create();
    await queue.send('once');
    await queue.collect(1);

    expect(await queue.receive({ WaitTimeSeconds: 1 })).toEqual([]);
  });

  it('hands out again what was neither deleted nor is hidden, and counts', async () => {
    const queue = await create();
    const id = await queue.send('again');
    const [first] = await queue.collect(1);

    await queue.show(first);

    const [second] = await queue.collect(1);
    expect(second).toMatchObject({ MessageId: id, Body: 'again' });
    expect(receivesOf(second)).toBe('2');
  });

  it('shows again what nobody has deleted in time, and nothing else', async () => {
    const queue = await create();
    await queue.send('deleted');
    await queue.send('forgotten');
    const taken = await queue.collect(2, { VisibilityTimeout: 2 });

    await queue.delete(taken.find(({ Body }) => Body === 'deleted'));

    expect(bodiesOf(await queue.collect(1))).toEqual(['forgotten']);
    expect(await queue.receive({ WaitTimeSeconds: 1 })).toEqual([]);
  });

  it('gives to its dead letters what was received too often', async () => {
    const { queue, letters } = await twice();
    await queue.send('poison');
    await queue.show((await queue.collect(1))[0]);
    await queue.show((await queue.collect(1))[0]);

    expect(await queue.receive({ WaitTimeSeconds: 1 })).toEqual([]);
    expect(bodiesOf(await letters.collect(1))).toEqual(['poison']);
  });

  it('keeps back for so long what is sent with a delay', async () => {
    const queue = await create();
    await queue.send('later', { DelaySeconds: 2 });

    expect(await queue.receive()).toEqual([]);
    expect(bodiesOf(await queue.collect(1))).toEqual(['later']);
  });
}

function describeFifo({ create, twice }: Made): void {
  const of = (group: string, id: string = randomUUID()) => ({
    MessageGroupId: group,
    MessageDeduplicationId: id,
  });

  it('hands out a group in the order in which it was sent', async () => {
    const queue = await create();
    const bodies = ['first', 'second', 'third'];
    for (const body of bodies) await queue.send(body, of('group'));

    const taken: Message[] = [];
    for (const _ of bodies) {
      const [message] = await queue.collect(1);
      await queue.delete(message);
      if (message !== undefined) taken.push(message);
    }

    expect(bodiesOf(taken)).toEqual(bodies);
    expect(taken[0]?.Attributes).toMatchObject({ MessageGroupId: 'group' });
  });

  it('gives nothing of a group while a message of it is out, but of other groups', async () => {
    const queue = await create();
    await queue.send('a1', of('a'));
    await queue.send('a2', of('a'));
    await queue.send('b1', of('b'));

    const firsts = [...(await queue.collect(1)), ...(await queue.collect(1))];
    const blocked = await queue.receive({ WaitTimeSeconds: 1 });
    await queue.delete(firsts.find(({ Body }) => Body === 'a1'));

    expect(bodiesOf(firsts).toSorted()).toEqual(['a1', 'b1']);
    expect(blocked).toEqual([]);
    expect(bodiesOf(await queue.collect(1))).toEqual(['a2']);
  });

  it('begins a group again with what was not deleted', async () => {
    const queue = await create();
    await queue.send('first', of('group'));
    await queue.send('second', of('group'));

    await queue.show((await queue.collect(1))[0]);

    const [again] = await queue.collect(1);
    expect(again?.Body).toBe('first');
    expect(receivesOf(again)).toBe('2');
  });

  it('takes the same deduplication id once, even when its message is gone', async () => {
    const queue = await create();
    const same = of('group');

    const first = await queue.send('request', same);
    const second = await queue.send('request', same);
    const [message] = await queue.collect(1);
    await queue.delete(message);
    const third = await queue.send('request', same);

    expect([second, third]).toEqual([first, first]);
    expect(await queue.receive({ WaitTimeSeconds: 1 })).toEqual([]);
  });

  it('gives to its dead letters what fails too often, and goes on with the group', async () => {
    const { queue, letters } = await twice();
    await queue.send('poison', of('group'));
    await queue.send('next', of('group'));
    await queue.show((await queue.collect(1))[0]);
    await queue.show((await queue.collect(1))[0]);

    expect(bodiesOf(await queue.collect(1))).toEqual(['next']);
    const [letter] = await letters.collect(1);
    expect(letter?.Body).toBe('poison');
    expect(letter?.Attributes).toMatchObject({ MessageGroupId: 'group' });
  });
}
