/**
 * Reads what people write for times: RFC 3339 instants and ISO 8601 durations of fixed length. What
 * it cannot read is quoted back with what was expected; months and years, whose length depends on
 * the calendar, are not guessed.
 */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const DURATION = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];
/** A hundred years: beyond it nothing of a consent is left to see. */
const DURATION_MS_MAX = 36_525 * 86_400_000;
/** Characters of a bad value that are quoted. */
const QUOTED_MAX = 80;

export type Read =
  | { readonly kind: 'ms'; readonly ms: number }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Milliseconds since the epoch. Never throws. */
export function readInstant(value: unknown): Read {
  const ms = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(ms)) return { kind: 'ms', ms };
  return unreadable(value, 'an RFC 3339 time with its offset, like 2026-11-23T00:20:00Z');
}

/** A duration in milliseconds. Never throws. */
export function readDuration(value: unknown): Read {
  const parts = typeof value === 'string' ? DURATION.exec(value) : null;
  const expected = 'an ISO 8601 duration of weeks, days, hours, minutes or seconds, like PT24H';
  if (parts === null) return unreadable(value, expected);

  const ms = UNITS_MS.reduce((sum, unit, at) => sum + unit * Number(parts[at + 1] ?? 0), 0);
  return ms <= DURATION_MS_MAX
    ? { kind: 'ms', ms }
    : unreadable(value, 'at most a hundred years (P36525D)');
}

function unreadable(value: unknown, expected: string): Read {
  const quoted = (JSON.stringify(value) ?? 'nothing').slice(0, QUOTED_MAX);
  return { kind: 'unreadable', why: `${quoted} is not ${expected}` };
}
