/**
 * The AWS clients of the operators' commands. Region and credentials are the environment's, but for
 * the local AWS, where any will do. A call that is never answered fails, later than the longest
 * poll of SQS; a failed one says which permission it takes.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Target } from './target.ts';

const CONNECT_MAX_MS = 3_000;
const ANSWER_MAX_MS = 25_000;
const LOCAL_REGION = 'eu-central-1';
const LOCAL_CREDENTIALS = { accessKeyId: 'ops', secretAccessKey: 'ops' };

export interface Clients {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
}

export function createClients({ endpoint }: Target): Clients {
  const settings = {
    requestHandler: {
      connectionTimeout: CONNECT_MAX_MS,
      requestTimeout: ANSWER_MAX_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint !== undefined && {
      endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    }),
  };
  const clients = {
    dynamo: new DynamoDBClient(settings),
    sqs: new SQSClient(settings),
    scheduler: new SchedulerClient(settings),
  };
  clients.dynamo.middlewareStack.add(naming('dynamodb'), NAMING);
  clients.sqs.middlewareStack.add(naming('sqs'), NAMING);
  clients.scheduler.middlewareStack.add(naming('scheduler'), NAMING);
  return clients;
}

const NAMING = { step: 'initialize', priority: 'high', name: 'nameTheAction' } as const;
const actions = new WeakMap<Error, string>();

/** The IAM action of the call that failed with `error`, e.g. `sqs:SendMessage`. */
export function actionOf(error: Error): string | undefined {
  return actions.get(error);
}

function naming(service: string) {
  return <Input extends object, Output extends object>(
    next: (args: Input) => Promise<Output>,
    { commandName = '' }: { readonly commandName?: string },
  ) => {
    return async (args: Input): Promise<Output> => {
      try {
        return await next(args);
      } catch (error) {
        // SQS has no actions for its batches.
        const action = commandName.replace(/(Batch)?Command$/, '');
        if (error instanceof Error) actions.set(error, `${service}:${action}`);
        throw error;
      }
    };
  };
}
