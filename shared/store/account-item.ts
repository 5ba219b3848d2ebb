/**
 * The `ACCOUNTS` item of the table: the last account list of a consent, since when older ones are
 * refused, and who the accounts of this list and of the one before the last purge were. The
 * compiler proves that the schemas and their types are the same.
 */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { type AccountIdentity, identitiesOf } from '../consent/account-identity.ts';
import type { Account } from '../consent/finding.ts';
import { SCHEMA_VERSION } from '../consent/retention.ts';
import type { AccountList, CachedAccounts } from '../lifecycle/ports.ts';
import { type Item, partitionOf } from './consent-item.ts';
import { complaintOfVersion, complaintsOf, impossibleItem } from './impossible-item.ts';
import type { Same } from './same-type.ts';

/** Bytes of JSON, which is more than it takes. A longer list is not cached (rule 11). */
const ACCOUNTS_BYTES_MAX: number = 300 * 1024;
/** Of one list. Beside the longest list, those of two fit into DynamoDB's 400 KB. */
const IDENTITIES_BYTES_MAX: number = 40 * 1024;

const account = z.object({
  id: z.string(),
  iban: z.exactOptional(z.string()),
  currency: z.exactOptional(z.string()),
  reference: z.exactOptional(z.string()),
});

true satisfies Same<z.output<typeof account>, Account>;

const identity = z.object({
  id: z.string(),
  identity: z.string(),
  currency: z.exactOptional(z.string()),
});

true satisfies Same<z.output<typeof identity>, AccountIdentity>;

const storedAccounts = z.object({
  schemaVersion: z.exactOptional(z.literal(SCHEMA_VERSION)),
  at: z.exactOptional(z.number()),
  accounts: z.exactOptional(z.array(account)),
  relinkFrom: z.exactOptional(z.number()),
  previous: z.exactOptional(z.array(identity)),
});

/** The key of the item. Never throws. */
export function accountsKeyOf(consentId: string): Item {
  return { pk: { S: partitionOf(consentId) }, sk: { S: 'ACCOUNTS' } };
}

/** Whether the list is too long to be cached. Never throws. */
export function isTooLarge({ accounts }: AccountList): boolean {
  return bytesOf(accounts) > ACCOUNTS_BYTES_MAX;
}

/**
 * Who the accounts of the list are, to be kept beside it; `undefined` if that would be too long,
 * which some 400 accounts are. Never throws.
 */
export function identitiesToKeep(list: AccountList): readonly AccountIdentity[] | undefined {
  const identities = identitiesOf(list.accounts);
  return bytesOf(identities) > IDENTITIES_BYTES_MAX ? undefined : identities;
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * The list in the item, or `undefined` after a purge. Throws an `ImpossibleItem` that names the
 * attribute if the item is of a newer schema or not what the cache writes; one without a version
 * was written before it had one.
 */
export function accountListOf(consentId: string, item: Item): CachedAccounts | undefined {
  const plain = unmarshall(item);
  const newer = complaintOfVersion(plain.schemaVersion);
  if (newer !== undefined) throw unreadable(consentId, newer);
  const parsed = storedAccounts.safeParse(plain);
  if (!parsed.success) throw unreadable(consentId, complaintsOf(parsed.error.issues, plain));

  const { at, accounts, relinkFrom, previous } = parsed.data;
  if (at === undefined || accounts === undefined) return undefined;
  const compared = relinkFrom !== undefined && previous !== undefined && { relinkFrom, previous };
  return { consentId, at, accounts, ...compared };
}

function unreadable(consentId: string, why: string): Error {
  return impossibleItem(`accounts of ${JSON.stringify(consentId)}`, why);
}
