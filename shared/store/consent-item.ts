/**
 * Turns a consent with its outbox into the one `STATE` item of the table and back, without loss.
 * What is read is checked against the schema, so that an impossible state stops here and not
 * inside a decision; what is written is bounded, so that DynamoDB never refuses it for its size.
 * This is the one place where the stored tokens are revealed (rule 18).
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Consent, HeldToken, Transfer, WaitingCall } from '../consent/consent.ts';
import { EXPIRES_AT, expiryOf, SCHEMA_VERSION } from '../consent/retention.ts';
import type { Held, Save } from '../lifecycle/ports.ts';
import {
  type StoredState,
  type StoredTransfer,
  type StoredWaitingCall,
  storedState,
} from './consent-schema.ts';
import { storedEffect } from './effect-schema.ts';
import { complaintOfVersion, complaintsOf, impossibleItem } from './impossible-item.ts';
import { storedCall } from './item-fields.ts';
import { owedPartitionOf, owedSince } from './owed-index.ts';

export type Item = Record<string, AttributeValue>;

/** Consents of one `load`: what BatchGetItem takes. */
export const LOAD_MAX = 100;
/** Effects that may be owed at once: the longest that there are fit into the item. */
export const OUTBOX_MAX = 46;
/** DynamoDB refuses an item over 400 KB, its keys and index attributes included. */
export const ITEM_BYTES_MAX: number = 390 * 1024;

/** DynamoDB takes at most 21 bytes for a number, 1 for a boolean. */
const SCALAR_BYTES_MAX = 21;
/** What DynamoDB adds to each list or map, and to each of its entries. */
const CONTAINER_BYTES = 3;
const ENTRY_BYTES = 1;

/** The partition key of everything about a consent. Never throws. */
export function partitionOf(consentId: string): string {
  return `CONSENT#${consentId}`;
}

/** The key of the item. Never throws. */
export function stateKeyOf(consentId: string): Item {
  return { pk: { S: partitionOf(consentId) }, sk: { S: 'STATE' } };
}

/** The consent whose partition key this is. Never throws. */
export function consentIdOf(partition: string): string {
  return partition.slice(partitionOf('').length);
}

/** An upper bound of what DynamoDB counts for `value`, in bytes. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return SCALAR_BYTES_MAX;

  let bytes = CONTAINER_BYTES;
  for (const [name, inner] of Object.entries(value)) {
    bytes += ENTRY_BYTES + Buffer.byteLength(name) + bytesOf(inner);
  }
  return bytes;
}

function tooLarge(name: string, { consentId }: Consent, what: string): Error {
  const error = new Error(`consent ${JSON.stringify(consentId)} cannot be stored: ${what}`);
  error.name = name;
  return error;
}

function storedWaiting(waiting: WaitingCall): StoredWaitingCall {
  return { ...waiting, call: storedCall(waiting.call) };
}

function storedTransfer({ token, ...rest }: Transfer): StoredTransfer {
  return token === undefined ? rest : { ...rest, token: token.reveal() };
}

/** The attributes that a token takes. */
export function fieldsOf({ secret, fingerprint, receivedAt, renewed }: HeldToken) {
  return {
    token: secret.reveal(),
    tokenFingerprint: fingerprint,
    tokenReceivedAt: receivedAt,
    tokenRenewed: renewed,
  };
}

/**
 * The attributes of the item, but for its keys. Throws `OutboxTooLong` over `OUTBOX_MAX` effects
 * and `ConsentTooLarge` over `ITEM_BYTES_MAX`: both are beyond what the bounds of the lifecycle
 * allow.
 */
export function storedForm({ consent, outbox }: Save, revision: string): StoredState {
  if (outbox.length > OUTBOX_MAX) {
    const what = `it owes ${outbox.length} effects, expected at most ${OUTBOX_MAX}`;
    throw tooLarge('OutboxTooLong', consent, what);
  }
  const { token, confirming, ...rest } = consent;
  const stored: StoredState = {
    schemaVersion: SCHEMA_VERSION,
    ...rest,
    strikes: rest.strikes.map((strike) => ({ ...strike, call: storedCall(strike.call) })),
    calls: rest.calls.map(storedWaiting),
    transfers: rest.transfers.map(storedTransfer),
    ...(confirming && { confirming: storedWaiting(confirming) }),
    ...(token && fieldsOf(token)),
    outbox: outbox.map(storedEffect),
    revision,
  };
  // The consentId stands in the partition key too.
  const bytes = bytesOf(stored) + Buffer.byteLength(consent.consentId);
  if (bytes > ITEM_BYTES_MAX) {
    const what = `it takes ${bytes} bytes, expected at most ${ITEM_BYTES_MAX}`;
    throw tooLarge('ConsentTooLarge', consent, what);
  }
  return stored;
}

/** Of an end, however late it was told; while something is owed, not before 400 days from now. */
function expiresAt({ consent: { end }, outbox, now }: Save): number | undefined {
  return end && expiryOf(outbox.length > 0 ? Math.max(end.at, now) : end.at);
}

/** The item to put. Throws as `storedForm` does, and on a number that is not finite. */
export function toItem(next: Save, revision: string): Item {
  const owedAt = owedSince(next);
  const expiry = expiresAt(next);

  const item = marshall(storedForm(next, revision), { removeUndefinedValues: true });
  if (owedAt !== undefined) {
    item.owedIn = { S: owedPartitionOf(next.consent.ref) };
    item.owedAt = { N: String(owedAt) };
  }
  if (expiry !== undefined) item[EXPIRES_AT] = { N: String(expiry) };
  return { ...stateKeyOf(next.consent.consentId), ...item };
}

type TokenParts = { readonly [Part in keyof HeldToken]: HeldToken[Part] | undefined };

function heldToken(parts: TokenParts, partition: unknown): HeldToken | undefined {
  const { secret, fingerprint, receivedAt, renewed } = parts;
  if (
    secret !== undefined &&
    fingerprint !== undefined &&
    receivedAt !== undefined &&
    renewed !== undefined
  ) {
    return { secret, fingerprint, receivedAt, renewed };
  }
  if (Object.values(parts).every((part) => part === undefined)) return undefined;

  const names = 'token, tokenFingerprint, tokenReceivedAt and tokenRenewed';
  throw unreadable(partition, `expected all of ${names}, or none of them`);
}

function unreadable(partition: unknown, why: string): Error {
  return impossibleItem(`item ${JSON.stringify(partition)}`, why);
}

/**
 * The consent that the item holds. Throws an `ImpossibleItem` that names the attribute, and never
 * quotes a token, if the item is of a newer schema or not what `toItem` writes.
 */
export function fromItem(item: Item): Held {
  const plain = unmarshall(item);
  const newer = complaintOfVersion(plain.schemaVersion);
  if (newer !== undefined) throw unreadable(plain.pk, newer);
  const parsed = storedState.safeParse(plain);
  if (!parsed.success) throw unreadable(plain.pk, complaintsOf(parsed.error.issues, plain));

  const { token, tokenFingerprint, tokenReceivedAt, tokenRenewed, ...read } = parsed.data;
  const { schemaVersion: _, outbox, revision, ...rest } = read;
  const held = heldToken(
    {
      secret: token,
      fingerprint: tokenFingerprint,
      receivedAt: tokenReceivedAt,
      renewed: tokenRenewed,
    },
    plain.pk,
  );
  return { consent: { ...rest, ...(held && { token: held }) }, outbox, revision };
}
