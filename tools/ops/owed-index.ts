/**
 * The sparse index `owed` in the order of its dates, over all of its partitions, and the consents
 * that it names. It is read page by page, so no stage is too large for it; it lags behind the table
 * by moments, and what it names is looked at in the table.
 */
import { paginateQuery } from '@aws-sdk/client-dynamodb';
import type { Instant } from '../../shared/consent/instant.ts';
import { consentIdOf, LOAD_MAX } from '../../shared/store/consent-item.ts';
import { OWED_INDEX, OWED_PARTITIONS } from '../../shared/store/owed-index.ts';
import { TABLE } from '../local/resources.ts';
import { errorLine } from './error-line.ts';
import { type Seen, seeConsents } from './state.ts';
import type { World } from './world.ts';

export interface Dated {
  readonly owedAt: Instant;
  readonly seen: Seen;
}

/** Says of each item that it cannot be read, and counts them. */
export function unreadIn({ tell, target }: World) {
  const unread = {
    count: 0,
    add: (error: unknown): void => {
      unread.count += 1;
      tell(errorLine(error, target));
    },
  };
  return unread;
}

/**
 * Those with a date before `before`, the oldest first; one that cannot be read goes to `unread`,
 * and holds up no other. Throws what DynamoDB refused.
 */
export async function* datedConsents(
  world: World,
  before: Instant,
  unread: (error: unknown) => void,
): AsyncGenerator<Dated> {
  let batch: Key[] = [];
  for await (const key of merged(OWED_PARTITIONS.map((one) => keysIn(one, before, world)))) {
    batch.push(key);
    if (batch.length < LOAD_MAX) continue;
    yield* seenOf(batch, world, unread);
    batch = [];
  }
  yield* seenOf(batch, world, unread);
}

interface Key {
  readonly consentId: string;
  readonly owedAt: Instant;
}

async function* seenOf(
  keys: readonly Key[],
  world: World,
  unread: (error: unknown) => void,
): AsyncGenerator<Dated> {
  if (keys.length === 0) return;
  const ids = keys.map(({ consentId }) => consentId);
  const found = await seeConsents(ids, world, unread);
  for (const { consentId, owedAt } of keys) {
    const seen = found.get(consentId);
    if (seen !== undefined) yield { owedAt, seen };
  }
}

async function* keysIn(
  partition: string,
  before: Instant,
  { clients, target }: World,
): AsyncGenerator<Key> {
  const pages = paginateQuery(
    { client: clients.dynamo },
    {
      TableName: target.named(TABLE),
      IndexName: OWED_INDEX,
      ProjectionExpression: 'pk, owedAt',
      KeyConditionExpression: 'owedIn = :partition AND owedAt < :before',
      ExpressionAttributeValues: {
        ':partition': { S: partition },
        ':before': { N: String(before) },
      },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { pk, owedAt } of Items) {
      yield { consentId: consentIdOf(pk?.S ?? ''), owedAt: Number(owedAt?.N) };
    }
  }
}

/** One sorted stream of several. */
async function* merged(streams: readonly AsyncGenerator<Key>[]): AsyncGenerator<Key> {
  const heads = await Promise.all(
    streams.map(async (stream) => ({ stream, head: await stream.next() })),
  );
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const one of heads) {
      if (one.head.done) continue;
      if (first === undefined || first.head.done || one.head.value.owedAt < first.head.value.owedAt)
        first = one;
    }
    if (first === undefined || first.head.done) return;
    yield first.head.value;
    first.head = await first.stream.next();
  }
}
