/**
 * What a person decided for a bank, in an item of its own that the brake reads beside its counts.
 * The latest decision takes the place of the one before, and goes a day after it is over.
 */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { BankDecision } from '../consent/brake.ts';
import { DAY, SECOND } from '../consent/instant.ts';
import { EXPIRES_AT, SCHEMA_VERSION } from '../consent/retention.ts';
import { brakeKeyOf, decisionIn } from './bank-items.ts';

/** One PutItem. Safe to repeat. Throws what DynamoDB answered. */
export async function decideForBank(
  client: DynamoDBClient,
  tableName: string,
  bankId: string,
  { heldUntil, releasedUntil }: BankDecision,
): Promise<void> {
  const over = Math.max(heldUntil ?? 0, releasedUntil ?? 0);
  const Item = {
    ...brakeKeyOf(bankId),
    schemaVersion: { N: String(SCHEMA_VERSION) },
    [EXPIRES_AT]: { N: String(Math.ceil((over + DAY) / SECOND)) },
    ...(heldUntil !== undefined && { heldUntil: { N: String(heldUntil) } }),
    ...(releasedUntil !== undefined && { releasedUntil: { N: String(releasedUntil) } }),
  };
  await client.send(new PutItemCommand({ TableName: tableName, Item }));
}

/** One consistent GetItem: what was decided last, over or not. Throws what DynamoDB answered. */
export async function decidedForBank(
  client: DynamoDBClient,
  tableName: string,
  bankId: string,
): Promise<BankDecision> {
  const { Item: item } = await client.send(
    new GetItemCommand({
      TableName: tableName,
      Key: brakeKeyOf(bankId),
      ProjectionExpression: 'heldUntil, releasedUntil',
      ConsistentRead: true,
    }),
  );
  return decisionIn(item);
}
