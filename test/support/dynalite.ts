/**
 * A DynamoDB of our own for a test file: dynalite on a free port of 127.0.0.1, with the `consents`
 * table as it is deployed. In memory, gone with `stop`.
 */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { createConsents } from '../../tools/local/create-resources.ts';

interface DynaliteOptions {
  readonly createTableMs: number;
  readonly deleteTableMs: number;
  readonly updateTableMs: number;
}

// dynalite brings no types, and `require` lets us say what it is.
const dynalite: (options: DynaliteOptions) => Server = createRequire(import.meta.url)('dynalite');

export interface ConsentsTable {
  readonly tableName: string;
  readonly client: DynamoDBClient;
  /** Another client of the same table; the test destroys it. */
  clientWith(config: DynamoDBClientConfig): DynamoDBClient;
  stop(): Promise<void>;
}

/** Starts it and creates the table. Throws what the start or the creation answered. */
export async function startConsentsTable(tableName = 'consents'): Promise<ConsentsTable> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite has no port');
  const clientWith = (config: DynamoDBClientConfig): DynamoDBClient =>
    new DynamoDBClient({
      endpoint: `http://127.0.0.1:${address.port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...config,
    });
  const client = clientWith({});
  await client.send(createConsents(tableName));

  return {
    tableName,
    client,
    clientWith,
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
