/**
 * Calls of which the consent knows before their results have come: the one that is being made, and
 * those that have been answered and whose messages are on their way. (docs/callers.md)
 */
import type { Instant } from './instant.ts';

/** A caller's call under way: until it is answered or its time is up, no other one begins. */
export interface Lease {
  /** The key of the result that will report it. */
  readonly resultKey: string;
  readonly until: Instant;
  /** The request that it answers. */
  readonly requestId?: string;
}

/**
 * A result whose message is still to come: its call has been counted. Where its caller has written
 * its token down as well, what was true of it then.
 */
export interface Foretold {
  readonly key: string;
  readonly requestId?: string;
  /** Its token had never been seen. */
  readonly fresh?: boolean;
  /** Its call had used a token that was not the latest any more. */
  readonly lostRace?: boolean;
}
