/** When the local AWS counts as at rest, seen from inside, where waiting can be cut short. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResources } from '../../../tools/local/create-resources.ts';
import { type Dynamo, startDynamo } from '../../../tools/local/dynamo.ts';
import { type Queues, startQueues } from '../../../tools/local/queues.ts';
import type { Named } from '../../../tools/local/resources.ts';
import type { Sandbox } from '../../../tools/local/sandbox.ts';
import { createScheduler } from '../../../tools/local/scheduler/scheduler.ts';
import { settle } from '../../../tools/local/settling.ts';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const NAMED: Named = (resource) => resource;
const AT_REST: Sandbox = {
  start: async () => undefined,
  invoke: async () => undefined,
  kill: async () => undefined,
  pending: () => 0,
  heapBytes: async () => 0,
};

let queues: Queues;
let dynamo: Dynamo;

beforeAll(async () => {
  queues = await startQueues();
  dynamo = await startDynamo();
  const scheduler = createScheduler({ clock: () => NOW, deliver: async () => undefined });
  await createResources(queues, dynamo.client, scheduler, NAMED);
});
afterAll(async () => {
  await queues.stop();
  await dynamo.stop();
});

async function put(client: DynamoDBClient, consentId: string, state: object): Promise<void> {
  const Item = marshall({ pk: `CONSENT#${consentId}`, sk: 'STATE', ...state });
  await client.send(new PutItemCommand({ TableName: 'consents', Item }));
}

it('names the consents that owe effects, and none whose timer is merely due', async () => {
  const outbox = [{ do: 'CancelTimer' }];
  await put(dynamo.client, 'owing', { owedIn: 'OWED#0', owedAt: NOW, outbox });
  await put(dynamo.client, 'owing-too', { owedIn: 'OWED#3', owedAt: NOW - 1, outbox });
  await put(dynamo.client, 'waiting', { owedIn: 'OWED#1', owedAt: NOW - 1, outbox: [] });
  const functions = { 'bank-call-results': AT_REST, 'due-timers': AT_REST, sweep: AT_REST };

  const where = { queues, dynamo: dynamo.client, functions, named: NAMED, now: () => NOW };
  const inFlight = await settle(where, 0);

  expect(inFlight).toEqual(['CONSENT#owing: effects owed', 'CONSENT#owing-too: effects owed']);
});
