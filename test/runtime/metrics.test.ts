import { describe, expect, it } from 'vitest';
import { createCounts } from '../../shared/runtime/metrics.ts';
import { linesOf } from './written-lines.ts';

describe('counts', () => {
  it('are added up and written once, in one line per set of dimensions', () => {
    const counts = createCounts('worker', 'Stage');
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
      Namespace: 'Stage',
      Dimensions: [['service', 'outcome', 'provider']],
      Metrics: [{ Name: 'Decided', Unit: 'Count' }],
    });
    expect(lines[2]).not.toHaveProperty('outcome');
  });

  it('are written once', () => {
    const counts = createCounts('worker', 'Stage');
    counts.count('Decided');
    linesOf(() => counts.flush());

    const lines = linesOf(() => counts.flush());

    expect(lines).toStrictEqual([]);
  });

  it('lose their dimensions when there are too many sets of them, and are still counted', () => {
    const counts = createCounts('worker', 'Stage');
    for (let index = 0; index < 100; index += 1) counts.count('Decided', { word: `w${index}` });

    const lines = linesOf(() => counts.flush());

    expect(lines).toHaveLength(65);
    expect(lines.at(-1)).toMatchObject({ Decided: 36 });
  });

  it('take a word of any length, and leave out an empty one', () => {
    const counts = createCounts('worker', 'Stage');
    counts.count('Decided', { word: 'w'.repeat(2_000), none: '' });

    const [line] = linesOf(() => counts.flush());

    expect(line?.word).toBe('w'.repeat(64));
    expect(line).not.toHaveProperty('none');
  });

  it('are written when they are 0', () => {
    const counts = createCounts('worker', 'Stage');
    counts.count('Found', {}, 0);

    const lines = linesOf(() => counts.flush());

    expect(lines).toMatchObject([{ service: 'worker', Found: 0 }]);
  });
});

describe('a distribution', () => {
  it('keeps each value, beside the counts of its dimensions', () => {
    const counts = createCounts('worker', 'Stage');
    counts.observe('Left', 3, 'Count', { provider: 'keybank' });
    counts.observe('Left', 0, 'Count', { provider: 'keybank' });
    counts.observe('After', 1_500, 'Milliseconds');
    counts.count('Decided');

    const lines = linesOf(() => counts.flush());

    expect(lines).toMatchObject([
      { provider: 'keybank', Left: [3, 0] },
      { After: 1_500, Decided: 1 },
    ]);
    expect(lines[1]).toHaveProperty('_aws.CloudWatchMetrics.0.Metrics', [
      { Name: 'After', Unit: 'Milliseconds' },
      { Name: 'Decided', Unit: 'Count' },
    ]);
  });

  it('of more values than a line takes has several lines, each with its dimensions', () => {
    const counts = createCounts('worker', 'Stage');
    const values = Array.from({ length: 250 }, (_, index) => index);

    const lines = linesOf(() => {
      for (const value of values) counts.observe('Left', value, 'Count', { provider: 'keybank' });
      counts.count('Decided', { provider: 'keybank' });
      counts.flush();
    });

    expect(lines.map(({ provider, service }) => [provider, service])).toEqual(
      lines.map(() => ['keybank', 'worker']),
    );
    expect(lines.map(({ Left }) => Array.isArray(Left) && Left.length)).toEqual([99, 99, 52]);
    expect(lines.flatMap(({ Left }) => Left)).toEqual(values);
    expect(lines.map(({ Decided }) => Decided)).toEqual([undefined, undefined, 1]);
  });

  it('is written as soon as it fills a line, and not kept until the end', () => {
    const counts = createCounts('worker', 'Stage');

    const lines = linesOf(() => {
      for (let index = 0; index < 99; index += 1) counts.observe('Left', index, 'Count');
    });

    expect(lines).toHaveLength(1);
    expect(linesOf(() => counts.flush())).toEqual([]);
  });
});
