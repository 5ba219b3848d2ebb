/** The list of metrics is one that CloudWatch and whoever reads it can tell apart. */
import { describe, expect, it } from 'vitest';
import {
  DIMENSIONS,
  EFFECT_METRICS,
  METRICS,
  NOTE_METRICS,
} from '../../shared/worker/metric-names.ts';

describe('the list of metrics', () => {
  // A metric that is named like a dimension cannot be written in one line with it.
  it('has each name once, whether of a metric or of a dimension', () => {
    const names = [
      'service',
      ...Object.keys(DIMENSIONS),
      ...Object.keys(METRICS),
      ...NOTE_METRICS,
      ...EFFECT_METRICS,
    ];

    expect(names).toEqual([...new Set(names)]);
  });

  it.each(Object.entries(DIMENSIONS))('has each %s once', (_, values) => {
    expect(values).toEqual([...new Set(values)]);
  });
});
