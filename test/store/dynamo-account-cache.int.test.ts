import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  it('leaves nothing of a purged list behind', async () => {
    await cache.put({ consentId: 'purged', at: NOW, accounts: [{ id: 'acc-1', iban: 'DE02' }] });

    await cache.purge('purged', NOW + 1);

    const Key = accountsKeyOf('purged');
    const { Item } = await table.client.send(
      new GetItemCommand({ TableName: table.tableName, Key }),
    );
    expect(Item).toEqual({ ...Key, purgedBefore: { N: String(NOW + 1) } });
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

  it('throws what the table answered when a list cannot be cached', async () => {
    const lost = new DynamoAccountCache(table.client, 'no-such-table');

    const putting = lost.put({ consentId: 'consent-1', at: NOW, accounts: [] });

    await expect(putting).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
