/**
 * When a schedule fires: its expression, read once, and the instants that follow from it. One-time
 * schedules ignore StartDate and EndDate; recurring ones start at StartDate, or at once.
 */
import { type Cron, nextOfCron, parseCron } from './cron.ts';
import { instantOfText, isTimeZone } from './local-time.ts';
import { invalid } from './refusal.ts';

export type Timing =
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'rate'; readonly everyMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron; readonly zone: string };

/** Instants in ms since the epoch. */
export interface Span {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const START_DATE_AGE_MAX_MS = 300_000;

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d)\)$/;
const RATE = /^rate\(([1-9]\d{0,5}) (minute|hour|day)s?\)$/;
const CRON = /^cron\((.+)\)$/;

/** Throws a Refusal that quotes the expression or the zone and says what was expected. */
export function parseTiming(expression: string, zone: string): Timing {
  if (!isTimeZone(zone)) {
    throw invalid(`Invalid ScheduleExpressionTimezone '${zone}': expected an IANA time zone name.`);
  }
  const [, local] = AT.exec(expression) ?? [];
  const at = local === undefined ? undefined : instantOfText(local, zone);
  if (at !== undefined) return { kind: 'at', at };

  const [, value, unit] = RATE.exec(expression) ?? [];
  if (unit === 'minute' || unit === 'hour' || unit === 'day') {
    return { kind: 'rate', everyMs: Number(value) * UNIT_MS[unit] };
  }
  const [, fields] = CRON.exec(expression) ?? [];
  const cron = fields === undefined ? undefined : parseCron(fields);
  if (cron !== undefined) return { kind: 'cron', cron, zone };

  throw invalid(
    `Invalid Schedule Expression ${expression}. Expected at(yyyy-mm-ddThh:mm:ss), ` +
      'rate(value minutes|hours|days) or cron(minutes hours day-of-month month day-of-week year).',
  );
}

/** Throws a Refusal for what could never fire: a past `at`, a past start, an end before it. */
export function checkSpan(timing: Timing, span: Span, now: number): void {
  if (timing.kind === 'at') {
    if (timing.at >= now) return;
    throw invalid(`Invalid Schedule Expression: ${iso(timing.at)} is past, it is ${iso(now)}.`);
  }
  const { start, end } = span;
  if (start !== undefined && start < now - START_DATE_AGE_MAX_MS) {
    throw invalid(
      `Invalid StartDate ${iso(start)}: it must not be earlier than 5 minutes ago, ` +
        `and it is ${iso(now)}.`,
    );
  }
  if (end !== undefined && end <= (start ?? now)) {
    throw invalid(`Invalid EndDate ${iso(end)}: it must be after ${iso(start ?? now)}.`);
  }
}

/** The first instant (ms) at which a schedule made or changed at `now` fires. */
export function firstOccurrence(timing: Timing, span: Span, now: number): number | undefined {
  const from = Math.max(now, span.start ?? now);
  switch (timing.kind) {
    case 'at':
      return timing.at;
    case 'rate': {
      const anchor = span.start ?? now;
      const steps = Math.ceil((from - anchor) / timing.everyMs);
      return within(span, anchor + steps * timing.everyMs);
    }
    case 'cron':
      return within(span, nextOfCron(timing.cron, timing.zone, from));
  }
}

/** The instant (ms) after the one at `previous`; `undefined` when that was the last. */
export function occurrenceAfter(timing: Timing, span: Span, previous: number): number | undefined {
  switch (timing.kind) {
    case 'at':
      return undefined;
    case 'rate':
      return within(span, previous + timing.everyMs);
    case 'cron':
      return within(span, nextOfCron(timing.cron, timing.zone, previous + 1));
  }
}

function within(span: Span, at: number | undefined): number | undefined {
  return at !== undefined && at <= (span.end ?? at) ? at : undefined;
}

/** To the second, as AWS writes instants. */
export function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
