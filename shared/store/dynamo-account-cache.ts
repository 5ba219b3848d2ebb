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
import type { AccountCache, AccountList, CachedAccounts } from '../lifecycle/ports.ts';
import { accountListOf, accountsKeyOf, identitiesToKeep, isTooLarge } from './account-item.ts';

type Change = Required<
  Pick<
    UpdateItemCommandInput,
    'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'
  >
>;

/** Whatever sets this is later than all before it, so the date only rises. */
const LASTING = `schemaVersion = :version, ${EXPIRES_AT} = :expiry`;

/** Gone with a list that is purged; `identities` stays, for the next list to be compared with. */
const LISTED = '#at, accounts, previous, relinkFrom';

/** A newer list than the one that stands, and none that a purge covers. */
const NEWER =
  '(attribute_not_exists(#at) OR #at < :at) AND ' +
  '(attribute_not_exists(purgedBefore) OR purgedBefore <= :at)';

/** No other list has been compared with what stood before this purge, and something did stand. */
const FIRST_SINCE_PURGE =
  'attribute_exists(identities) AND (attribute_not_exists(relinkFrom) OR relinkFrom < :relinkFrom)';

export class DynamoAccountCache implements AccountCache {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * One conditional UpdateItem, and another one for a list that was to be the first since a purge
   * and is not. Safe to repeat: the same list again is `outdated`, and who was listed before a
   * purge is written down once for each purge.
   */
  async put(list: AccountList): Promise<'cached' | 'outdated' | 'too large'> {
    if (isTooLarge(list)) return 'too large';

    const { consentId, at, accounts, relinkFrom } = list;
    const identities = identitiesToKeep(list);
    const set = `SET #at = :at, accounts = :accounts, ${LASTING}`;
    const values = {
      ':at': at,
      ':accounts': accounts,
      ':version': SCHEMA_VERSION,
      ':expiry': expiryOf(at),
      ...(identities && { ':identities': identities }),
    };
    if (identities !== undefined && relinkFrom !== undefined) {
      const moves = 'previous = identities, identities = :identities, relinkFrom = :relinkFrom';
      const compared = await this.#change(consentId, {
        UpdateExpression: `${set}, ${moves}`,
        ConditionExpression: `${NEWER} AND ${FIRST_SINCE_PURGE}`,
        ExpressionAttributeValues: marshall({ ...values, ':relinkFrom': relinkFrom }),
      });
      if (compared) return 'cached';
    }
    const none = `${set} REMOVE identities, previous, relinkFrom`;
    const written = await this.#change(consentId, {
      UpdateExpression: identities ? `${set}, identities = :identities` : none,
      ConditionExpression: NEWER,
      ExpressionAttributeValues: marshall(values),
    });
    return written ? 'cached' : 'outdated';
  }

  /** One consistent read. Throws an `ImpossibleItem` if the item is not what `put` writes. */
  async get(consentId: string): Promise<CachedAccounts | undefined> {
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
      UpdateExpression: `SET purgedBefore = :before, ${LASTING} REMOVE ${LISTED}`,
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
