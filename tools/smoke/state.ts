/**
 * The probe's items in the table. Only these attributes are read, none of which is a token
 * (rule 18), and only the probe's own keys are read or deleted.
 */
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { stateKeyOf } from '../../shared/store/consent-item.ts';

const READ = ['status', 'ref', 'version', 'generation', 'owedAt'] as const;
const SORT_KEYS = ['STATE', 'ACCOUNTS', 'HISTORY'] as const;

export interface State {
  readonly status: string;
  readonly ref: string;
  readonly version: number;
  readonly generation: number;
  /** Missing when nothing is owed and no timer is set. */
  readonly owedAt?: number;
}

/** `undefined` when there is none. Throws what DynamoDB refused. */
export async function readState(
  dynamo: DynamoDBClient,
  TableName: string,
  consentId: string,
  abortSignal?: AbortSignal,
): Promise<State | undefined> {
  const asked = new GetItemCommand({
    TableName,
    Key: stateKeyOf(consentId),
    ConsistentRead: true,
    ProjectionExpression: READ.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(READ.map((name) => [`#${name}`, name])),
  });
  const { Item } = await dynamo.send(asked, abortSignal && { abortSignal });
  return Item && (unmarshall(Item) as State); // The store's own schema has them all.
}

/** Throws what DynamoDB refused; safe to repeat. */
export async function deleteItems(
  dynamo: DynamoDBClient,
  TableName: string,
  consentId: string,
): Promise<void> {
  for (const sk of SORT_KEYS) {
    const Key = { ...stateKeyOf(consentId), sk: { S: sk } };
    await dynamo.send(new DeleteItemCommand({ TableName, Key }));
  }
}
