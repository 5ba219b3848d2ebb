/**
 * The contracts, asked of AWS itself: a table, queues and a schedule group are made for it in the
 * account and region of the environment, and deleted again.
 *
 *     REMOTE=1 REMOTE_ROLE_ARN=arn:aws:iam::…:role/… npm run test:int -- test/contracts
 *
 * The role is one that EventBridge Scheduler may assume, whatever the group. With AWS_ENDPOINT_URL
 * the same is asked of the local AWS, on which this file itself is tried.
 */
import { randomUUID } from 'node:crypto';
import {
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  paginateScan,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { Scheduler } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideForBank } from '../../shared/store/bank-decision.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoBrake } from '../../shared/store/dynamo-brake.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { DynamoLeases } from '../../shared/store/dynamo-leases.ts';
import { createConsents } from '../../tools/local/create-resources.ts';
import { accountCacheContract } from './account-cache.contract.ts';
import { brakeContract } from './brake.contract.ts';
import { consentStoreContract } from './consent-store.contract.ts';
import { leasesContract } from './leases.contract.ts';
import { queueContract } from './queue.contract.ts';
import { type SchedulerUnderTest, schedulerContract } from './scheduler.contract.ts';
import { schedulerValidationContract } from './scheduler-validation.contract.ts';

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\//;
const TABLE_SECONDS_MAX = 120;

/** The role to ask AWS with; nothing unless REMOTE=1 says so. Throws one line if it is missing. */
function remoteRole({ REMOTE, REMOTE_ROLE_ARN }: NodeJS.ProcessEnv): string | undefined {
  if (REMOTE !== '1') return undefined;
  if (REMOTE_ROLE_ARN !== undefined && ROLE.test(REMOTE_ROLE_ARN)) return REMOTE_ROLE_ARN;
  const given = JSON.stringify(REMOTE_ROLE_ARN) ?? 'not set';
  throw new Error(`REMOTE_ROLE_ARN is ${given}; expected the ARN of a role`);
}

const role = remoteRole(process.env);
if (role !== undefined) askAws(role);

describe('AWS itself', () => {
  it('is asked only when REMOTE=1 says so, and with a role', () => {
    const REMOTE_ROLE_ARN = 'arn:aws:iam::123456789012:role/scheduler';

    expect(remoteRole({ REMOTE_ROLE_ARN })).toBeUndefined();
    expect(remoteRole({ REMOTE: '1', REMOTE_ROLE_ARN })).toBe(REMOTE_ROLE_ARN);
    expect(() => remoteRole({ REMOTE: '1' })).toThrow('REMOTE_ROLE_ARN is not set');
    expect(() => remoteRole({ REMOTE: '1', REMOTE_ROLE_ARN: 'me' })).toThrow('is "me"');
  });
});

function askAws(roleArn: string): void {
  describe('on AWS', () => {
    const tableName = `contract-${randomUUID()}`;
    const dynamo = new DynamoDBClient();

    // One for all, for making one takes AWS ten seconds; each test leaves it empty.
    beforeAll(async () => {
      await dynamo.send(createConsents(tableName));
      const waiting = { client: dynamo, maxWaitTime: TABLE_SECONDS_MAX };
      await waitUntilTableExists(waiting, { TableName: tableName });
    }, TABLE_SECONDS_MAX * 1_000);
    afterAll(async () => {
      await dynamo.send(new DeleteTableCommand({ TableName: tableName }));
    });
    const close = () => empty(dynamo, tableName);

    consentStoreContract('DynamoConsentStore', async () => ({
      store: new DynamoConsentStore(dynamo, tableName, randomUUID),
      close,
    }));
    leasesContract('DynamoLeases', async () => ({
      leases: new DynamoLeases(dynamo, tableName, randomUUID),
      store: new DynamoConsentStore(dynamo, tableName, randomUUID),
      close,
    }));
    accountCacheContract('DynamoAccountCache', async () => ({
      cache: new DynamoAccountCache(dynamo, tableName),
      close,
    }));
    queueContract('AWS', async () => {
      const client = new SQSClient();
      return { client, stop: async () => client.destroy() };
    });
    brakeContract('DynamoBrake', async () => ({
      brake: new DynamoBrake(dynamo, tableName),
      decide: (bankId, decision) => decideForBank(dynamo, tableName, bankId, decision),
      close,
    }));
    schedulerContract('AWS', () => openScheduler(roleArn));
    schedulerValidationContract('AWS', () => openScheduler(roleArn));
  });
}

async function empty(client: DynamoDBClient, TableName: string): Promise<void> {
  for await (const { Items = [] } of paginateScan({ client }, { TableName })) {
    for (const { pk, sk } of Items) {
      if (pk === undefined || sk === undefined) continue;
      await client.send(new DeleteItemCommand({ TableName, Key: { pk, sk } }));
    }
  }
}

/** Nothing fires in the contracts, so the queues only have to be there. */
async function openScheduler(roleArn: string): Promise<SchedulerUnderTest> {
  const sqs = new SQSClient();
  const client = new Scheduler();
  const queues: string[] = [];
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    queues.push(QueueUrl);
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
    return (await sqs.send(asked)).Attributes?.QueueArn ?? '';
  };
  const name = `contract-${randomUUID()}`;
  return {
    client,
    arns: {
      queue: await create(name),
      fifoQueue: await create(`${name}.fifo`, {
        FifoQueue: 'true',
        ContentBasedDeduplication: 'true',
      }),
      deadLetterQueue: await create(`${name}-dlq`),
      role: roleArn,
    },
    stop: async () => {
      for (const QueueUrl of queues) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      sqs.destroy();
      client.destroy();
    },
  };
}
