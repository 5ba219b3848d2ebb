import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identitiesOf } from '../../shared/consent/account-identity.ts';
import { DAY } from '../../shared/consent/instant.ts';
import { expiryOf } from '../../shared/consent/retention.ts';
import { accountsKeyOf } from '../../shared/store/account-item.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { accountCacheContract } from '../contracts/account-cache.contract.ts';
import { type ConsentsTable, startConsentsTable } from '../support/dynalite.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 15);

accountCacheContract('DynamoAccountCache', async () => {
  const table = await startConsentsTable();
  const cache = new DynamoAccountCache(table.client, table.tableName);
  return { cache, close: () => table.stop() };
});

describe('DynamoAccountCache in the table', () => {
  let table: ConsentsTable;
  let cache: DynamoAccountCache;

  beforeAll(async () => {
    table = await startConsentsTable();
    cache = new DynamoAccountCache(table.client, table.tableName);
  });

  afterAll(() => table.stop());

  const itemOf = async (consentId: string) => {
    const Key = accountsKeyOf(consentId);
    return (await table.client.send(new GetItemCommand({ TableName: table.tableName, Key }))).Item;
  };

  it('leaves nothing of a purged list behind but who the accounts were, hashed', async () => {
    const list = { consentId: 'purged', accounts: [{ id: 'acc-1', iban: 'DE02' }] };
    await cache.put({ ...list, at: NOW - 1 });
    await cache.put({ ...list, at: NOW, relinkFrom: NOW });

    await cache.purge('purged', NOW + 1);

    const [{ identity } = { identity: '' }] = identitiesOf(list.accounts);
    expect(identity).not.toContain('DE02');
    expect(await itemOf('purged')).toEqual({
      ...accountsKeyOf('purged'),
      identities: { L: [{ M: { id: { S: 'acc-1' }, identity: { S: identity } } }] },
      purgedBefore: { N: String(NOW + 1) },
      schemaVersion: { N: '1' },
      expiresAt: { N: String(expiryOf(NOW + 1)) },
    });
  });

  it('lets an item go 400 days after the latest list or purge, in whatever order they came', async () => {
    const arrival = fc.record({ purge: fc.boolean(), day: fc.integer({ min: 1, max: 9 }) });
    let run = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 6 }), async (arrivals) => {
        const consentId = `kept-${run++}`;

        for (const { purge, day } of arrivals) {
          if (purge) await cache.purge(consentId, day * DAY);
          else await cache.put({ consentId, at: day * DAY, accounts: [] });
        }

        const latest = Math.max(...arrivals.map(({ day }) => day)) * DAY;
        expect((await itemOf(consentId))?.expiresAt).toEqual({ N: String(expiryOf(latest)) });
      }),
    );
  });

  it('has room for the longest list beside who is in it and who was in the one before', async () => {
    const consentId = 'c'.repeat(1_000);
    const listed = (letter: string) =>
      Array.from({ length: 380 }, (_, n) => ({
        id: String(n).padStart(36, letter),
        iban: letter.repeat(735),
        currency: 'EUR',
      }));

    await cache.put({ consentId, at: NOW, accounts: listed('a') });
    await cache.put({ consentId, at: NOW + 1, accounts: listed('b'), relinkFrom: NOW + 1 });

    const list = await cache.get(consentId);
    expect(JSON.stringify(list?.accounts).length).toBeGreaterThan(299 * 1024);
    expect(JSON.stringify(list?.previous).length).toBeGreaterThan(36 * 1024);
  });

  it('refuses to read an item that it cannot have written, and names the attribute', async () => {
    const Item = {
      ...accountsKeyOf('broken'),
      at: { N: '1' },
      accounts: { L: [{ M: { id: { N: '7' } } }] },
    };
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));

    await expect(cache.get('broken')).rejects.toThrow(
      /"broken" cannot be read: accounts\.0\.id: expected string, found number/,
    );
  });

  it('refuses to read an item of a newer schema', async () => {
    const Item = { ...accountsKeyOf('newer'), schemaVersion: { N: '2' } };
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));

    await expect(cache.get('newer')).rejects.toThrow(
      /"newer" cannot be read: schemaVersion: expected at most 1, found 2/,
    );
  });

  it('throws what the table answered when a list cannot be cached', async () => {
    const lost = new DynamoAccountCache(table.client, 'no-such-table');

    const putting = lost.put({ consentId: 'consent-1', at: NOW, accounts: [] });

    await expect(putting).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
