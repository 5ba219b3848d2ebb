/**
 * A caller's turn, in the consent's own item: the write that begins it and the one that ends it are
 * each conditional, so of two callers one begins, and a token is never written over a newer one.
 * Only the fields of the turn are touched: what the worker wrote meanwhile stays, and its next
 * write sees that the item has changed. Errors of DynamoDB are thrown as they came.
 */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Consent } from '../consent/consent.ts';
import type { Begun, Noted } from '../consent/lease.ts';
import type { Held } from '../lifecycle/ports.ts';
import { fieldsOf, fromItem, type Item, stateKeyOf } from './consent-item.ts';

/** The turn is still this call's, and the token it used still the latest of the same life. */
interface TurnGuard {
  readonly generation: number;
  readonly usedFingerprint?: string;
}

/** What must be true of the item for the end of a turn to be written; or nobody wrote since. */
export type Guard = TurnGuard | { readonly revision: string };

type Values = Readonly<Record<string, unknown>>;

interface Change {
  readonly sets: Values;
  /** What is added to the end of lists. */
  readonly appends: Values;
  readonly endsLease: boolean;
  readonly condition: string;
  /** The values that the condition names. */
  readonly given: Values;
}

export class DynamoLeases {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #newRevision: () => string;

  /** `newRevision` gives an id that no other write has, e.g. a UUID. */
  constructor(client: DynamoDBClient, tableName: string, newRevision: () => string) {
    this.#client = client;
    this.#tableName = tableName;
    this.#newRevision = newRevision;
  }

  /** One consistent GetItem. Throws an `ImpossibleItem` for an item that cannot be read. */
  async read(consentId: string): Promise<Held | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#tableName,
        Key: stateKeyOf(consentId),
        ConsistentRead: true,
      }),
    );
    return item === undefined ? undefined : fromItem(item);
  }

  /**
   * Writes that a call begins, if nobody has written since. When the SDK repeats a write whose
   * answer was lost, its own success is a conflict: the item tells.
   */
  async begin({ consent, revision }: Held, next: Begun): Promise<'begun' | 'conflict'> {
    const written = await this.#update(consent.consentId, {
      sets: { ...next },
      appends: {},
      endsLease: false,
      condition: 'revision = :read',
      given: { read: revision },
    });
    return written ? 'begun' : 'conflict';
  }

  /** Writes down an answer and ends the turn of `key`, if `guard` holds. Safe to repeat. */
  async finish(
    { consentId, lease }: Consent,
    key: string,
    { token, ancestors, foretold }: Noted,
    guard: Guard,
  ): Promise<'finished' | 'conflict'> {
    const written = await this.#update(consentId, {
      sets: token === undefined ? {} : fieldsOf(token),
      appends: {
        ...(ancestors.length > 0 && { lineage: ancestors }),
        ...(foretold.length > 0 && { foretold }),
      },
      endsLease: lease?.resultKey === key,
      ...('revision' in guard
        ? { condition: 'revision = :read', given: { read: guard.revision } }
        : turnOf(guard, key)),
    });
    return written ? 'finished' : 'conflict';
  }

  async #update(consentId: string, change: Change): Promise<boolean> {
    const { sets, appends, endsLease, condition, given } = change;
    // `token` is a word of DynamoDB's own.
    const names = 'token' in sets ? { '#token': 'token' } : undefined;
    const written = [
      'revision = :revision',
      ...Object.keys(sets).map((name) => `${name === 'token' ? '#token' : name} = :${name}`),
      ...Object.keys(appends).map(
        (name) => `${name} = list_append(if_not_exists(${name}, :none), :${name})`,
      ),
    ];
    const values = {
      ...sets,
      ...appends,
      ...given,
      revision: this.#newRevision(),
      ...(Object.keys(appends).length > 0 && { none: [] }),
    };
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: stateKeyOf(consentId),
          UpdateExpression: `SET ${written.join(', ')}${endsLease ? ' REMOVE lease' : ''}`,
          ConditionExpression: condition,
          ExpressionAttributeValues: placeholders(values),
          ...(names && { ExpressionAttributeNames: names }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function turnOf({ generation, usedFingerprint }: TurnGuard, key: string) {
  const own = 'lease.resultKey = :key AND generation = :generation';
  return {
    condition: usedFingerprint === undefined ? own : `${own} AND tokenFingerprint = :used`,
    given: { key, generation, ...(usedFingerprint !== undefined && { used: usedFingerprint }) },
  };
}

function placeholders(values: Values): Item {
  const item = marshall(values, { removeUndefinedValues: true });
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value]));
}
