/**
 * The AWS clients of the smoke test. Region, credentials and endpoint are the environment's. A call
 * that is never answered fails, later than the longest poll of SQS, so that a run always ends.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

const CONNECT_MAX_MS = 3_000;
const ANSWER_MAX_MS = 25_000;

export interface Clients {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
}

export function createClients(): Clients {
  const requestHandler = {
    connectionTimeout: CONNECT_MAX_MS,
    requestTimeout: ANSWER_MAX_MS,
    throwOnRequestTimeout: true,
  };
  return {
    dynamo: new DynamoDBClient({ requestHandler }),
    sqs: new SQSClient({ requestHandler }),
    sns: new SNSClient({ requestHandler }),
  };
}
