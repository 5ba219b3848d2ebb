/** What the simulation runs on keeps the promises of the table. */
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { DynamoLeases } from '../../shared/store/dynamo-leases.ts';
import { TABLE_NAME, Table } from '../../tools/sim/table.ts';
import { accountCacheContract } from '../contracts/account-cache.contract.ts';
import { consentStoreContract } from '../contracts/consent-store.contract.ts';
import { leasesContract } from '../contracts/leases.contract.ts';

function clientOf(table: Table): DynamoDBClient {
  const send = async (command: object) => table.answer(command);
  return { send } as unknown as DynamoDBClient;
}

consentStoreContract('the consent store on the simulated table', async () => {
  let revisions = 0;
  const newRevision = () => {
    revisions += 1;
    return `r${revisions}`;
  };
  const store = new DynamoConsentStore(clientOf(new Table()), TABLE_NAME, newRevision);
  return { store, close: async () => {} };
});

leasesContract('the turns of callers on the simulated table', async () => {
  const client = clientOf(new Table());
  let revisions = 0;
  const newRevision = () => {
    revisions += 1;
    return `r${revisions}`;
  };
  return {
    leases: new DynamoLeases(client, TABLE_NAME, newRevision),
    store: new DynamoConsentStore(client, TABLE_NAME, newRevision),
    close: async () => {},
  };
});

accountCacheContract('the account cache on the simulated table', async () => {
  const cache = new DynamoAccountCache(clientOf(new Table()), TABLE_NAME);
  return { cache, close: async () => {} };
});

it.each([
  'begins_with(pk, :value)',
  'NOT purgedBefore = :value',
  'purgedBefore > :value',
  'purgedBefore <> :value',
  '(purgedBefore = :value',
  'purgedBefore = :value purgedBefore',
  'purgedBefore = :missing',
])('the simulated table takes no condition that it does not understand: %s', (condition) => {
  const table = new Table();
  const update = (ConditionExpression?: string) =>
    table.answer(
      new UpdateItemCommand({
        TableName: TABLE_NAME,
        Key: { pk: { S: 'CONSENT#1' }, sk: { S: 'ACCOUNTS' } },
        UpdateExpression: 'SET purgedBefore = :value',
        ...(ConditionExpression && { ConditionExpression }),
        ExpressionAttributeValues: { ':value': { N: '1' } },
      }),
    );
  update();

  expect(() => update(condition)).toThrow('the simulated table does not understand');
});
