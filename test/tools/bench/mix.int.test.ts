/** What the bill is computed from is what the functions take today. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ALARM_METRICS } from '../../../tools/bench/bill.ts';
import { readCounted } from '../../../tools/bench/counted.ts';
import { type CountedMix, KIND_NAMES } from '../../../tools/bench/kinds.ts';
import { countMix } from '../../../tools/bench/mix.ts';
import { PROD, resolved, synthesise } from '../../infra/synthesised.ts';

const COUNTED = readCounted();
/** Lines have times and durations in them, a few digits more or less. */
const LOG_BYTES_OFF_MAX = 100;

let today: CountedMix;

beforeAll(async () => {
  today = await countMix();
});

describe('the counted mix (npm run bench -- bill, then npm run docs)', () => {
  it.each(KIND_NAMES)('has what a result of the kind "%s" takes', (kind) => {
    const { logBytes, ...taken } = today.kinds[kind];

    expect(COUNTED.kinds[kind]).toMatchObject(taken);
    expect(Math.abs(COUNTED.kinds[kind].logBytes - logBytes)).toBeLessThan(LOG_BYTES_OFF_MAX);
  });

  it('has the number of metrics that are written', () => {
    expect(COUNTED.metrics).toBe(today.metrics);
  });
});

describe('the bill', () => {
  it('has the metrics that the alarms look at', () => {
    const alarms = resolved(synthesise(PROD)).resources('AWS::CloudWatch::Alarm');

    const metrics = alarms.flatMap(({ properties: { Metrics } }) =>
      Array.isArray(Metrics) ? Metrics.filter(({ MetricStat }) => MetricStat !== undefined) : [1],
    );

    expect(metrics).toHaveLength(ALARM_METRICS);
  });
});
