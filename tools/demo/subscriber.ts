/**
 * Whoever listens to the worker: one queue subscribed to both topics. A notice that is delivered
 * twice is known by its id and counts once, as for any subscriber. (rule 17)
 */
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Instant } from '../../shared/consent/instant.ts';
import type { NoticeType } from '../../shared/consent/notice.ts';
import { NOTICES } from '../../shared/messages/notices.ts';
import type { LocalAws } from '../local/local-aws.ts';
import { queueArn, TOPICS, topicArn } from '../local/resources.ts';

const QUEUE = 'demo-notices';
const RECEIVED_AT_ONCE = 10;

export interface Heard {
  readonly id: string;
  readonly consentId: string;
  readonly at: Instant;
  readonly type: NoticeType;
  readonly reason: string;
  /** The version of the decision that it tells of. */
  readonly sequence: number;
  /** The id of the notice that is taken back. */
  readonly withdraws?: string;
}

export interface Subscriber {
  /** Takes what has been published since; what was heard so far, in the order of arrival. */
  listen(): Promise<readonly Heard[]>;
}

export async function subscribe({ client, named }: LocalAws): Promise<Subscriber> {
  const sqs = new SQSClient(client);
  const sns = new SNSClient(client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }));
  for (const topic of TOPICS) {
    await sns.send(
      new SubscribeCommand({
        TopicArn: topicArn(named(topic)),
        Protocol: 'sqs',
        Endpoint: queueArn(QUEUE),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
  }

  const heard = new Map<string, Heard>();
  return {
    listen: async () => {
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: RECEIVED_AT_ONCE }),
        );
        if (Messages.length === 0) return [...heard.values()];
        for (const { Body } of Messages) {
          const notice = readNotice(JSON.parse(Body ?? ''));
          heard.set(notice.id, notice);
        }
        const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
  };
}

/** Throws for what is no notice: nothing else may be published. */
function readNotice(json: unknown): Heard {
  for (const [type, schema] of Object.entries(NOTICES) as [NoticeType, Schema][]) {
    const read = schema.safeParse(json);
    if (!read.success) continue;
    const { id, subject, time, data } = read.data;
    const { reason, sequence, withdraws } = data;
    const taken = withdraws === undefined ? {} : { withdraws };
    return { id, consentId: subject, at: time, type, reason, sequence, ...taken };
  }
  throw new Error('something was published that is no notice');
}

interface Schema {
  safeParse(json: unknown):
    | { readonly success: false }
    | {
        readonly success: true;
        readonly data: {
          readonly id: string;
          readonly subject: string;
          readonly time: Instant;
          readonly data: {
            readonly reason: string;
            readonly sequence: number;
            readonly withdraws?: string;
          };
        };
      };
}
