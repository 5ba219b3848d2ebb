/** The endpoint as SDK clients and plain HTTP meet it. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListScheduleGroupsCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  ListTopicsCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { startScriptedAws } from '../../support/scripted-aws.ts';

let local: LocalAws;
let sqs: SQSClient;

beforeAll(async () => {
  local = await startScriptedAws();
  sqs = new SQSClient(local.client);
});
afterAll(() => local.stop());

async function newQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const created = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  return String(created.QueueUrl);
}

describe('the endpoint', () => {
  it('has every resource under its own name when it is ready', async () => {
    const listed = await sqs.send(new ListQueuesCommand({}));
    const topics = await new SNSClient(local.client).send(new ListTopicsCommand({}));
    const groups = await new SchedulerClient(local.client).send(new ListScheduleGroupsCommand({}));
    const table = await new DynamoDBClient(local.client).send(
      new DescribeTableCommand({ TableName: 'consents' }),
    );

    const names = listed.QueueUrls?.map((url) => url.split('/').at(-1));
    expect(names).toEqual(
      expect.arrayContaining([
        'bank-call-requests-dlq.fifo',
        'bank-call-requests.fifo',
        'bank-call-results',
        'bank-call-results-dlq',
        'due-timers',
        'due-timers-dlq',
        'scheduler-dlq',
      ]),
    );
    expect(topics.Topics?.map(({ TopicArn }) => TopicArn?.split(':').at(-1)).sort()).toEqual([
      'consent-notices',
      're-consent',
    ]);
    expect(groups.ScheduleGroups?.map(({ Name }) => Name)).toContain('consent-lifecycle');
    expect(table.Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({
      IndexName: 'owed',
      Projection: { ProjectionType: 'KEYS_ONLY' },
    });
  });

  it('gives queue URLs that any client can reach', async () => {
    const found = await sqs.send(new GetQueueUrlCommand({ QueueName: 'due-timers' }));

    expect(found.QueueUrl).toBe(`${local.url}/000000000000/due-timers`);
  });

  it('shows a client of any region the same queues', async () => {
    const elsewhere = new SQSClient({ ...local.client, region: 'us-west-2' });

    const found = await elsewhere.send(new GetQueueUrlCommand({ QueueName: 'bank-call-results' }));
    const attributes = await elsewhere.send(
      new GetQueueAttributesCommand({ QueueUrl: found.QueueUrl, AttributeNames: ['QueueArn'] }),
    );

    expect(attributes.Attributes?.QueueArn).toBe(
      'arn:aws:sqs:eu-central-1:000000000000:bank-call-results',
    );
  });

  it('says what is missing when a request is not signed', async () => {
    const answered = await fetch(local.url, { method: 'POST', body: '{}' });

    expect(answered.status).toBe(403);
    expect(await answered.json()).toMatchObject({
      __type: 'MissingAuthenticationToken',
      message: expect.stringContaining('POST / carries no AWS signature'),
    });
  });

  it('names the services it has when asked for another', async () => {
    const scope = 'Credential=any/20261122/eu-central-1/s3/aws4_request';

    const answered = await fetch(`${local.url}/bucket`, {
      headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00` },
    });

    expect(answered.status).toBe(501);
    expect(await answered.json()).toMatchObject({
      message:
        'service "s3" is not part of the local AWS; it has dynamodb, sqs, sns, sts, scheduler',
    });
  });

  it('hands SNS messages to subscribed queues', async () => {
    const QueueUrl = await newQueue('subscriber');
    const sns = new SNSClient(local.client);
    const TopicArn = 'arn:aws:sns:eu-central-1:000000000000:re-consent';
    const Endpoint = 'arn:aws:sqs:eu-central-1:000000000000:subscriber';
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));

    await sns.send(new PublishCommand({ TopicArn, Message: 'ask again' }));

    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    expect(received.Messages?.[0]?.Body).toContain('ask again');
  });
});

describe('a long poll', () => {
  it('ends as soon as a message comes', async () => {
    const QueueUrl = await newQueue('awaited');

    const polling = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'here' }));

    expect((await polling).Messages?.map(({ Body }) => Body)).toEqual(['here']);
  });

  it('leaves the next message alone when its client has gone', async () => {
    const QueueUrl = await newQueue('abandoned');
    const leaving = new AbortController();
    local.resetCalls();
    const abandoned = sqs
      .send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
        abortSignal: leaving.signal,
      })
      .catch((error: Error) => error.name);
    await vi.waitUntil(() => local.calls('clients')['sqs:ReceiveMessage'] === 1);
    leaving.abort();
    const outcome = await abandoned;

    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'still here' }));
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));

    expect(outcome).toBe('AbortError');
    expect(received.Messages?.map(({ Body }) => Body)).toEqual(['still here']);
  });
});

describe('a message group id', () => {
  const refused = [
    ['is longer than 128 characters', 'x'.repeat(129)],
    ['has a character outside printable ASCII', 'bank-ü'],
    ['has a space', 'bank 1'],
    ['is empty', ''],
  ] as const;

  it.each(refused)('is refused as AWS refuses it when it %s', async (_why, MessageGroupId) => {
    const QueueUrl = await newQueue('fair');

    const sending = sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'any', MessageGroupId }),
    );

    await expect(sending).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining(`Value ${MessageGroupId} for parameter MessageGroupId`),
    });
  });

  it('fails only its own entry of a batch', async () => {
    const QueueUrl = await newQueue('batched.fifo', { FifoQueue: 'true' });
    const entry = (Id: string, MessageGroupId: string) => ({
      Id,
      MessageBody: Id,
      MessageGroupId,
      MessageDeduplicationId: Id,
    });

    const sent = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [entry('a', 'g'), entry('b', 'gé')] }),
    );

    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(sent.Failed).toMatchObject([
      { Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' },
    ]);
  });
});

describe('the count of calls', () => {
  beforeEach(() => local.resetCalls());

  it('keeps those of the functions apart from those of clients', async () => {
    const QueueUrl = `${local.url}/000000000000/bank-call-results`;
    const scheduler = new SchedulerClient(local.client);

    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'ok' }));
    await scheduler.send(new ListScheduleGroupsCommand({}));
    await local.settle();

    expect(local.calls()).toEqual({ 'dynamodb:PutItem': 1 });
    expect(local.calls('clients')).toEqual({
      'scheduler:ListScheduleGroups': 1,
      'sqs:SendMessage': 1,
    });
  });
});
