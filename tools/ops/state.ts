/**
 * Reads consents from the table for whoever looks, without their tokens: they are not among the
 * attributes that are asked for, so an operator needs no right to read them, and none can be shown.
 */
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Consent } from '../../shared/consent/consent.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import { fromItem, type Item, LOAD_MAX, stateKeyOf } from '../../shared/store/consent-item.ts';
import { storedState } from '../../shared/store/consent-schema.ts';
import { TABLE } from '../local/resources.ts';
import type { World } from './world.ts';

/** The token's four, and the payments, each with a token of its own. */
const UNREAD = ['token', 'tokenFingerprint', 'tokenReceivedAt', 'tokenRenewed', 'transfers'];
const READ = ['pk', ...Object.keys(storedState.def.shape).filter((one) => !UNREAD.includes(one))];
/** Reads of one batch: an answer holds 16 MB, and 100 of the largest items take three. */
const READS_MAX = 6;

/** A consent as it stands, but for its tokens and payments. */
export interface Seen {
  readonly consent: Omit<Consent, 'token'>;
  readonly outbox: Held['outbox'];
  readonly revision: string;
}

/**
 * At most 100 consents, consistently; those never seen are missing. Throws what DynamoDB refused.
 * An item that cannot be read goes to `unread`, as an `ImpossibleItem` that names the attribute.
 */
export async function seeConsents(
  consentIds: readonly string[],
  { clients, target }: World,
  unread: (error: unknown) => void,
): Promise<ReadonlyMap<string, Seen>> {
  if (consentIds.length > LOAD_MAX) {
    throw new RangeError(`expected at most ${LOAD_MAX} consents, got ${consentIds.length}`);
  }
  const seen = new Map<string, Seen>();
  for await (const item of itemsOf(consentIds, target.named(TABLE), clients.dynamo)) {
    try {
      const held = fromItem({ transfers: { L: [] }, ...item });
      seen.set(held.consent.consentId, held);
    } catch (error) {
      unread(error);
    }
  }
  return seen;
}

/** Throws what DynamoDB refused, and an `ImpossibleItem` if the item cannot be read. */
export async function seeConsent(consentId: string, world: World): Promise<Seen | undefined> {
  const seen = await seeConsents([consentId], world, (error) => {
    throw error;
  });
  return seen.get(consentId);
}

async function* itemsOf(
  consentIds: readonly string[],
  tableName: string,
  dynamo: DynamoDBClient,
): AsyncGenerator<Item> {
  const names = Object.fromEntries(READ.map((name, at) => [`#${at}`, name]));
  const asked = {
    ConsistentRead: true,
    ProjectionExpression: Object.keys(names).join(', '),
    ExpressionAttributeNames: names,
  };
  let left: Item[] = [...new Set(consentIds)].map(stateKeyOf);
  for (let read = 0; left.length > 0; read++) {
    if (read === READS_MAX) {
      throw new Error(`DynamoDB left ${left.length} consents unread after ${read} reads`);
    }
    const RequestItems = { [tableName]: { Keys: left, ...asked } };
    const { Responses, UnprocessedKeys } = await dynamo.send(
      new BatchGetItemCommand({ RequestItems }),
    );
    yield* Responses?.[tableName] ?? [];
    left = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
}
