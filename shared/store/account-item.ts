/**
 * The `ACCOUNTS` item of the table: the last account list of a consent, and since when older ones
 * are refused. The compiler proves that the schema and `Account` are the same.
 */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import type { Account } from '../consent/finding.ts';
import { SCHEMA_VERSION } from '../consent/retention.ts';
import type { AccountList } from '../lifecycle/ports.ts';
import { type Item, partitionOf } from './consent-item.ts';
import { complaintOfVersion, complaintsOf, impossibleItem } from './impossible-item.ts';
import type { Same } from './same-type.ts';

/** Bytes of JSON, which is more than it takes. A longer list is not cached (rule 11). */
const ACCOUNTS_BYTES_MAX: number = 300 * 1024;

const account = z.object({
  id: z.string(),
  iban: z.exactOptional(z.string()),
  currency: z.exactOptional(z.string()),
});

true satisfies Same<z.output<typeof account>, Account>;

const storedAccounts = z.object({
  schemaVersion: z.exactOptional(z.literal(SCHEMA_VERSION)),
  at: z.exactOptional(z.number()),
  accounts: z.exactOptional(z.array(account)),
});

/** The key of the item. Never throws. */
export function accountsKeyOf(consentId: string): Item {
  return { pk: { S: partitionOf(consentId) }, sk: { S: 'ACCOUNTS' } };
}

/** Whether the list is too long to be cached. Never throws. */
export function isTooLarge({ accounts }: AccountList): boolean {
  return Buffer.byteLength(JSON.stringify(accounts)) > ACCOUNTS_BYTES_MAX;
}

/**
 * The list in the item, or `undefined` after a purge. Throws an `ImpossibleItem` that names the
 * attribute if the item is of a newer schema or not what the cache writes; one without a version
 * was written before it had one.
 */
export function accountListOf(consentId: string, item: Item): AccountList | undefined {
  const plain = unmarshall(item);
  const newer = complaintOfVersion(plain.schemaVersion);
  if (newer !== undefined) throw unreadable(consentId, newer);
  const parsed = storedAccounts.safeParse(plain);
  if (!parsed.success) throw unreadable(consentId, complaintsOf(parsed.error.issues, plain));

  const { at, accounts } = parsed.data;
  return at === undefined || accounts === undefined ? undefined : { consentId, at, accounts };
}

function unreadable(consentId: string, why: string): Error {
  return impossibleItem(`accounts of ${JSON.stringify(consentId)}`, why);
}
