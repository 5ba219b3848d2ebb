/** Times as an operator reads them: in UTC, and on the clock of the bank's own day. */
import { DEFAULT_TIME_ZONE } from '../../shared/consent/bank-day.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { Bank } from '../../shared/consent/provider.ts';

const SECONDS = 'yyyy-mm-ddThh:mm:ss'.length;
const DATE = 'yyyy-mm-dd'.length;

export interface Time {
  readonly utc: string;
  /** Wall clock without an offset; `zone` says whose. */
  readonly local: string;
  readonly zone: string;
}

/** Throws a RangeError on a zone that this runtime does not know. */
export function timeAt(at: Instant, { timeZone = DEFAULT_TIME_ZONE }: Bank): Time {
  // sv-SE writes `yyyy-mm-dd hh:mm:ss`.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return { utc: new Date(at).toISOString(), local: format.format(at), zone: timeZone };
}

/** `2026-11-23 08:00:00 UTC (09:00:00 Europe/Berlin)`, with the bank's date where it is another. */
export function timeText(at: Instant, bank: Bank): string {
  const { utc, local, zone } = timeAt(at, bank);
  const shown = utc.slice(0, SECONDS).replace('T', ' ');
  const sameDay = shown.slice(0, DATE) === local.slice(0, DATE);
  return `${shown} UTC (${sameDay ? local.slice(DATE + 1) : local} ${zone})`;
}
