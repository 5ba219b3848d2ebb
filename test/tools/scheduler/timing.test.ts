/** Which instants an expression means. Expected values are worked out by hand from calendars. */
import { describe, expect, it } from 'vitest';
import {
  firstOccurrence,
  occurrenceAfter,
  parseTiming,
  type Span,
} from '../../../tools/local/scheduler/timing.ts';

const NOW = Date.UTC(2026, 10, 22, 9, 30);

function occurrences(options: {
  readonly expression: string;
  readonly count: number;
  readonly zone?: string;
  readonly from?: string;
  readonly span?: Span;
}): readonly string[] {
  const { expression, count, zone = 'UTC', span = {} } = options;
  const timing = parseTiming(expression, zone);
  const from = options.from === undefined ? NOW : Date.parse(options.from);
  const found: string[] = [];
  let at = firstOccurrence(timing, span, from);
  while (at !== undefined && found.length < count) {
    found.push(new Date(at).toISOString().slice(0, 16));
    at = occurrenceAfter(timing, span, at);
  }
  return found;
}

describe('at', () => {
  it.each([
    ['UTC', '2026-12-01T08:00'],
    ['Europe/Berlin', '2026-12-01T07:00'],
    ['Asia/Kolkata', '2026-12-01T02:30'],
  ])('means the time that the clocks of %s show', (zone, expected) => {
    const found = occurrences({ expression: 'at(2026-12-01T08:00:00)', zone, count: 2 });

    expect(found).toEqual([expected]);
  });

  it('is moved past the gap when the clocks skip it', () => {
    const expression = 'at(2027-03-28T02:30:00)';

    expect(occurrences({ expression, zone: 'Europe/Berlin', count: 1 })).toEqual([
      '2027-03-28T01:30',
    ]);
  });

  it('is the first of two when the clocks show it twice', () => {
    const expression = 'at(2027-10-31T02:30:00)';

    expect(occurrences({ expression, zone: 'Europe/Berlin', count: 1 })).toEqual([
      '2027-10-31T00:30',
    ]);
  });
});

describe('rate', () => {
  it.each([
    ['rate(1 minute)', ['2026-11-22T09:30', '2026-11-22T09:31']],
    ['rate(5 minutes)', ['2026-11-22T09:30', '2026-11-22T09:35']],
    ['rate(2 hours)', ['2026-11-22T09:30', '2026-11-22T11:30']],
    ['rate(1 day)', ['2026-11-22T09:30', '2026-11-23T09:30']],
  ])('%s starts at once', (expression, expected) => {
    expect(occurrences({ expression, count: 2 })).toEqual(expected);
  });

  it('keeps to the grid of a start that is just past', () => {
    const span = { start: Date.parse('2026-11-22T09:28Z') };

    const found = occurrences({ expression: 'rate(5 minutes)', span, count: 2 });

    expect(found).toEqual(['2026-11-22T09:33', '2026-11-22T09:38']);
  });
});

describe('cron', () => {
  it.each([
    ['cron(0/15 9 * * ? *)', ['2026-11-22T09:30', '2026-11-22T09:45', '2026-11-23T09:00']],
    ['cron(0 8,20 * * ? *)', ['2026-11-22T20:00', '2026-11-23T08:00', '2026-11-23T20:00']],
    ['cron(15 10 ? * MON-FRI *)', ['2026-11-23T10:15', '2026-11-24T10:15', '2026-11-25T10:15']],
    ['cron(0 10 ? * 2,4 *)', ['2026-11-23T10:00', '2026-11-25T10:00', '2026-11-30T10:00']],
    ['cron(0 0 L * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-31T00:00']],
    ['cron(0 0 29 FEB ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0 0 15W * ? *)', ['2026-12-15T00:00', '2027-01-15T00:00', '2027-02-15T00:00']],
    ['cron(0 0 1W 5-8 ? *)', ['2027-05-03T00:00', '2027-06-01T00:00', '2027-07-01T00:00']],
    ['cron(0 0 LW 1,2,5 ? *)', ['2027-01-29T00:00', '2027-02-26T00:00', '2027-05-31T00:00']],
    ['cron(0 0 ? * 6L *)', ['2026-11-27T00:00', '2026-12-25T00:00', '2027-01-29T00:00']],
    ['cron(0 0 ? * TUE#1 *)', ['2026-12-01T00:00', '2027-01-05T00:00', '2027-02-02T00:00']],
    ['cron(0 0 ? * L *)', ['2026-11-28T00:00', '2026-12-05T00:00', '2026-12-12T00:00']],
    ['cron(0 12 1 1 ? 2027-2028)', ['2027-01-01T12:00', '2028-01-01T12:00']],
    ['cron(0 12 1 1 ? 2020)', []],
  ])('%s', (expression, expected) => {
    expect(occurrences({ expression, count: 3 })).toEqual(expected);
  });

  it('skips the time that the clocks skip', () => {
    const found = occurrences({
      expression: 'cron(30 2 * * ? *)',
      zone: 'Europe/Berlin',
      from: '2027-03-27T00:00Z',
      count: 2,
    });

    expect(found).toEqual(['2027-03-27T01:30', '2027-03-29T00:30']);
  });

  it('fires once when the clocks show the time twice', () => {
    const found = occurrences({
      expression: 'cron(30 2 * * ? *)',
      zone: 'Europe/Berlin',
      from: '2027-10-31T00:00Z',
      count: 2,
    });

    expect(found).toEqual(['2027-10-31T00:30', '2027-11-01T01:30']);
  });

  it.each([
    ['a minute past the hour', 'cron(60 * * * ? *)'],
    ['a range that runs backwards', 'cron(0 0 ? * FRI-MON *)'],
    ['a step of zero', 'cron(0/0 0 * * ? *)'],
    ['a word that is no month', 'cron(0 0 1 FOO ? *)'],
    ['a sixth weekday of a month', 'cron(0 0 ? * 2#6 *)'],
    ['seven fields', 'cron(0 0 0 * * ? *)'],
    ['both days open', 'cron(0 0 ? * ? *)'],
    ['a year after 2199', 'cron(0 0 1 1 ? 2200)'],
  ])('is refused for %s, and quoted', (_, expression) => {
    expect(() => parseTiming(expression, 'UTC')).toThrow(expression);
  });
});
