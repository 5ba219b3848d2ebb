/**
 * Counts and distributions, written as CloudWatch's embedded metric format at the end of each
 * invocation: a line per set of dimensions instead of a call per count. What is counted is by name
 * and by few, short words; an id is no dimension, for each one would be a metric of its own.
 */
import { Metrics, type MetricUnit } from '@aws-lambda-powertools/metrics';

const DIMENSION_CHARS_MAX = 64;
/** Further sets of one invocation are counted without their dimensions. */
const SETS_MAX = 64;
/**
 * A set with this many values of one metric is written at once. CloudWatch takes 100 a line, but
 * at 100 Powertools writes by itself, and what follows would go without its dimensions.
 */
const VALUES_PER_LINE_MAX = 99;

export type Dimensions = Readonly<Record<string, string>>;
export type Unit = typeof MetricUnit.Count | typeof MetricUnit.Milliseconds;

/** `Name`: what may be counted; anything else does not compile. */
export interface Counts<Name extends string> {
  /** Adds `by` to a sum; one that stays 0 is written too. Never throws. */
  readonly count: (name: Name, dimensions?: Dimensions, by?: number) => void;
  /** Adds one value to a distribution. Never throws. */
  readonly observe: (name: Name, value: number, unit: Unit, dimensions?: Dimensions) => void;
  /** Writes what was counted since the last flush: nothing, if nothing was. */
  readonly flush: () => void;
}

interface CountedSet {
  readonly dimensions: Dimensions;
  /** By name; a sum has one value. */
  readonly counted: Map<string, { readonly unit: Unit; readonly values: number[] }>;
}

function shortened(dimensions: Dimensions): Dimensions {
  return Object.fromEntries(
    Object.entries(dimensions)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, value.slice(0, DIMENSION_CHARS_MAX)])
      .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  );
}

export function createCounts<Name extends string>(
  service: string,
  namespace: string,
): Counts<Name> {
  const metrics = new Metrics({ namespace, serviceName: service });
  const sets = new Map<string, CountedSet>();

  const setOf = (dimensions: Dimensions): CountedSet => {
    const key = JSON.stringify(dimensions);
    const found = sets.get(key);
    if (found !== undefined) return found;
    if (sets.size >= SETS_MAX && key !== '{}') return setOf({});

    const fresh: CountedSet = { dimensions, counted: new Map() };
    sets.set(key, fresh);
    return fresh;
  };
  const valuesOf = ({ counted }: CountedSet, name: string, unit: Unit): number[] => {
    const { values } = counted.get(name) ?? { values: [] };
    counted.set(name, { unit, values });
    return values;
  };
  const write = ({ dimensions, counted }: CountedSet): void => {
    for (const [name, value] of Object.entries(dimensions)) metrics.addDimension(name, value);
    for (const [name, { unit, values }] of counted) {
      for (const value of values) metrics.addMetric(name, unit, value);
    }
    metrics.publishStoredMetrics();
    sets.delete(JSON.stringify(dimensions));
  };

  return {
    count: (name, dimensions = {}, by = 1) => {
      const values = valuesOf(setOf(shortened(dimensions)), name, 'Count');
      values[0] = (values[0] ?? 0) + by;
    },
    observe: (name, value, unit, dimensions = {}) => {
      const set = setOf(shortened(dimensions));
      if (valuesOf(set, name, unit).push(value) >= VALUES_PER_LINE_MAX) write(set);
    },
    flush: () => {
      for (const set of sets.values()) write(set);
    },
  };
}
