/**
 * The AWS clients, with every limit stated: the SDK's own defaults have changed before. A call that
 * is never answered gives up after 14 seconds at the latest, retries included, so a function of 30
 * seconds can still say what failed. Region, credentials and endpoint are the environment's.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

const ATTEMPTS_MAX = 3;
const CONNECT_MAX_MS = 1_000;
const ANSWER_MAX_MS = 2_500;
/** The SDK's longest pauses between three attempts: 1 s and 2 s when throttled. */
const PAUSES_MAX_MS = 3_000;
const SOCKETS_MAX = 50;

/** The longest that one call may take, retries and pauses included. */
export const CALL_MAX_MS: number = ATTEMPTS_MAX * (CONNECT_MAX_MS + ANSWER_MAX_MS) + PAUSES_MAX_MS;

export interface Clients {
  readonly dynamo: DynamoDBClient;
  readonly sqs: () => Promise<SQSClient>;
  readonly sns: () => Promise<SNSClient>;
  readonly scheduler: () => Promise<SchedulerClient>;
}

/** Made once per process: the connections are kept between invocations. */
export function createClients(): Clients {
  const sockets = { keepAlive: true, maxSockets: SOCKETS_MAX };
  const settings = {
    maxAttempts: ATTEMPTS_MAX,
    retryMode: 'standard',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MAX_MS,
      requestTimeout: ANSWER_MAX_MS,
      // Without this the SDK only warns, and goes on waiting.
      throwOnRequestTimeout: true,
      httpAgent: sockets,
      httpsAgent: sockets,
    }),
  };
  return {
    dynamo: new DynamoDBClient(settings),
    sqs: onFirstUse(async () => (await import('./sqs-client.ts')).sqsClient(settings)),
    sns: onFirstUse(async () => (await import('./sns-client.ts')).snsClient(settings)),
    scheduler: onFirstUse(async () =>
      (await import('./scheduler-client.ts')).schedulerClient(settings),
    ),
  };
}

function onFirstUse<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
