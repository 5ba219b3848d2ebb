/**
 * The account cache in the DynamoDB table. Lists and purges arrive late, twice and in any order;
 * every write is conditional on times, so the newest list stands and nothing that was purged
 * comes back (rule 11). The item may go 400 days after the latest of those times. Errors of
 * DynamoDB are thrown as they came.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Instant } from '../consent/instant.ts';
import { EXPIRES_AT, expiryOf, SCHEMA_VERSION } from '../consent/retention.ts';
import type { AccountCache, AccountList } from '../lifecycle/ports.ts';
import { accountListOf, accountsKeyOf, isTooLarge } from './account-item.ts';

type Change = Required<
  Pick<
    UpdateItemCommandInput,
    'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
  >
>;

/** Whatever sets this is later than all before it, so the date only rises. */
const LASTING = `schemaVersion = :version, ${EXPIRES_AT} = :expiry`;

export class DynamoAccountCache implements AccountCache {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** One conditional UpdateItem. Safe to repeat: the same list again is `outdated`. */
  async put(list: AccountList): Promise<'cached' | 'outdated' | 'too large'> {
    if (isTooLarge(list)) return 'too large';

    const written = await this.#change(list.consentId, {
      UpdateExpression: `SET #at = :at, accounts = :accounts, ${LASTING}`,
      ConditionExpression:
        '(attribute_not_exists(#at) OR #at < :at) AND ' +
        '(attribute_not_exists(purgedBefore) OR purgedBefore <= :at)',
      ExpressionAttributeValues: marshall({
        ':at': list.at,
        ':accounts': list.accounts,
        ':version': SCHEMA_VERSION,
        ':expiry': expiryOf(list.at),
      }),
    });
    return written ? 'cached' : 'outdated';
  }

  /** One consistent read. Throws an `ImpossibleItem` if the item is not what `put` writes. */
  async get(consentId: string): Promise<AccountList | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: accountsKeyOf(consentId),
        ConsistentRead: true,
      }),
    );
    return item && accountListOf(consentId, item);
  }

  /**
   * One conditional UpdateItem, and a second one where a newer list is to stay. Safe to repeat:
   * `purgedBefore` only rises, and a list older than it is never stored, so between the two calls
   * nothing can arrive that the purge would have had to remove.
   */
  async purge(consentId: string, before: Instant): Promise<void> {
    const higher = '(attribute_not_exists(purgedBefore) OR purgedBefore < :before)';
    const older = '(attribute_not_exists(#at) OR #at < :before)';
    const values = { ':before': before, ':version': SCHEMA_VERSION };

    const removed = await this.#change(consentId, {
      UpdateExpression: `SET purgedBefore = :before, ${LASTING} REMOVE #at, accounts`,
      ConditionExpression: `${higher} AND ${older}`,
      ExpressionAttributeValues: marshall({ ...values, ':expiry': expiryOf(before) }),
    });
    if (removed) return;

    await this.#change(consentId, {
      // The list that stays is newer, and so is the date that the item has.
      UpdateExpression: 'SET purgedBefore = :before, schemaVersion = :version',
      ConditionExpression: `${higher} AND attribute_exists(#at)`,
      ExpressionAttributeValues: marshall(values),
    });
  }

  /** `false` if the condition did not hold. */
  async #change(consentId: string, change: Change): Promise<boolean> {
    const update = new UpdateItemCommand({
      TableName: this.#tableName,
      Key: accountsKeyOf(consentId),
      // `at` is a word that DynamoDB keeps for itself.
      ExpressionAttributeNames: { '#at': 'at' },
      ...change,
    });
    try {
      await this.#client.send(update);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
