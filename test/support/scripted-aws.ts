/** The local AWS with scripted functions, on any port, and what a test needs to look into it. */
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../tools/local/local-aws.ts';

const SCRIPTED = new URL('./functions/scripted.ts', import.meta.url);

export const SCRIPTED_FUNCTIONS = {
  'bank-call-results': SCRIPTED,
  'due-timers': SCRIPTED,
  sweep: new URL('./functions/counting-sweep.ts', import.meta.url),
} as const;

export function startScriptedAws(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  return startLocalAws({ port: 0, functions: SCRIPTED_FUNCTIONS, ...options });
}

/** What the scripted functions wrote down under `pk`: `SEEN` or `SWEPT`. */
export async function writtenDown(
  local: LocalAws,
  pk: 'SEEN' | 'SWEPT',
): Promise<readonly Record<string, string>[]> {
  const dynamo = new DynamoDBClient(local.client);
  const query = {
    TableName: 'consents',
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: pk } },
  };
  const { Items = [] } = await dynamo.send(new QueryCommand(query));
  return Items.map((item) => unmarshall(item));
}
