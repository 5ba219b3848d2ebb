/**
 * The sparse index `owed`: which consents owe something, and since when. A consent that owes
 * nothing and waits for nothing is not in it. It is spread over a few partitions, because every
 * decision that owes an effect writes to it, and one partition takes 1,000 writes a second.
 */
import type { Instant } from '../consent/instant.ts';
import type { Save } from '../lifecycle/ports.ts';

export const OWED_INDEX = 'owed';

/** Partitions that the index is spread over. */
const OWED_SHARDS = 4;

const HASH_FACTOR = 31;

/** All partitions of the index. */
export const OWED_PARTITIONS: readonly string[] = Array.from(
  { length: OWED_SHARDS },
  (_, shard) => `OWED#${shard}`,
);

/** The partition of the index in which the consent with this `ref` stands. Never throws. */
export function owedPartitionOf(ref: string): string {
  let hash = 0;
  for (let at = 0; at < ref.length; at++) {
    hash = (Math.imul(hash, HASH_FACTOR) + ref.charCodeAt(at)) >>> 0;
  }
  return `OWED#${hash % OWED_SHARDS}`;
}

/**
 * Since when, or from when on, something is owed (ms): the time of this write if effects are
 * owed, the timer's due time if that is set, the earlier of both; `undefined` if there is neither.
 * Never throws.
 */
export function owedSince({ consent, outbox, now }: Save): Instant | undefined {
  const timerDueAt = consent.timer?.dueAt;
  if (outbox.length === 0) return timerDueAt;
  return timerDueAt === undefined ? now : Math.min(now, timerDueAt);
}
