/**
 * Rule 7: the bank's day, held against Temporal in every time zone this runtime knows: around each
 * change of its clocks within 400 days, and on ordinary days.
 */
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { bankDayOf, nextMonthOf, spreadOf } from '../../shared/consent/bank-day.ts';
import { HOUR, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import { at } from '../support/story.ts';

const FROM = at('2026-11-22T08:15:03.120Z');
const DAYS = 400;
const ORDINARY_DAYS = [0, 193, DAYS];

function zoned(instant: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
}

/** The day that holds `instant`, as Temporal knows it. */
function dayByTemporal(instant: Instant, timeZone: string) {
  const start = zoned(instant, timeZone).startOfDay();
  const end = start.toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone).startOfDay();
  return { start: start.epochMilliseconds, end: end.epochMilliseconds };
}

/** The moments at which the zone's clocks change within the time looked at. */
function changesIn(timeZone: string): readonly Instant[] {
  const changes: Instant[] = [];
  let next = zoned(FROM, timeZone).getTimeZoneTransition('next');
  while (next !== null && next.epochMilliseconds < FROM + DAYS * 24 * HOUR) {
    changes.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition('next');
  }
  return changes;
}

const length = ({ start, end }: { start: Instant; end: Instant }) => (end - start) / HOUR;
const inUtc = ({ start, end }: { start: Instant; end: Instant }) =>
  [start, end].map((instant) => new Date(instant).toISOString());

describe('the bank’s day', () => {
  it('starts and ends where Temporal says, in every time zone, on 23- and 25-hour days too', () => {
    const lengths = new Set<number>();
    const withoutMidnight = new Set<string>();
    const wrong: string[] = [];

    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      const changes = changesIn(timeZone);
      const moments = [
        ...ORDINARY_DAYS.map((days) => FROM + days * 24 * HOUR),
        ...changes.flatMap((change) => [change - 1, change, change + 20 * HOUR]),
        ...changes.map((change) => change - 25 * HOUR),
      ];
      for (const moment of moments) {
        const day = bankDayOf(moment, timeZone);
        const expected = dayByTemporal(moment, timeZone);
        lengths.add(length(day));
        if (zoned(expected.start, timeZone).hour > 0) withoutMidnight.add(timeZone);
        if (day.start === expected.start && day.end === expected.end) continue;
        wrong.push(`${timeZone} at ${new Date(moment).toISOString()}`);
      }
    }

    expect(wrong).toEqual([]);
    expect([...lengths]).toEqual(expect.arrayContaining([23, 23.5, 24, 24.5, 25]));
    expect([...withoutMidnight]).toEqual(expect.arrayContaining(['Africa/Cairo', 'Asia/Beirut']));
  });

  it.each([
    ['of 23 hours', '2027-03-28T10:00Z', 'Europe/Berlin', '2027-03-27T23:00Z', '2027-03-28T22:00Z'],
    ['of 25 hours', '2026-10-25T10:00Z', 'Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['without a midnight', '2026-09-06T12:00Z', 'America/Santiago', '2026-09-06T04:00Z', ''],
    ['with two midnights', '2026-11-01T12:00Z', 'America/Havana', '2026-11-01T04:00Z', ''],
    ['before one that never was', '2011-12-29T20:00Z', 'Pacific/Apia', '2011-12-29T10:00Z', ''],
  ])('%s', (_, moment, timeZone, start, end) => {
    const day = bankDayOf(at(moment), timeZone);

    const expected = dayByTemporal(at(moment), timeZone);
    expect(inUtc(day)).toEqual(inUtc(expected));
    expect(day.start).toBe(at(start));
    expect(day.end).toBe(end === '' ? expected.end : at(end));
  });

  it('holds its first instant and not the one where the next begins', () => {
    const { start, end } = bankDayOf(FROM, 'Asia/Kolkata');

    expect(bankDayOf(start, 'Asia/Kolkata')).toEqual({ start, end });
    expect(bankDayOf(end - 1, 'Asia/Kolkata')).toEqual({ start, end });
    expect(bankDayOf(end, 'Asia/Kolkata').start).toBe(end);
    expect(bankDayOf(start - 1, 'Asia/Kolkata').end).toBe(start);
  });

  it('is the same whatever days were asked for before', () => {
    const days = [0, 3, 1, 9, 0, 5, 7, 3, 0].map((n) => FROM + n * 24 * HOUR);

    for (const day of days) {
      expect(bankDayOf(day, 'Europe/Lisbon')).toEqual(dayByTemporal(day, 'Europe/Lisbon'));
    }
  });

  it('is refused in a zone that nobody knows', () => {
    expect(() => bankDayOf(FROM, 'Mars/Olympus_Mons')).toThrow(RangeError);
  });
});

describe('the spread', () => {
  const refs = Array.from({ length: 2_000 }, (_, n) => `ref-${n}`);

  it('stays within its bounds and uses all of them', () => {
    const spreads = refs.map((ref) => spreadOf(ref, 15 * MINUTE));

    const perMinute = Object.values(Object.groupBy(spreads, (one) => Math.floor(one / MINUTE)));
    expect(Math.min(...spreads)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...spreads)).toBeLessThan(15 * MINUTE);
    expect(perMinute).toHaveLength(15);
    expect(Math.max(...perMinute.map((one) => one?.length ?? 0))).toBeLessThan(400);
  });

  it('depends on the consent alone', () => {
    const [one, again] = [
      refs.map((ref) => spreadOf(ref, HOUR)),
      refs.map((ref) => spreadOf(ref, HOUR)),
    ];

    expect(one).toEqual(again);
    expect(spreadOf('ref-1', 0)).toBe(0);
  });
});

describe('the next month', () => {
  it.each([
    ['2026-11-22T08:15:03.120Z', '2026-12-01T00:00Z'],
    ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00Z'],
    ['2027-01-01T00:00Z', '2027-02-01T00:00Z'],
    ['2028-01-31T12:00Z', '2028-02-01T00:00Z'],
  ])('after %s starts at %s', (moment, expected) => {
    expect(nextMonthOf(at(moment))).toBe(at(expected));
  });
});
