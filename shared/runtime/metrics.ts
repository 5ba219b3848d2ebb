/**
 * Counts, written once per invocation as CloudWatch's embedded metric format: a line per set of
 * dimensions instead of a call per count. What is counted is by name and by few, short words; an
 * id is no dimension, for each one would be a metric of its own.
 */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const NAMESPACE = 'ConsentLifecycle';
const DIMENSION_CHARS_MAX = 64;
/** Further sets of one invocation are counted without their dimensions. */
const SETS_MAX = 64;

export type Dimensions = Readonly<Record<string, string>>;

export interface Counts {
  /** Adds `by` to a count. Never throws. */
  count(name: string, dimensions?: Dimensions, by?: number): void;
  /** Writes what was counted since the last flush: nothing, if nothing was. */
  flush(): void;
}

interface CountedSet {
  readonly dimensions: Dimensions;
  readonly counts: Map<string, number>;
}

function shortened(dimensions: Dimensions): Dimensions {
  return Object.fromEntries(
    Object.entries(dimensions)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, value.slice(0, DIMENSION_CHARS_MAX)])
      .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  );
}

export function createCounts(service: string): Counts {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: service });
  const sets = new Map<string, CountedSet>();

  const setOf = (dimensions: Dimensions): CountedSet => {
    const key = JSON.stringify(dimensions);
    const found = sets.get(key);
    if (found !== undefined) return found;
    if (sets.size >= SETS_MAX && key !== '{}') return setOf({});

    const fresh = { dimensions, counts: new Map<string, number>() };
    sets.set(key, fresh);
    return fresh;
  };

  return {
    count: (name, dimensions = {}, by = 1) => {
      const { counts } = setOf(shortened(dimensions));
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    flush: () => {
      for (const { dimensions, counts } of sets.values()) {
        for (const [name, value] of Object.entries(dimensions)) metrics.addDimension(name, value);
        for (const [name, value] of counts) metrics.addMetric(name, MetricUnit.Count, value);
        metrics.publishStoredMetrics();
      }
      sets.clear();
    },
  };
}
