/** The store that the simulation runs on keeps the promises of the table. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { TABLE_NAME, Table } from '../../tools/sim/table.ts';
import { consentStoreContract } from '../contracts/consent-store.contract.ts';

consentStoreContract('the consent store on the simulated table', async () => {
  let revisions = 0;
  const newRevision = () => {
    revisions += 1;
    return `r${revisions}`;
  };
  const table = new Table();
  const client = { send: async (command: object) => table.answer(command) };
  const store = new DynamoConsentStore(
    client as unknown as DynamoDBClient,
    TABLE_NAME,
    newRevision,
  );
  return { store, close: async () => {} };
});
