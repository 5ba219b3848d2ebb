/**
 * A bank's counts in the DynamoDB table, in items of their own: no decision waits for a count that
 * another consent's decision is writing. They are estimates: what is counted again after a lost
 * answer or a redelivery counts twice. Errors of DynamoDB are thrown as they came.
 */
import {
  BatchGetItemCommand,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Counts, isToBeHeld } from '../consent/brake.ts';
import { EXPIRES_AT, SCHEMA_VERSION } from '../consent/retention.ts';
import type { Brake, CountedConsent } from '../lifecycle/ports.ts';
import {
  activeKeysOf,
  activePlaceOf,
  brakeKeyOf,
  type CountKeys,
  type CountPlace,
  decisionIn,
  endingKeysOf,
  endingPlaceOf,
} from './bank-items.ts';
import type { Item } from './consent-item.ts';

/** Reads of one answer: 17 small items are one, unless DynamoDB throttles. */
const READS_MAX = 3;

export class DynamoBrake implements Brake {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /**
   * One UpdateItem and one consistent BatchGetItem. It counts first and then reads, so of several
   * ends at the same moment no two see the same number. Repeating it counts once more.
   */
  async hold(ending: CountedConsent): Promise<boolean> {
    const { bankId, at, policy } = ending;
    await this.#count(endingPlaceOf(ending));

    const [endings, active] = [endingKeysOf(ending), activeKeysOf(ending)];
    const keys = [endings, active].flatMap(({ current, previous }) => [...current, ...previous]);
    const found = await this.#read([brakeKeyOf(bankId), ...keys]);
    const seen = {
      endings: countsIn(found, endings),
      active: countsIn(found, active),
      ...decisionIn(found.get('BRAKE')),
    };
    return isToBeHeld(seen, at, policy);
  }

  /** One UpdateItem. Repeating it counts once more. */
  async active(alive: CountedConsent): Promise<void> {
    await this.#count(activePlaceOf(alive));
  }

  async #count({ key, expiresAt }: CountPlace): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#tableName,
        Key: key,
        UpdateExpression: `SET schemaVersion = :version, ${EXPIRES_AT} = :expiry ADD counted :one`,
        ExpressionAttributeValues: {
          ':version': { N: String(SCHEMA_VERSION) },
          ':expiry': { N: String(expiresAt) },
          ':one': { N: '1' },
        },
      }),
    );
  }

  /** What there is of these items, by sort key. */
  async #read(keys: readonly Item[]): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    let left = [...keys];
    for (let read = 0; left.length > 0; read++) {
      if (read === READS_MAX) {
        throw new Error(`DynamoDB left ${left.length} counts unread after ${read} reads`);
      }
      const { Responses, UnprocessedKeys } = await this.#client.send(
        new BatchGetItemCommand({
          RequestItems: { [this.#tableName]: { Keys: left, ConsistentRead: true } },
        }),
      );
      for (const item of Responses?.[this.#tableName] ?? []) found.set(item.sk?.S ?? '', item);
      left = UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
    }
    return found;
  }
}

function countsIn(found: ReadonlyMap<string, Item>, { current, previous }: CountKeys): Counts {
  const sum = (keys: readonly Item[]) =>
    keys.reduce((total, { sk }) => total + Number(found.get(sk?.S ?? '')?.counted?.N ?? 0), 0);
  return { current: sum(current), previous: sum(previous) };
}
