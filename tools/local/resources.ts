/**
 * What exists in the local AWS, under the names that are written in the interfaces without a stage
 * prefix, and the environment that tells each function about it. Made before the endpoint says it
 * is ready, so that no first request races its own table.
 */
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EnvironmentOf, FunctionName } from '../../shared/runtime/environment.ts';
import { OWED_INDEX } from '../../shared/store/owed-index.ts';
import type { Queues } from './queues.ts';
import type { Scheduler } from './scheduler/scheduler.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '000000000000';
export const TABLE_NAME = 'consents';
export const SCHEDULE_GROUP = 'consent-lifecycle';
export const TOPICS = ['re-consent', 'consent-notices'] as const;
/** The queues that functions consume. */
export const WORKER_QUEUES = ['bank-call-results', 'due-timers'] as const;

export type WorkerQueue = (typeof WORKER_QUEUES)[number];

/** The access key id by which the gateway tells a function's calls from everybody else's. */
export const FUNCTION_ACCESS_KEY_ID = 'AKIALOCALFUNCTION';

/** Deliveries before a message goes to its dead-letter queue. */
const RECEIVE_COUNT_MAX = 5;
/**
 * A failed message is delivered again after this many seconds: soon enough to watch, and five
 * deliveries end in the dead-letter queue within the 10 seconds that settling may take.
 */
export const REDELIVERY_SECONDS = 1;
/** How long a caller may take for a requested call before SQS gives it to another. */
const REQUEST_VISIBILITY_SECONDS = 150;
const REQUEST_RETENTION_SECONDS = 86_400;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function topicArn(name: (typeof TOPICS)[number]): string {
  return `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${name}`;
}

export type Environments = { readonly [Name in FunctionName]: EnvironmentOf<Name> };

/** The variables of every function; `endpoint` is the gateway's URL without a final slash. */
export function environmentsAt(endpoint: string): Environments {
  const worker = {
    TABLE_NAME,
    BANK_CALL_RESULTS_URL: queueUrl(endpoint, 'bank-call-results'),
    BANK_CALL_REQUESTS_URL: queueUrl(endpoint, 'bank-call-requests.fifo'),
    DUE_TIMERS_URL: queueUrl(endpoint, 'due-timers'),
    DUE_TIMERS_ARN: queueArn('due-timers'),
    RE_CONSENT_TOPIC_ARN: topicArn('re-consent'),
    CONSENT_NOTICES_TOPIC_ARN: topicArn('consent-notices'),
    SCHEDULE_GROUP,
    SCHEDULER_ROLE_ARN: `arn:aws:iam::${ACCOUNT_ID}:role/scheduler`,
    SCHEDULER_DLQ_ARN: queueArn('scheduler-dlq'),
  };
  return {
    'bank-call-results': {
      ...worker,
      BANK_CALL_RESULTS_DLQ_URL: queueUrl(endpoint, 'bank-call-results-dlq'),
    },
    'due-timers': { ...worker, DUE_TIMERS_DLQ_URL: queueUrl(endpoint, 'due-timers-dlq') },
    sweep: worker,
  };
}

/** Creates everything; throws what the emulators refuse. */
export async function createResources(
  queues: Queues,
  dynamo: DynamoDBClient,
  scheduler: Scheduler,
): Promise<void> {
  await createQueues(queues);
  for (const topic of TOPICS) await queues.createTopic(topic);
  await createScheduleGroup(scheduler);
  await dynamo.send(
    new CreateTableCommand({
      TableName: TABLE_NAME,
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
    }),
  );
}

async function createScheduleGroup(scheduler: Scheduler): Promise<void> {
  const path = `/schedule-groups/${SCHEDULE_GROUP}`;
  const query = new URLSearchParams();
  const body = JSON.stringify({ ClientToken: SCHEDULE_GROUP });
  const { status, body: said } = await scheduler.handle({ method: 'POST', path, query, body });
  if (status !== 200) throw new Error(`the local Scheduler refused its group: ${said}`);
}

async function createQueues(queues: Queues): Promise<void> {
  const fifo = {
    FifoQueue: 'true',
    DeduplicationScope: 'messageGroup',
    FifoThroughputLimit: 'perMessageGroupId',
    MessageRetentionPeriod: String(REQUEST_RETENTION_SECONDS),
  };
  // A dead-letter queue comes before the queue that names it.
  for (const name of WORKER_QUEUES) {
    await queues.create(`${name}-dlq`, {});
    await queues.create(name, {
      VisibilityTimeout: String(REDELIVERY_SECONDS),
      RedrivePolicy: redriveTo(`${name}-dlq`),
    });
  }
  await queues.create('bank-call-requests-dlq.fifo', fifo);
  await queues.create('bank-call-requests.fifo', {
    ...fifo,
    VisibilityTimeout: String(REQUEST_VISIBILITY_SECONDS),
    RedrivePolicy: redriveTo('bank-call-requests-dlq.fifo'),
  });
  await queues.create('scheduler-dlq', {});
}

function redriveTo(deadLetterQueue: string): string {
  return JSON.stringify({
    deadLetterTargetArn: queueArn(deadLetterQueue),
    maxReceiveCount: RECEIVE_COUNT_MAX,
  });
}
