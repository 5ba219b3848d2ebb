/** A history with a gap, and the accounts of an ended consent, are found at rest. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import { remember } from '../../shared/effects/remember.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { lookAtItems } from '../../tools/sim/kept-items.ts';
import { TABLE_NAME, Table } from '../../tools/sim/table.ts';
import { World } from '../../tools/sim/world.ts';
import { aConsent } from '../support/a-consent.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 15);

function entry(from: string, to: string): HistoryEntry {
  const event = { event: 'BankCallCompleted', eventId: 'report-1' };
  return { ...event, version: 1, at: NOW, from, to, generation: 1, notes: [], effects: [] };
}

/** What is found of a consent with this history, and with a list of accounts. */
async function found(fields: Partial<Consent>, entries: readonly HistoryEntry[]) {
  const table = new Table();
  const dynamo = { send: async (command: object) => table.answer(command) };
  const client = dynamo as unknown as DynamoDBClient;
  const store = new DynamoConsentStore(client, TABLE_NAME, () => 'r1');
  const consent = aConsent(fields);
  await store.save({ consent, outbox: [], now: NOW }, undefined);
  for (const [number, one] of entries.entries()) {
    const effect = { do: 'Remember', key: `remember:${number}`, number, entry: one } as const;
    await remember(effect, consent.consentId, {
      dynamo: client,
      tableName: TABLE_NAME,
      clock: () => NOW,
    });
  }
  const list = { consentId: consent.consentId, at: NOW, accounts: [] };
  await new DynamoAccountCache(client, TABLE_NAME).put(list);
  const world = new World(1, NOW);
  lookAtItems(world, table);
  return world.broken?.why;
}

describe('what is kept of a consent beside its state', () => {
  const told = [entry('received', 'valid'), entry('valid', 'suspect'), entry('suspect', 'valid')];

  it('is in order when the history tells each decision', async () => {
    expect(await found({ remembered: 3 }, told)).toBeUndefined();
  });

  it('is in order when the history tells the last fifty', async () => {
    const many = Array.from({ length: 53 }, () => entry('valid', 'valid'));

    expect(await found({ remembered: 53 }, many)).toBeUndefined();
  });

  it.each([
    ['lacks an entry', { remembered: 4 }, told, 'lacks entry 3'],
    ['leaps', { remembered: 2 }, [told[0], told[2]], 'from valid to suspect by itself'],
    ['ends elsewhere', { remembered: 2 }, told, 'is valid, and suspect by the end'],
  ])('is not when the history %s', async (_, fields, entries, why) => {
    const all = entries.filter((one) => one !== undefined);

    expect(await found(fields, all)).toContain(why);
  });

  it('is not when a consent has ended, and its accounts are still there', async () => {
    const end = { at: NOW, by: 'psu' } as const;

    expect(
      await found({ end, status: 'revokedByPsu', remembered: 1 }, [entry('valid', 'revokedByPsu')]),
    ).toContain('has ended');
  });
});
