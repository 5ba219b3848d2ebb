/**
 * Writes one line of a consent's history. The last 50 lines share one item, each in the place its
 * number has among them, so remembering costs one write and the item cannot grow without end. It
 * may go 400 days after the last write: the line's own date would bring that forward where an older
 * line is written late.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Remember } from '../consent/effect.ts';
import { EXPIRES_AT, expiryOf, SCHEMA_VERSION } from '../consent/retention.ts';
import type { Clock } from '../lifecycle/ports.ts';

export const ENTRIES_KEPT = 50;

export interface HistoryTable {
  readonly dynamo: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** The attribute that holds entry `number`. Never throws. */
export function placeOf(number: number): string {
  return `e${String(number % ENTRIES_KEPT).padStart(2, '0')}`;
}

/**
 * Throws what DynamoDB refused. Safe to repeat, in any order: a line is written where none of its
 * number or a higher one stands.
 */
export async function remember(
  effect: Remember,
  consentId: string,
  to: HistoryTable,
): Promise<void> {
  const { number, entry } = effect;
  try {
    await to.dynamo.send(
      new UpdateItemCommand({
        TableName: to.tableName,
        Key: marshall({ pk: `CONSENT#${consentId}`, sk: 'HISTORY' }),
        UpdateExpression: `SET #place = :entry, schemaVersion = :version, ${EXPIRES_AT} = :expiry`,
        ConditionExpression: 'attribute_not_exists(#place) OR #place.#number < :number',
        ExpressionAttributeNames: { '#place': placeOf(number), '#number': 'number' },
        ExpressionAttributeValues: marshall({
          ':entry': { ...entry, number },
          ':number': number,
          ':version': SCHEMA_VERSION,
          ':expiry': expiryOf(to.clock()),
        }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
