/**
 * A queue that exists for one run, subscribed to the notices of the probe's bank and to no others.
 * Its policy comes with its creation, for one that is added later takes a minute to hold. Topics
 * with a key of their own reach it as well: SNS decrypts, and the queue has SQS's own encryption.
 */
import { SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import type { Names } from './names.ts';
import { type Patience, waitFor } from './patience.ts';
import type { Places } from './places.ts';
import type { Removal } from './removal.ts';

const POLL_SECONDS = 20;

/** The queue's URL. Throws what AWS refused; what was made until then is among the removals. */
export async function listen(
  { sqs, sns }: Clients,
  { probe, temporary, notices }: Names,
  { noticesArn, temporaryArn }: Places,
  removals: Removal[],
): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: temporary,
      Attributes: { Policy: policyOf(temporaryArn, noticesArn) },
    }),
  );
  removals.push({
    what: `queue ${temporary}`,
    remove: () => sqs.send(new DeleteQueueCommand({ QueueUrl })),
  });

  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({
      TopicArn: noticesArn,
      Protocol: 'sqs',
      Endpoint: temporaryArn,
      ReturnSubscriptionArn: true,
      Attributes: {
        RawMessageDelivery: 'true',
        FilterPolicy: JSON.stringify({ bankId: [probe] }),
      },
    }),
  );
  removals.push({
    what: `its subscription to ${notices}`,
    remove: () => sns.send(new UnsubscribeCommand({ SubscriptionArn })),
  });
  return QueueUrl;
}

/** The text of the first notice; `undefined` when none came. Throws as `waitFor` does. */
export function hear(
  sqs: SQSClient,
  QueueUrl: string,
  patience: Patience,
): Promise<string | undefined> {
  const poll = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: POLL_SECONDS });
  return waitFor(
    async (abortSignal) => (await sqs.send(poll, { abortSignal })).Messages?.[0]?.Body,
    0,
    patience,
  );
}

function policyOf(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}
