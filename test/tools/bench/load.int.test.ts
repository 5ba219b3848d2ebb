/** Under load every message is accounted for, and one that is lost is missed. */
import { describe, expect, it } from 'vitest';
import { measureLoad } from '../../../tools/bench/load.ts';
import { addUp } from '../../../tools/bench/load-sums.ts';

const RESULTS = 300;
const LOSING = new URL('../../support/functions/losing.ts', import.meta.url);

describe('results under load', () => {
  it('are applied, ignored as duplicates or set aside with their reason, and add up', async () => {
    const progress: string[] = [];

    const load = await measureLoad({ results: RESULTS, progress: (line) => progress.push(line) });

    expect(load.sums).toEqual([
      { what: 'applied', sent: 291, found: 291 },
      { what: 'ignored as a duplicate', sent: 6, found: 6 },
      { what: 'dead-lettered, no JSON', sent: 1, found: 1 },
      { what: 'dead-lettered, unknown provider', sent: 1, found: 1 },
      { what: 'dead-lettered, bad subject', sent: 1, found: 1 },
      { what: 'anything else', sent: 0, found: 0 },
      { what: 'results', sent: RESULTS, found: RESULTS },
      { what: 'grants applied', sent: 12, found: 12 },
      { what: 'decisions, and versions in the table', sent: 303, found: 303 },
    ]);
    expect(addUp(load.sums)).toBe(true);
    expect(load.cameAgain).toBe(0);
    expect(load.latencies).toHaveLength(291);
    expect(load.latencies.every((ms) => ms >= 0)).toBe(true);
    expect(load.samples.every(({ worker, rss }) => worker > 0 && worker < rss)).toBe(true);
    expect(load.samples.at(-1)?.results).toBe(RESULTS);
    expect(progress).toHaveLength(10);
  });

  it('do not add up when the worker loses one', async () => {
    const functions = { 'bank-call-results': LOSING };

    const load = await measureLoad({ results: RESULTS, progress: () => undefined, functions });

    expect(addUp(load.sums)).toBe(false);
    expect(load.sums).toContainEqual({ what: 'applied', sent: 291, found: 290 });
    expect(load.sums).toContainEqual({ what: 'results', sent: RESULTS, found: RESULTS - 1 });
  });
});
