/**
 * The least that a function of this kind can be: one client, one read. What it costs to load is the
 * price of the AWS SDK alone, which the worker's own cost is measured against.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

const dynamo = new DynamoDBClient({});

export async function handler({ id }: { readonly id: string }): Promise<unknown> {
  const { Item } = await dynamo.send(
    new GetItemCommand({ TableName: 'consents', Key: { pk: { S: id }, sk: { S: 'STATE' } } }),
  );
  return Item;
}
