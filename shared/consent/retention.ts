/**
 * How what is stored lasts: each item names the version of its form, so that code which does not
 * know it leaves it alone, and the date after which DynamoDB deletes it. Both are said here because
 * the store and the performers write items by them, and may not import each other.
 */
import { DAY, type Instant, SECOND } from './instant.ts';

/** Goes up when an item means what the code before would misread. (docs/state.md) */
export const SCHEMA_VERSION = 1;

/** The attribute that the table's TTL goes by. */
export const EXPIRES_AT = 'expiresAt';

/** 13 months in which a PSU may dispute a payment (PSD2, article 71), and a few days more. */
export const RETENTION_DAYS = 400;

/** When what was last needed at `at` may go: seconds since 1970, as TTL wants. Never throws. */
export function expiryOf(at: Instant): number {
  return Math.ceil((at + RETENTION_DAYS * DAY) / SECOND);
}
