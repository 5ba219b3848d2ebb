/**
 * Says when the local AWS has come to rest: no message waits or is in flight, no function runs, and
 * no consent owes an effect. What is not at rest is named, so that nobody has to guess.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { FunctionName } from '../../shared/runtime/environment.ts';
import { OWED_INDEX, OWED_PARTITIONS } from '../../shared/store/owed-index.ts';
import type { Queues } from './queues.ts';
import { type Named, TABLE, WORKER_QUEUES } from './resources.ts';
import type { Sandbox } from './sandbox.ts';

/** How long settling may take, unless somebody says otherwise. */
export const SETTLE_MS_MAX = 10_000;
const LOOK_EVERY_MS = 5;
/** Consents that are named as owing; those beyond are not looked for. */
const NAMED_MAX = 10;
/** What BatchGetItem takes. */
const READ_MAX = 100;

export interface Surroundings {
  readonly queues: Queues;
  readonly dynamo: DynamoDBClient;
  readonly functions: Readonly<Record<FunctionName, Sandbox>>;
  readonly named: Named;
  /** The virtual clock, in ms. */
  readonly now: () => number;
}

/**
 * Waits at most `withinMs` until all is at rest and answers what is still in flight, one line each:
 * nothing when it has settled. Never throws.
 */
export async function settle(where: Surroundings, withinMs: number): Promise<readonly string[]> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const inFlight = await inFlightOf(where);
    if (inFlight.length === 0 || performance.now() >= deadline) return inFlight;
    await pause(LOOK_EVERY_MS);
  }
}

async function inFlightOf(where: Surroundings): Promise<readonly string[]> {
  const counts = await where.queues.counts();
  const queued = WORKER_QUEUES.flatMap((queue) => {
    const name = where.named(queue);
    const count = counts.get(name) ?? 0;
    return count === 0 ? [] : [`queue ${name}: ${count} not acknowledged`];
  });
  const busy = Object.entries(where.functions).flatMap(([name, sandbox]) =>
    sandbox.pending() === 0 ? [] : [`function ${name}: running`],
  );
  // Reading the table is the dear part: only when nothing else is under way.
  if (queued.length + busy.length > 0) return [...queued, ...busy];
  return (await owingConsents(where)).map((pk) => `${pk}: effects owed`);
}

/** Keys of the consents whose outbox is not empty: what is owed has been due since its save. */
async function owingConsents({ dynamo, named, now }: Surroundings): Promise<readonly string[]> {
  const owing: string[] = [];
  const until = String(now());
  const tableName = named(TABLE);
  for (const partition of OWED_PARTITIONS) {
    let next: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const page: QueryCommandOutput = await dynamo.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: OWED_INDEX,
          KeyConditionExpression: 'owedIn = :partition AND owedAt <= :until',
          ExpressionAttributeValues: { ':partition': { S: partition }, ':until': { N: until } },
          Limit: READ_MAX,
          ...(next === undefined ? {} : { ExclusiveStartKey: next }),
        }),
      );
      owing.push(...(await withOutbox(dynamo, tableName, page.Items ?? [])));
      if (owing.length >= NAMED_MAX) return owing.slice(0, NAMED_MAX);
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
  }
  return owing;
}

async function withOutbox(
  dynamo: DynamoDBClient,
  tableName: string,
  keys: readonly Record<string, AttributeValue>[],
): Promise<readonly string[]> {
  const Keys = keys.flatMap(({ pk, sk }) => (pk && sk ? [{ pk, sk }] : []));
  if (Keys.length === 0) return [];
  const read = await dynamo.send(
    new BatchGetItemCommand({
      RequestItems: { [tableName]: { Keys, ProjectionExpression: 'pk, outbox' } },
    }),
  );
  const items = read.Responses?.[tableName] ?? [];
  return items.flatMap(({ pk, outbox }) =>
    pk?.S !== undefined && (outbox?.L?.length ?? 0) > 0 ? [pk.S] : [],
  );
}
