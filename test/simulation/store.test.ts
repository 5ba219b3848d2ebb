/** What the simulation runs on keeps the promises of the table. */
import {
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { decideForBank } from '../../shared/store/bank-decision.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoBrake } from '../../shared/store/dynamo-brake.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { DynamoLeases } from '../../shared/store/dynamo-leases.ts';
import { TABLE_NAME, Table } from '../../tools/sim/table.ts';
import { accountCacheContract } from '../contracts/account-cache.contract.ts';
import { brakeContract } from '../contracts/brake.contract.ts';
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

brakeContract('the brake on the simulated table', async () => {
  const client = clientOf(new Table());
  return {
    brake: new DynamoBrake(client, TABLE_NAME),
    decide: (bankId, decision) => decideForBank(client, TABLE_NAME, bankId, decision),
    close: async () => {},
  };
});

it('the simulated table answers a scan page by page, with what was asked for alone', async () => {
  const table = new Table();
  const put = (pk: string, counted: string) =>
    table.answer(
      new PutItemCommand({
        TableName: TABLE_NAME,
        Item: { pk: { S: pk }, sk: { S: 'HISTORY' }, counted: { N: counted } },
      }),
    );
  for (const [pk, counted] of Object.entries({ a: '1', b: '2', c: '1', d: '1' })) put(pk, counted);

  const pages: unknown[] = [];
  const scan = paginateScan(
    { client: Object.assign(Object.create(DynamoDBClient.prototype), clientOf(table)) },
    {
      TableName: TABLE_NAME,
      Limit: 3,
      FilterExpression: '#counted = :one',
      ProjectionExpression: '#pk',
      ExpressionAttributeNames: { '#pk': 'pk', '#counted': 'counted' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  );
  for await (const { Items } of scan) pages.push(Items);

  expect(pages).toEqual([[{ pk: { S: 'a' } }, { pk: { S: 'c' } }], [{ pk: { S: 'd' } }]]);
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
