/**
 * Consents in the DynamoDB table: a decision and what it owes in one item, written by one
 * conditional put, so that of two workers who read the same state only one decides. Anything that
 * DynamoDB answers with an error is thrown as it came; redelivery of the message is the remedy.
 */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Instant } from '../consent/instant.ts';
import type { ConsentStore, Held, Save } from '../lifecycle/ports.ts';
import { consentIdOf, fromItem, type Item, LOAD_MAX, stateKeyOf, toItem } from './consent-item.ts';
import { OWED_INDEX, OWED_PARTITIONS } from './owed-index.ts';

/** Pages that one partition of the index is read for. */
const OWED_PAGES_MAX = 100;

interface Owed {
  readonly consentId: string;
  readonly owedAt: Instant;
}

export class DynamoConsentStore implements ConsentStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #newRevision: () => string;

  /** `newRevision` gives an id that no other write has, e.g. a UUID. */
  constructor(client: DynamoDBClient, tableName: string, newRevision: () => string) {
    this.#client = client;
    this.#tableName = tableName;
    this.#newRevision = newRevision;
  }

  /**
   * One consistent BatchGetItem; ids may repeat. What DynamoDB leaves unread (it throttles a key,
   * or the answer would be over 16 MB) is missing. Throws when nothing was read, so never takes a
   * single one that was not for one that does not exist; throws too if one of the items cannot be
   * made sense of. Safe to repeat: it writes nothing.
   */
  async load(consentIds: readonly string[]): Promise<ReadonlyMap<string, Held | undefined>> {
    const held = new Map<string, Held | undefined>(consentIds.map((id) => [id, undefined]));
    const asked = held.size;
    if (asked > LOAD_MAX) {
      throw new RangeError(`expected at most ${LOAD_MAX} consents to load, got ${asked}`);
    }
    if (asked === 0) return held;

    const Keys = [...held.keys()].map(stateKeyOf);
    const { Responses, UnprocessedKeys } = await this.#client.send(
      new BatchGetItemCommand({
        RequestItems: { [this.#tableName]: { Keys, ConsistentRead: true } },
      }),
    );
    for (const item of Responses?.[this.#tableName] ?? []) {
      const found = fromItem(item);
      held.set(found.consent.consentId, found);
    }
    const unread = UnprocessedKeys?.[this.#tableName]?.Keys ?? [];
    for (const { pk } of unread) held.delete(consentIdOf(pk?.S ?? ''));
    if (held.size === 0) {
      throw new Error(`DynamoDB left ${unread.length} of ${asked} consents unread`);
    }
    return held;
  }

  /**
   * One conditional PutItem, and one GetItem more when its condition fails. Safe to repeat: the
   * SDK sends a put again when its answer was lost, and that second one fails on the first one's
   * revision; the revision found then tells our own write from another's. Throws if the consent
   * is too large to be stored.
   */
  async save(next: Save, revision: string | undefined): Promise<Held | 'conflict'> {
    const written = this.#newRevision();
    const condition =
      revision === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'revision = :read',
            ExpressionAttributeValues: { ':read': { S: revision } },
          };
    const put = new PutItemCommand({
      TableName: this.#tableName,
      Item: toItem(next, written),
      ...condition,
    });
    try {
      await this.#client.send(put);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const stored = await this.#revisionOf(next.consent.consentId);
      if (stored !== written) return 'conflict';
    }
    return { consent: next.consent, outbox: next.outbox, revision: written };
  }

  /**
   * Reads the sparse index, oldest first; it lags behind the table by moments. Safe to repeat: it
   * writes nothing.
   */
  async overdue(before: Instant, countMax: number): Promise<readonly string[]> {
    const shards = await Promise.all(
      OWED_PARTITIONS.map((partition) => this.#overdueIn(partition, before, countMax)),
    );
    return shards
      .flat()
      .sort((a, b) => a.owedAt - b.owedAt)
      .slice(0, countMax)
      .map(({ consentId }) => consentId);
  }

  async #revisionOf(consentId: string): Promise<string | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: stateKeyOf(consentId),
        ProjectionExpression: 'revision',
        ConsistentRead: true,
      }),
    );
    return item?.revision?.S;
  }

  async #overdueIn(partition: string, before: Instant, countMax: number): Promise<Owed[]> {
    const owed: Owed[] = [];
    let from: Item | undefined;
    for (let page = 0; page < OWED_PAGES_MAX && owed.length < countMax; page++) {
      const answer = await this.#client.send(
        new QueryCommand({
          TableName: this.#tableName,
          IndexName: OWED_INDEX,
          KeyConditionExpression: 'owedIn = :partition AND owedAt < :before',
          ExpressionAttributeValues: {
            ':partition': { S: partition },
            ':before': { N: String(before) },
          },
          Limit: countMax - owed.length,
          ...(from && { ExclusiveStartKey: from }),
        }),
      );
      for (const { pk, owedAt } of answer.Items ?? []) {
        owed.push({ consentId: consentIdOf(pk?.S ?? ''), owedAt: Number(owedAt?.N) });
      }
      from = answer.LastEvaluatedKey;
      if (from === undefined) break;
    }
    return owed;
  }
}
