/**
 * Makes what exists in the local AWS, before the endpoint says it is ready, so that no first
 * request races its own table.
 */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  REQUEST_RECEIVES_MAX,
  REQUEST_VISIBILITY_SECONDS,
  REQUESTS_KEPT_SECONDS,
} from '../../infra/request-delivery.ts';
import { OWED_INDEX } from '../../shared/store/owed-index.ts';
import type { Queues } from './queues.ts';
import {
  type Named,
  queueArn,
  REDELIVERY_SECONDS,
  SCHEDULE_GROUP,
  TABLE,
  TOPICS,
  WORKER_QUEUES,
} from './resources.ts';
import type { Scheduler } from './scheduler/scheduler.ts';

/** Deliveries before a message of the worker's goes to its dead-letter queue. */
const RECEIVES_MAX = 5;

/** Creates everything; throws what the emulators refuse. */
export async function createResources(
  queues: Queues,
  dynamo: DynamoDBClient,
  scheduler: Scheduler,
  named: Named,
): Promise<void> {
  await createQueues(queues, named);
  for (const topic of TOPICS) await queues.createTopic(named(topic));
  await createScheduleGroup(scheduler, named(SCHEDULE_GROUP));
  await dynamo.send(createConsents(named(TABLE)));
}

/** The table of consents with its index of what is owed. */
export function createConsents(tableName: string): CreateTableCommand {
  return new CreateTableCommand({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'owedIn', AttributeType: 'S' },
      { AttributeName: 'owedAt', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: OWED_INDEX,
        KeySchema: [
          { AttributeName: 'owedIn', KeyType: 'HASH' },
          { AttributeName: 'owedAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
}

async function createScheduleGroup(scheduler: Scheduler, group: string): Promise<void> {
  const path = `/schedule-groups/${group}`;
  const query = new URLSearchParams();
  const body = JSON.stringify({ ClientToken: group });
  const { status, body: said } = await scheduler.handle({ method: 'POST', path, query, body });
  if (status !== 200) throw new Error(`the local Scheduler refused its group: ${said}`);
}

async function createQueues(queues: Queues, named: Named): Promise<void> {
  const fifo = {
    FifoQueue: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    MessageRetentionPeriod: String(REQUESTS_KEPT_SECONDS),
  };
  // A dead-letter queue comes before the queue that names it.
  for (const name of WORKER_QUEUES) {
    await queues.create(named(`${name}-dlq`), {});
    await queues.create(named(name), {
      VisibilityTimeout: String(REDELIVERY_SECONDS),
      RedrivePolicy: redriveTo(named(`${name}-dlq`), RECEIVES_MAX),
    });
  }
  await queues.create(named('bank-call-requests-dlq.fifo'), fifo);
  await queues.create(named('bank-call-requests.fifo'), {
    ...fifo,
    VisibilityTimeout: String(REQUEST_VISIBILITY_SECONDS),
    RedrivePolicy: redriveTo(named('bank-call-requests-dlq.fifo'), REQUEST_RECEIVES_MAX),
  });
  await queues.create(named('scheduler-dlq'), {});
}

function redriveTo(deadLetterQueue: string, maxReceiveCount: number): string {
  return JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount });
}
