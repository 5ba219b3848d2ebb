/**
 * SQS and SNS of our own for a test file: fauxqs on a free port of 127.0.0.1, with the queues and
 * topics that effects reach; each topic hands its messages, raw, to a queue of its own name.
 */
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

const REGION = 'eu-central-1';
const ACCOUNT = '000000000000';

export interface LocalQueues {
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  urlOf(queue: string): string;
  topicArnOf(topic: string): string;
  /** What waits in the queue, at most 10; received messages are not seen again. */
  receive(queue: string): Promise<readonly Message[]>;
  stop(): Promise<void>;
}

export async function startLocalQueues(
  queues: readonly string[],
  topics: readonly string[],
): Promise<LocalQueues> {
  const app = buildApp({ logger: false, defaultRegion: REGION });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const settings = {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const sqs = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const sns = new SNSClient(settings);
  const urlOf = (queue: string): string => `${endpoint}/${ACCOUNT}/${queue}`;
  const topicArnOf = (topic: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${topic}`;

  for (const queue of [...queues, ...topics]) {
    const fifo = queue.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true' } } : {};
    await sqs.send(new CreateQueueCommand({ QueueName: queue, ...fifo }));
  }
  for (const topic of topics) {
    await sns.send(new CreateTopicCommand({ Name: topic }));
    await sns.send(
      new SubscribeCommand({
        TopicArn: topicArnOf(topic),
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:${REGION}:${ACCOUNT}:${topic}`,
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
  }

  return {
    sqs,
    sns,
    urlOf,
    topicArnOf,
    receive: async (queue) => {
      const answer = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: urlOf(queue),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['MessageGroupId', 'MessageDeduplicationId'],
        }),
      );
      return answer.Messages ?? [];
    },
    stop: async () => {
      sqs.destroy();
      sns.destroy();
      await app.close();
    },
  };
}
