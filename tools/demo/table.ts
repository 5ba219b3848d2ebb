/**
 * What the demo reads of the worker's table, always consistently: the consent that a caller needs
 * before a call, and, at the end, what is remembered of it. Nothing here writes.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Consent } from '../../shared/consent/consent.ts';
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { fromItem, stateKeyOf } from '../../shared/store/consent-item.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import type { LocalAws } from '../local/local-aws.ts';
import { TABLE } from '../local/resources.ts';

export interface Table {
  /** `undefined` when the worker has never heard of it. */
  consent(consentId: string): Promise<Consent | undefined>;
  /** Ids of the cached accounts; none after a purge. */
  accountIds(consentId: string): Promise<readonly string[]>;
  /** In the order of the decisions. */
  history(consentId: string): Promise<readonly HistoryEntry[]>;
  /** When the worker will wake next by itself, for any of these consents. */
  nextTimer(consentIds: readonly string[], after: Instant): Promise<Instant | undefined>;
}

/** An attribute of the history that holds an entry. */
const PLACE = /^e\d\d$/;

export function tableOf({ client, named }: LocalAws): Table {
  const tableName = named(TABLE);
  const dynamo = new DynamoDBClient(client);
  const accounts = new DynamoAccountCache(dynamo, tableName);
  const store = new DynamoConsentStore(dynamo, tableName, () => 'read-only');
  const item = async (Key: ReturnType<typeof stateKeyOf>) => {
    const read = { TableName: tableName, Key, ConsistentRead: true };
    return (await dynamo.send(new GetItemCommand(read))).Item;
  };

  return {
    consent: async (consentId) => {
      const state = await item(stateKeyOf(consentId));
      return state && fromItem(state).consent;
    },
    accountIds: async (consentId) => {
      const list = await accounts.get(consentId);
      return list?.accounts.map(({ id }) => id) ?? [];
    },
    history: async (consentId) => {
      const kept = (await item({ ...stateKeyOf(consentId), sk: { S: 'HISTORY' } })) ?? {};
      const places = Object.entries(unmarshall(kept)).filter(([name]) => PLACE.test(name));
      const entries = places.map(([, entry]) => entry as HistoryEntry);
      return entries.sort((a, b) => a.version - b.version);
    },
    nextTimer: async (consentIds, after) => {
      const held = await store.load(consentIds);
      const dates = [...held.values()].flatMap((one) => one?.consent.timer?.dueAt ?? []);
      const coming = dates.filter((date) => date > after);
      return coming.length === 0 ? undefined : Math.min(...coming);
    },
  };
}
