/** The queues that the simulation runs on, where no fault is drawn, keep SQS's contract. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { SECOND } from '../../shared/consent/instant.ts';
import { queueArn, REGION } from '../../tools/local/resources.ts';
import { sendingOf } from '../../tools/sim/aws.ts';
import { Queue, type QueuedMessage } from '../../tools/sim/queue.ts';
import { World } from '../../tools/sim/world.ts';
import { queueContract } from '../contracts/queue.contract.ts';

const VISIBILITY_MS = 30 * SECOND;

queueContract('the simulation', async () => {
  const world = new World(1, Date.UTC(2026, 10, 22, 9));
  world.calm = true;
  const client = new Sdk(world);
  const send = async (command: object) => client.answer(command);
  return {
    client: Object.assign(new SQSClient({ region: REGION }), { send }) as SQSClient,
    stop: async () => {},
  };
});

/** SQS's API on the simulation's queues, for whom it is no part of a history: receivers. */
class Sdk {
  readonly #world: World;
  readonly #queues = new Map<string, Queue>();
  readonly #out = new Map<string, QueuedMessage>();

  constructor(world: World) {
    this.#world = world;
  }

  answer(command: object): object {
    if (command instanceof CreateQueueCommand) return this.#create(command);
    if (command instanceof GetQueueAttributesCommand) {
      return { Attributes: { QueueArn: queueArn(command.input.QueueUrl ?? '') } };
    }
    if (command instanceof SendMessageCommand) {
      const { MessageBody = '' } = command.input;
      return { MessageId: this.#queue(command).send(MessageBody, sendingOf(command.input)) };
    }
    if (command instanceof ReceiveMessageCommand) {
      return { Messages: this.#receive(this.#queue(command), command.input) };
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { VisibilityTimeout = 0 } = command.input;
      this.#queue(command).hide(this.#message(command), VisibilityTimeout * SECOND);
    }
    if (command instanceof DeleteMessageCommand) {
      this.#queue(command).acknowledge(this.#message(command));
    }
    return {};
  }

  #create({ input: { QueueName: name = '', Attributes = {} } }: CreateQueueCommand) {
    const { deadLetterTargetArn = '', maxReceiveCount } = JSON.parse(
      Attributes.RedrivePolicy ?? '{}',
    );
    const queue = this.#queues.get(deadLetterTargetArn.split(':').at(-1));
    const deadLetters = queue && { queue, receivesMax: maxReceiveCount };
    const isFifo = Attributes.FifoQueue === 'true';
    const traits = {
      name,
      isFifo,
      visibilityMs: VISIBILITY_MS,
      ...(deadLetters && { deadLetters }),
    };
    this.#queues.set(name, new Queue(this.#world, traits));
    return { QueueUrl: name };
  }

  /** A poll lasts until there is something, or its time is over. */
  #receive(queue: Queue, asked: ReceiveMessageCommandInput) {
    const { MaxNumberOfMessages = 1, WaitTimeSeconds = 0, VisibilityTimeout } = asked;
    const { agenda } = this.#world;
    const until = agenda.now + WaitTimeSeconds * SECOND;
    agenda.at(until, () => {});
    let taken = queue.take(MaxNumberOfMessages);
    while (taken.length === 0 && agenda.step(until)) taken = queue.take(MaxNumberOfMessages);
    return taken.map((message) => {
      if (VisibilityTimeout !== undefined) queue.hide(message, VisibilityTimeout * SECOND);
      const { messageId: MessageId, body: Body, group, receives, sentAt } = message;
      const ReceiptHandle = `${queue.name} ${MessageId} ${receives}`;
      this.#out.set(ReceiptHandle, message);
      const Attributes = {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: String(sentAt),
        ...(group !== undefined && { MessageGroupId: group }),
      };
      return { MessageId, ReceiptHandle, Body, Attributes };
    });
  }

  #queue({ input: { QueueUrl = '' } }: { readonly input: { QueueUrl?: string | undefined } }) {
    const queue = this.#queues.get(QueueUrl);
    if (queue === undefined) throw new Error(`no queue ${QueueUrl}`);
    return queue;
  }

  #message({ input }: { readonly input: { ReceiptHandle?: string | undefined } }) {
    const message = this.#out.get(input.ReceiptHandle ?? '');
    if (message === undefined) throw new Error(`nobody received ${input.ReceiptHandle}`);
    return message;
  }
}
