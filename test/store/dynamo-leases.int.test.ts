import { randomUUID } from 'node:crypto';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { DynamoLeases } from '../../shared/store/dynamo-leases.ts';
import { leasesContract } from '../contracts/leases.contract.ts';
import { startConsentsTable } from '../support/dynalite.ts';

leasesContract('DynamoLeases', async () => {
  const table = await startConsentsTable();
  return {
    leases: new DynamoLeases(table.client, table.tableName, randomUUID),
    store: new DynamoConsentStore(table.client, table.tableName, randomUUID),
    close: () => table.stop(),
  };
});
