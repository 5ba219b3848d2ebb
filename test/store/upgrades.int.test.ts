/**
 * What earlier code left in the table is gone on with by this code, in the table itself: consents
 * are saved, lines added to a history, account lists replaced and purged.
 */
import { randomUUID } from 'node:crypto';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../shared/consent/instant.ts';
import { expiryOf, SCHEMA_VERSION } from '../../shared/consent/retention.ts';
import { remember } from '../../shared/effects/remember.ts';
import type { Item } from '../../shared/store/consent-item.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { rememberOf } from '../effects/sample-effects.ts';
import { type ConsentsTable, startConsentsTable } from '../support/dynalite.ts';
import { allFrozen, frozenItem } from './frozen-items.ts';

const NOW = Date.UTC(2027, 0, 1);
const LISTED = Date.parse('2026-11-20T06:15:00Z');

/** What every item has that this code wrote. */
const LASTING = (at: number) => ({
  schemaVersion: { N: String(SCHEMA_VERSION) },
  expiresAt: { N: String(expiryOf(at)) },
});

let table: ConsentsTable;
beforeAll(async () => {
  table = await startConsentsTable();
});
afterAll(() => table.stop());

async function put(Item: Item): Promise<void> {
  await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
}

async function stored({ pk, sk }: Item): Promise<Item | undefined> {
  if (pk === undefined || sk === undefined) throw new Error('an item without a key');
  const Key = { pk, sk };
  return (await table.client.send(new GetItemCommand({ TableName: table.tableName, Key }))).Item;
}

describe('in the table', () => {
  it.each(allFrozen('state'))('a consent of %s, %s, is loaded and saved', async (version, name) => {
    const item = frozenItem(version, name);
    const consentId = item.consentId?.S ?? '';
    const store = new DynamoConsentStore(table.client, table.tableName, randomUUID);
    await put(item);

    const held = (await store.load([consentId])).get(consentId);
    if (held === undefined) throw new Error(`nothing of ${consentId} was read`);
    const saved = await store.save({ ...held, outbox: [], now: NOW }, held.revision);

    expect(saved).toMatchObject({ consent: held.consent, outbox: [] });
    expect(await stored(item)).toMatchObject({ schemaVersion: { N: String(SCHEMA_VERSION) } });
  });

  it.each(allFrozen('history'))(
    'a history of %s, %s, gets its next line',
    async (version, name) => {
      const item = frozenItem(version, name);
      const next = rememberOf(3);
      await put(item);

      const history = { dynamo: table.client, tableName: table.tableName, clock: () => NOW };
      await remember(next, 'consent-3e55', history);
      await remember(rememberOf(2), 'consent-3e55', history);

      expect(await stored(item)).toEqual({
        ...item,
        ...LASTING(NOW),
        e03: { M: expect.objectContaining({ eventId: { S: next.entry.eventId } }) },
      });
    },
  );

  it.each(allFrozen('accounts'))(
    'accounts of %s, %s, are held to their dates',
    async (version, name) => {
      const item = frozenItem(version, name);
      const consentId = 'consent-1c07';
      const cache = new DynamoAccountCache(table.client, table.tableName);
      await put(item);

      const again = await cache.put({ consentId, at: LISTED, accounts: [] });
      await cache.purge(consentId, LISTED);
      const kept = await cache.get(consentId);
      const newer = await cache.put({ consentId, at: LISTED + DAY, accounts: [{ id: 'acc-3' }] });
      const replaced = await stored(item);
      await cache.purge(consentId, LISTED + 2 * DAY);

      expect([again, newer]).toEqual(['outdated', 'cached']);
      expect(kept?.accounts).toHaveLength(2);
      expect(replaced).toMatchObject(LASTING(LISTED + DAY));
      expect(await stored(item)).toEqual({
        pk: item.pk,
        sk: item.sk,
        identities: expect.anything(),
        purgedBefore: { N: String(LISTED + 2 * DAY) },
        ...LASTING(LISTED + 2 * DAY),
      });
    },
  );
});
