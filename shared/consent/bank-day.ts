/**
 * The bank's calendar day: where it starts and where the next one does, in the bank's own zone, on
 * days of 23 and 25 hours and on days without a midnight. The zone's rules are `Intl`'s; the bounds
 * are searched, never computed from 24 hours. (rule 7)
 */
import { hash32 } from './hash32.ts';
import { HOUR, type Instant } from './instant.ts';

export interface BankDay {
  readonly start: Instant;
  /** The start of the next day. */
  readonly end: Instant;
}

export const DEFAULT_TIME_ZONE = 'Europe/Berlin';

/** No local day is longer, whatever a zone does to its clocks. */
const SEARCH_SPAN = 50 * HOUR;
const DAYS_CACHED_PER_ZONE = 4;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  days: readonly BankDay[];
}

const zones = new Map<string, Zone>();

/** The local day that holds `at`. Throws a RangeError on a zone this runtime does not know. */
export function bankDayOf(at: Instant, timeZone: string): BankDay {
  const zone = zoneNamed(timeZone);
  for (const day of zone.days) if (day.start <= at && at < day.end) return day;

  const date = zone.format.format(at);
  const day = {
    start: firstInstant(at - SEARCH_SPAN, at, (t) => zone.format.format(t) >= date),
    end: firstInstant(at, at + SEARCH_SPAN, (t) => zone.format.format(t) > date),
  };
  zone.days = [day, ...zone.days.slice(0, DAYS_CACHED_PER_ZONE - 1)];
  return day;
}

/** The start of the first of the next month, UTC. */
export function nextMonthOf(at: Instant): Instant {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

/** A share of `span` (ms) that depends on `ref` alone, so that not everyone wakes at midnight. */
export function spreadOf(ref: string, span: number): number {
  return Math.floor((hash32(ref) / 2 ** 32) * span);
}

/** The first instant after `from` and up to `to` at which `holds` has become true. */
function firstInstant(from: Instant, to: Instant, holds: (at: Instant) => boolean): Instant {
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function zoneNamed(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;

  // sv-SE writes dates as yyyy-mm-dd, which compare as strings.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const zone = { format, days: [] };
  zones.set(timeZone, zone);
  return zone;
}
