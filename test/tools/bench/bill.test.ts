/** The bill adds up; that the page prints what it says is a test of the printed pages. */
import { describe, expect, it } from 'vitest';
import { billOf, billTable, dollarsOf } from '../../../tools/bench/bill.ts';
import { readCounted } from '../../../tools/bench/counted.ts';
import { type Counted, type CountedMix, KIND_NAMES, KINDS } from '../../../tools/bench/kinds.ts';

const NOTHING: Counted = {
  results: 0,
  timers: 0,
  calls: {},
  writeUnits: 0,
  readUnits: 0,
  logLines: 0,
  logBytes: 0,
};

/** A mix in which every result takes this. */
function mixOf(each: Partial<Counted>): CountedMix {
  const kinds = KIND_NAMES.map((kind) => [kind, { ...NOTHING, ...each }]);
  return { kinds: Object.fromEntries(kinds), metrics: 0 };
}

/** What a million of them cost more than nothing does, in whole cents. */
function centsOf(each: Partial<Counted>): number {
  const cost = (mix: CountedMix) => dollarsOf(billOf(mix), 1_000_000);
  return Math.round((cost(mixOf(each)) - cost(mixOf({}))) * 100);
}

describe('the mix', () => {
  it('is a thousand results', () => {
    const shares = Object.values(KINDS).map(({ perThousand }) => perThousand);

    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1_000);
  });
});

describe('the bill', () => {
  it.each<[string, Partial<Counted>, number]>([
    ['8 write units', { writeUnits: 8 }, 500],
    ['2 consistent reads', { readUnits: 2 }, 25],
    ['a notice', { calls: { 'sns:Publish': 1 } }, 50],
    ['a request, sent, received and deleted', { calls: { 'sqs:SendMessage': 1 } }, 150],
    ['2 KB of log', { logBytes: 2_000 }, 100],
    ['a call that AWS asks nothing for', { calls: { 'scheduler:CreateSchedule': 1 } }, 0],
  ])('of a million results with %s more', (_what, each, cents) => {
    expect(centsOf(each)).toBe(cents);
  });

  it('is the same every month before the first result', () => {
    const [nothing, something] = [mixOf({}), mixOf({ results: 1, writeUnits: 8 })];

    expect(dollarsOf(billOf(something), 0)).toBe(dollarsOf(billOf(nothing), 0));
    expect(dollarsOf(billOf(nothing), 0)).toBeGreaterThan(0);
  });

  it('has the sum of its lines for the worker', () => {
    const table = billTable(readCounted());

    const sums = table.split('\n').map((line) => line.split('|')[3]?.replaceAll(',', '').trim());
    const lines = billOf(readCounted()).length;
    const amounts = sums.slice(2, 2 + lines).map(Number);
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    expect(Number(sums[2 + lines])).toBeCloseTo(total, 0);
  });
});
