import { describe, expect, it } from 'vitest';
import { createCounts } from '../../shared/runtime/metrics.ts';
import { linesOf } from './written-lines.ts';

describe('counts', () => {
  it('are added up and written once, in one line per set of dimensions', () => {
    const counts = createCounts('worker');
    counts.count('Decided', { outcome: 'advanced', provider: 'keybank' });
    counts.count('Decided', { provider: 'keybank', outcome: 'advanced' }, 2);
    counts.count('Decided', { outcome: 'ignored', provider: 'keybank' });
    counts.count('Unreadable');

    const lines = linesOf(() => counts.flush());

    expect(lines).toHaveLength(3);
    expect(lines).toMatchObject([
      { service: 'worker', outcome: 'advanced', provider: 'keybank', Decided: 3 },
      { service: 'worker', outcome: 'ignored', provider: 'keybank', Decided: 1 },
      { service: 'worker', Unreadable: 1 },
    ]);
    expect(lines[0]).toHaveProperty('_aws.CloudWatchMetrics.0', {
      Namespace: 'ConsentLifecycle',
      Dimensions: [['service', 'outcome', 'provider']],
      Metrics: [{ Name: 'Decided', Unit: 'Count' }],
    });
    expect(lines[2]).not.toHaveProperty('outcome');
  });

  it('are written once', () => {
    const counts = createCounts('worker');
    counts.count('Decided');
    linesOf(() => counts.flush());

    const lines = linesOf(() => counts.flush());

    expect(lines).toStrictEqual([]);
  });

  it('lose their dimensions when there are too many sets of them, and are still counted', () => {
    const counts = createCounts('worker');
    for (let index = 0; index < 100; index += 1) counts.count('Decided', { word: `w${index}` });

    const lines = linesOf(() => counts.flush());

    expect(lines).toHaveLength(65);
    expect(lines.at(-1)).toMatchObject({ Decided: 36 });
  });

  it('take a word of any length, and leave out an empty one', () => {
    const counts = createCounts('worker');
    counts.count('Decided', { word: 'w'.repeat(2_000), none: '' });

    const [line] = linesOf(() => counts.flush());

    expect(line?.word).toBe('w'.repeat(64));
    expect(line).not.toHaveProperty('none');
  });
});
