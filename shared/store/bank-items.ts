/**
 * The items of the table that are about a bank: its counts, spread over shards because all consents
 * of a bank in trouble are counted at once, and what a person decided for it. A count is good for
 * two spans of its kind, and goes a day after.
 */
import { activeSpans, type BankDecision, endingSpans } from '../consent/brake.ts';
import { hash32 } from '../consent/hash32.ts';
import { DAY, type Instant, MINUTE, SECOND } from '../consent/instant.ts';
import type { CountedConsent } from '../lifecycle/ports.ts';
import type { Item } from './consent-item.ts';

const SHARDS_MAX = 4;

/** The key of what a person decided for the bank. Never throws. */
export function brakeKeyOf(bankId: string): Item {
  return keyOf(bankId, 'BRAKE');
}

/** What the item holds of it; what is over among it. Never throws. */
export function decisionIn(item: Item = {}): BankDecision {
  const [heldUntil, releasedUntil] = [item.heldUntil?.N, item.releasedUntil?.N];
  return {
    ...(heldUntil !== undefined && { heldUntil: Number(heldUntil) }),
    ...(releasedUntil !== undefined && { releasedUntil: Number(releasedUntil) }),
  };
}

/** Where one more is counted, and after which second it may go. */
export interface CountPlace {
  readonly key: Item;
  readonly expiresAt: number;
}

/** The keys of all shards of one count, for each of its two spans. */
export interface CountKeys {
  readonly current: readonly Item[];
  readonly previous: readonly Item[];
}

/** Never throws. */
export function endingPlaceOf({ bankId, ref, at, policy }: CountedConsent): CountPlace {
  const begun = endingSpans(at, policy).current;
  const lasts = 2 * policy.brakeWindowMinutes * MINUTE;
  return placeOf(bankId, `ENDINGS#${hourOf(begun)}#${shardOf(ref)}`, begun + lasts);
}

/** Never throws. */
export function activePlaceOf({ bankId, ref, at, policy }: CountedConsent): CountPlace {
  const begun = activeSpans(at, policy).current;
  const lasts = 2 * policy.brakeActiveDays * DAY;
  return placeOf(bankId, `ACTIVE#${dayOf(begun)}#${shardOf(ref)}`, begun + lasts);
}

/** Never throws. */
export function endingKeysOf({ bankId, at, policy }: CountedConsent): CountKeys {
  const { current, previous } = endingSpans(at, policy);
  const keys = (begun: Instant) => shardsOf(bankId, `ENDINGS#${hourOf(begun)}`);
  return { current: keys(current), previous: keys(previous) };
}

/** Never throws. */
export function activeKeysOf({ bankId, at, policy }: CountedConsent): CountKeys {
  const { current, previous } = activeSpans(at, policy);
  const keys = (begun: Instant) => shardsOf(bankId, `ACTIVE#${dayOf(begun)}`);
  return { current: keys(current), previous: keys(previous) };
}

function placeOf(bankId: string, sk: string, neededUntil: Instant): CountPlace {
  return { key: keyOf(bankId, sk), expiresAt: Math.ceil((neededUntil + DAY) / SECOND) };
}

function shardsOf(bankId: string, name: string): readonly Item[] {
  return Array.from({ length: SHARDS_MAX }, (_, shard) => keyOf(bankId, `${name}#${shard}`));
}

function keyOf(bankId: string, sk: string): Item {
  return { pk: { S: `BANK#${bankId}` }, sk: { S: sk } };
}

function shardOf(ref: string): number {
  return hash32(ref, 0) % SHARDS_MAX;
}

/** `2026-11-23T08:00Z` */
function hourOf(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length)}Z`;
}

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);
}
