/**
 * The history of a consent in the order of its decisions: what stands in the table, and what is
 * still owed to it. Entries of earlier code are read like today's. What cannot be read is named by
 * its place, and never quoted.
 */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import type { Effect, HistoryEntry } from '../../shared/consent/effect.ts';
import { ENTRIES_KEPT, placeOf } from '../../shared/effects/remember.ts';
import { type Item, stateKeyOf } from '../../shared/store/consent-item.ts';
import { historySchema } from '../../shared/store/effect-schema.ts';
import { TABLE } from '../local/resources.ts';
import type { World } from './world.ts';

export interface Entry extends HistoryEntry {
  /** Counted from 0 over all that were ever remembered. */
  readonly number: number;
}

export interface History {
  readonly entries: readonly Entry[];
  /** Places whose entries this version cannot read. */
  readonly unreadable: readonly string[];
}

/** The attributes of the item that hold entries: named, as a role may have to. */
const PLACES = Array.from({ length: ENTRIES_KEPT }, (_, number) => placeOf(number));
const ENTRY = z.extend(historySchema(), { number: z.number() });

export function historyKeyOf(consentId: string): Item {
  return { ...stateKeyOf(consentId), sk: { S: 'HISTORY' } };
}

/** Throws what DynamoDB refused. `outbox` may hold entries that are not written yet. */
export async function readHistory(
  consentId: string,
  outbox: readonly Effect[],
  { clients, target }: World,
): Promise<History> {
  const { Item: item = {} } = await clients.dynamo.send(
    new GetItemCommand({
      TableName: target.named(TABLE),
      Key: historyKeyOf(consentId),
      ProjectionExpression: PLACES.join(', '),
      ConsistentRead: true,
    }),
  );
  return historyOf(item, outbox);
}

/** Never throws. */
export function historyOf(item: Item, outbox: readonly Effect[]): History {
  const byNumber = new Map<number, Entry>();
  const unreadable: string[] = [];
  for (const [name, value] of Object.entries(unmarshall(item))) {
    if (!PLACES.includes(name)) continue;
    const read = ENTRY.safeParse(value);
    if (read.success) byNumber.set(read.data.number, read.data);
    else unreadable.push(name);
  }
  for (const one of outbox) {
    if (one.do === 'Remember') byNumber.set(one.number, { ...one.entry, number: one.number });
  }
  return { entries: [...byNumber.values()].sort((a, b) => a.number - b.number), unreadable };
}
