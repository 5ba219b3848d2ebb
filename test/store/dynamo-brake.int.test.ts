import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICIES } from '../../shared/consent/policy.ts';
import { decideForBank } from '../../shared/store/bank-decision.ts';
import { DynamoBrake } from '../../shared/store/dynamo-brake.ts';
import { brakeContract } from '../contracts/brake.contract.ts';
import { type ConsentsTable, startConsentsTable } from '../support/dynalite.ts';

const NOW = Date.UTC(2026, 10, 21, 8, 30);
const seconds = (iso: string) => Date.parse(iso) / 1_000;
const policy = POLICIES['klarna-consent'];

brakeContract('DynamoBrake', async () => {
  const { client, tableName, stop } = await startConsentsTable();
  return {
    brake: new DynamoBrake(client, tableName),
    decide: (bankId, decision) => decideForBank(client, tableName, bankId, decision),
    close: stop,
  };
});

describe('DynamoBrake in the table', () => {
  let table: ConsentsTable;
  let brake: DynamoBrake;

  beforeAll(async () => {
    table = await startConsentsTable();
    brake = new DynamoBrake(table.client, table.tableName);
  });

  afterAll(() => table.stop());

  it('keeps plain counts that go by themselves, spread over four shards', async () => {
    for (let n = 0; n < 40; n += 1) {
      await brake.hold({ bankId: 'bank-1', ref: `ref-${n}`, at: NOW, policy });
    }
    await brake.active({ bankId: 'bank-1', ref: 'ref', at: NOW, policy });
    await decideForBank(table.client, table.tableName, 'bank-1', { heldUntil: NOW });

    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    const items = Items.map((item) => unmarshall(item));
    const endings = items.filter(({ sk }) => sk.startsWith('ENDINGS#2026-11-21T08:00Z#'));
    const version = { pk: 'BANK#bank-1', schemaVersion: 1 };

    expect(endings.map(({ sk }) => sk.at(-1)).toSorted()).toEqual(['0', '1', '2', '3']);
    expect(endings.reduce((sum, { counted }) => sum + counted, 0)).toBe(40);
    expect(endings[0]).toMatchObject({ ...version, expiresAt: seconds('2026-11-22T10:00Z') });
    expect(items.filter(({ sk }) => sk.startsWith('ACTIVE#2026-11-19#'))).toMatchObject([
      { ...version, counted: 1, expiresAt: seconds('2026-12-04T00:00Z') },
    ]);
    expect(items.filter(({ sk }) => sk === 'BRAKE')).toMatchObject([
      { ...version, heldUntil: NOW, expiresAt: seconds('2026-11-22T08:30Z') },
    ]);
  });

  it('throws what the table answered when nothing can be counted', async () => {
    const lost = new DynamoBrake(table.client, 'no-such-table');

    const holding = lost.hold({ bankId: 'bank-1', ref: 'ref', at: NOW, policy });

    await expect(holding).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
