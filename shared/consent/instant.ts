/**
 * Time in the core is a number that comes in on the event: milliseconds since the epoch, UTC.
 * Nothing here or beside it reads a clock.
 */
export type Instant = number;

export const SECOND: number = 1_000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
