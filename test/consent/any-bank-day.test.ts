/**
 * Rule 7: the bank's day, held against Temporal on each of 400 days in every time zone this runtime
 * knows. All of it in every zone would take half a minute: of zones whose clocks agree for the
 * whole time one is asked for every day, the others where clocks change and on ordinary days; and
 * in each the dates that `Intl` tells, by which alone a zone is known, turn at the same instants.
 */
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type BankDay, bankDayOf } from '../../shared/consent/bank-day.ts';
import { DAY, HOUR, type Instant } from '../../shared/consent/instant.ts';
import { at } from '../support/story.ts';

const FROM = at('2026-11-22T08:15:03.120Z');
const DAYS = 400;
/** `Intl` lists neither UTC nor the newer of two names. */
const ZONES = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Asia/Kathmandu', 'Asia/Kolkata'];

function zoned(instant: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
}

/** The 400 days from that of `FROM` on, as Temporal knows them. */
function daysByTemporal(timeZone: string): readonly BankDay[] {
  const first = zoned(FROM, timeZone).toPlainDate();
  const starts = Array.from({ length: DAYS + 1 }, (_, days) => {
    return first.add({ days }).toZonedDateTime(timeZone).epochMilliseconds;
  });
  return starts.slice(1).map((end, index) => ({ start: starts[index] ?? end, end }));
}

/** What the zone's clocks are ahead of UTC, and when that changes, all through these days. */
function clockOf(timeZone: string): readonly (readonly [Instant, number])[] {
  const changes: [Instant, number][] = [];
  let next: Temporal.ZonedDateTime | null = zoned(FROM - 2 * DAY, timeZone);
  while (next !== null && next.epochMilliseconds < FROM + (DAYS + 2) * DAY) {
    changes.push([next.epochMilliseconds, next.offsetNanoseconds]);
    next = next.getTimeZoneTransition('next');
  }
  return changes;
}

interface Clock {
  readonly zones: readonly [string, ...string[]];
  readonly changes: readonly Instant[];
  readonly days: readonly BankDay[];
}

/** All clocks there are, each with the zones that keep it. */
function clocks(): readonly Clock[] {
  const groups = Map.groupBy(ZONES, (timeZone) => JSON.stringify(clockOf(timeZone)));
  return [...groups.values()].map(([first = '', ...others]) => {
    const [, ...changes] = clockOf(first).map(([change]) => change);
    return { zones: [first, ...others], changes, days: daysByTemporal(first) };
  });
}

/** Whether the zone's dates turn where these days begin, and nowhere between. */
function turnsWith(days: readonly BankDay[], timeZone: string): boolean {
  const { format } = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const dates = days.map(({ start, end }) => [format(start), format(end - 1)] as const);
  const each = new Set(dates.flat());
  return each.size === days.length && dates.every(([first, last]) => first === last);
}

const length = ({ start, end }: { start: Instant; end: Instant }) => (end - start) / HOUR;

describe('the bank’s day', () => {
  const all = clocks();
  const differs = (moment: Instant, timeZone: string, expected: BankDay | undefined) => {
    const { start, end } = bankDayOf(moment, timeZone);
    return start !== expected?.start || end !== expected.end;
  };

  it('starts and ends where Temporal says on each of 400 days, by every clock there is', () => {
    const lengths = new Set<number>();
    const withoutMidnight = new Set<string>();
    const wrong: string[] = [];

    for (const { zones, days } of all) {
      const [timeZone] = zones;
      for (const [index, day] of days.entries()) {
        lengths.add(length(day));
        if (length(day) < 24 && zoned(day.start, timeZone).hour > 0) withoutMidnight.add(timeZone);
        const moment = index % 2 === 0 ? day.start : day.end - 1;
        if (differs(moment, timeZone, day)) wrong.push(`${timeZone}, day ${index}`);
      }
    }

    expect(wrong).toEqual([]);
    expect([...lengths]).toEqual(expect.arrayContaining([23, 23.5, 24, 24.5, 25]));
    expect([...withoutMidnight]).toEqual(expect.arrayContaining(['Africa/Cairo', 'Asia/Beirut']));
  });

  it('is the same in all time zones that keep the same clock', () => {
    const wrong: string[] = [];

    for (const { zones, changes, days } of all) {
      const around = changes.flatMap((change) => [change - 25 * HOUR, change - 1, change]);
      for (const timeZone of zones) {
        if (!turnsWith(days, timeZone)) wrong.push(timeZone);
        for (const moment of [FROM, FROM + 193 * DAY, ...around]) {
          const expected = days.find(({ end }) => moment < end);
          if (differs(moment, timeZone, expected)) wrong.push(`${timeZone}, ${moment}`);
        }
      }
    }

    expect(all.flatMap(({ zones }) => zones)).toHaveLength(ZONES.length);
    expect(wrong).toEqual([]);
  });
});
