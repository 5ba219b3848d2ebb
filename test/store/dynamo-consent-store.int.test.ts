import { randomUUID } from 'node:crypto';
import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { consentStoreContract } from '../contracts/consent-store.contract.ts';
import { aConsent } from '../support/a-consent.ts';
import { type ConsentsTable, startConsentsTable } from '../support/dynalite.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 15);

consentStoreContract('DynamoConsentStore', async () => {
  const table = await startConsentsTable();
  const store = new DynamoConsentStore(table.client, table.tableName, randomUUID);
  return { store, close: () => table.stop() };
});

interface Sent {
  readonly command: string;
  readonly input: object;
}

/** Notes every request that goes over the wire, repeated ones too. */
function requestsOf(client: DynamoDBClient): readonly Sent[] {
  const sent: Sent[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        sent.push({ command: String(commandName), input: args.input });
        return next(args);
      },
    { step: 'deserialize' },
  );
  return sent;
}

/** Lets the first put reach the table, then loses its answer, as a dead connection does. */
function loseFirstPut(client: DynamoDBClient, meanwhile = async () => {}): void {
  let isLost = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (isLost || commandName !== 'PutItemCommand') return answer;

        isLost = true;
        await meanwhile();
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      },
    { step: 'deserialize' },
  );
}

/** Makes every BatchGetItem leave all but its first `countMax` keys unread. */
function readAtMost(client: DynamoDBClient, tableName: string, countMax: number): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const asked = 'RequestItems' in args.input ? args.input.RequestItems?.[tableName] : undefined;
      if (asked === undefined || Array.isArray(asked)) return answer;

      const left = asked.Keys?.slice(countMax) ?? [];
      const unread = new Set(left.map(({ pk }) => pk?.S));
      const { Responses } = answer.output as BatchGetItemCommandOutput;
      const read = Responses?.[tableName]?.filter(({ pk }) => !unread.has(pk?.S));
      Object.assign(answer.output, {
        Responses: { [tableName]: read },
        UnprocessedKeys: { [tableName]: { ...asked, Keys: left } },
      });
      return answer;
    },
    { step: 'initialize' },
  );
}

describe('DynamoConsentStore on the wire', () => {
  let table: ConsentsTable;
  let client: DynamoDBClient;
  let store: DynamoConsentStore;
  /** Another worker, with a client of its own. */
  let other: DynamoConsentStore;

  beforeEach(async () => {
    table = await startConsentsTable();
    client = table.clientWith({ maxAttempts: 3 });
    store = new DynamoConsentStore(client, table.tableName, randomUUID);
    other = new DynamoConsentStore(table.client, table.tableName, randomUUID);
  });

  afterEach(async () => {
    client.destroy();
    await table.stop();
  });

  const saveOf = (consentId: string, version = 1) => ({
    consent: aConsent({ consentId, version }),
    outbox: [],
    now: NOW,
  });
  const savedByOther = async (consentId: string, version = 1, revision?: string) => {
    const held = await other.save(saveOf(consentId, version), revision);
    if (held === 'conflict') throw new Error('a conflict where none is possible');
    return held;
  };

  it('reads a hundred consents with one consistent request', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `consent-${n}`);
    await Promise.all(ids.map((id) => savedByOther(id)));
    const sent = requestsOf(client);

    const held = await store.load([...ids, ...ids]);

    expect([...held.keys()].sort()).toEqual(ids.sort());
    expect(sent.map(({ command }) => command)).toEqual(['BatchGetItemCommand']);
    expect(sent[0]?.input).toMatchObject({
      RequestItems: { [table.tableName]: { ConsistentRead: true } },
    });
  });

  it('tells what was left unread from what is not there', async () => {
    await Promise.all(['a', 'b', 'd'].map((id) => savedByOther(id)));
    readAtMost(client, table.tableName, 3);
    const sent = requestsOf(client);

    const held = await store.load(['a', 'b', 'c', 'd', 'e']);

    expect([...held].map(([id, one]) => [id, one?.consent.consentId])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', undefined],
    ]);
    expect(sent).toHaveLength(1);
  });

  it('throws when it could read none of what was asked for', async () => {
    await savedByOther('a');
    readAtMost(client, table.tableName, 0);

    await expect(store.load(['a'])).rejects.toThrow(/left 1 of 1 consents unread/);
  });

  it('saves with one request', async () => {
    const read = await savedByOther('consent-1');
    const sent = requestsOf(client);

    await store.save(saveOf('consent-1', 2), read.revision);

    expect(sent.map(({ command }) => command)).toEqual(['PutItemCommand']);
  });

  it.each([
    ['first save', false],
    ['later save', true],
  ])('takes a %s whose answer was lost for its own and for no conflict', async (_, later) => {
    const read = later ? await savedByOther('consent-1') : undefined;
    const sent = requestsOf(client);
    loseFirstPut(client);

    const answer = await store.save(saveOf('consent-1', 2), read?.revision);

    expect(sent.map(({ command }) => command)).toEqual([
      'PutItemCommand',
      'PutItemCommand',
      'GetItemCommand',
    ]);
    expect(answer).toMatchObject({ consent: { version: 2 } });
    expect((await other.load(['consent-1'])).get('consent-1')).toEqual(answer);
  });

  it('answers conflict when the answer was lost and another has written since', async () => {
    loseFirstPut(client, async () => {
      const ours = (await other.load(['consent-1'])).get('consent-1');
      await savedByOther('consent-1', 2, ours?.revision);
    });

    const answer = await store.save(saveOf('consent-1', 1), undefined);

    expect(answer).toBe('conflict');
    expect((await other.load(['consent-1'])).get('consent-1')?.consent.version).toBe(2);
  });

  it('reads on where a page of the index ends', async () => {
    const ids = Array.from({ length: 24 }, (_, n) => `consent-${n}`);
    await Promise.all(
      ids.map((consentId, n) => {
        const consent = aConsent({ consentId, ref: 'one', timer: { number: 1, dueAt: NOW + n } });
        return other.save({ consent, outbox: [], now: NOW }, undefined);
      }),
    );
    const sent = requestsOf(client);
    client.middlewareStack.add(
      (next) => (args) => next({ ...args, input: { ...args.input, Limit: 10 } }),
      { step: 'initialize' },
    );

    const overdue = await store.overdue(NOW + 100, 100);

    expect(overdue).toEqual(ids);
    expect(sent).toHaveLength(4 + 2);
  });

  it('throws what the table answered when a save cannot be made', async () => {
    const lost = new DynamoConsentStore(client, 'no-such-table', randomUUID);

    const saving = lost.save(saveOf('consent-1'), undefined);

    await expect(saving).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
