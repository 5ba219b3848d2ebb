/** Rule 7: the bank's day where it is hardest, held against Temporal, and the hours from it on. */
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { type BankDay, bankDayOf, nextMonthOf, spreadOf } from '../../shared/consent/bank-day.ts';
import { HOUR, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import { at } from '../support/story.ts';

const FROM = at('2026-11-22T08:15:03.120Z');

function zoned(instant: Instant, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
}

/** The day that holds `instant`, as Temporal knows it. */
function dayByTemporal(instant: Instant, timeZone: string): BankDay {
  const start = zoned(instant, timeZone).startOfDay();
  const end = start.toPlainDate().add({ days: 1 }).toZonedDateTime(timeZone).startOfDay();
  return { start: start.epochMilliseconds, end: end.epochMilliseconds };
}

const inUtc = ({ start, end }: { start: Instant; end: Instant }) =>
  [start, end].map((instant) => new Date(instant).toISOString());

describe('the bank’s day', () => {
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
