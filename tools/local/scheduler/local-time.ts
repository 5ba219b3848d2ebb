/**
 * Wall-clock time in an IANA zone and the instants it stands for, right across changes of the
 * clocks: a time that the clocks skip is moved past the gap, one they show twice is the first.
 */
import { Temporal } from 'temporal-polyfill';

export interface LocalMinute {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Offsets such as `+01:00` are no zones to AWS, though they are to this runtime. */
const ZONE_NAME = /^[A-Za-z]/;

/** Asking the runtime takes 0.1 ms: what it knew once is not asked again. */
const zonesKnown = new Set<string>();
const ZONES_KNOWN_MAX = 1_000;

export function isTimeZone(name: string): boolean {
  if (zonesKnown.has(name)) return true;
  if (!ZONE_NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (zonesKnown.size < ZONES_KNOWN_MAX) zonesKnown.add(name);
  return true;
}

/** The instant (ms) of `yyyy-mm-ddThh:mm:ss` in `zone`; `undefined` for a day no calendar has. */
export function instantOfText(text: string, zone: string): number | undefined {
  try {
    const local = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return local.toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** The instant (ms) at which the clocks of `zone` show `local`; `undefined` if they skip it. */
export function instantOfMinute(local: LocalMinute, zone: string): number | undefined {
  const { year, month, day, hour, minute } = local;
  const plain = new Temporal.PlainDateTime(year, month, day, hour, minute);
  const zoned = plain.toZonedDateTime(zone);
  return zoned.toPlainDateTime().equals(plain) ? zoned.epochMilliseconds : undefined;
}

/** What the clocks of `zone` show at `at` (ms), to the minute. */
export function localMinuteOf(at: number, zone: string): LocalMinute {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}
