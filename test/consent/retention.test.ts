import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../shared/consent/instant.ts';
import { expiryOf } from '../../shared/consent/retention.ts';

function monthsLater(from: Date, months: number): Date {
  const later = new Date(from);
  later.setUTCMonth(later.getUTCMonth() + months);
  return later;
}

describe('the date after which an item may go', () => {
  it('is 400 days on, in seconds, and never early', () => {
    expect(expiryOf(Date.parse('2026-11-22T08:15:00.001Z'))).toBe(
      Date.parse('2027-12-27T08:15:01Z') / SECOND,
    );
  });

  it('lies beyond the 13 months of a dispute, whatever the day', () => {
    const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01') });

    fc.assert(
      fc.property(
        day.filter((one) => !Number.isNaN(one.getTime())),
        (from) => {
          expect(expiryOf(from.getTime()) * SECOND).toBeGreaterThan(
            monthsLater(from, 13).getTime(),
          );
        },
      ),
    );
  });
});
