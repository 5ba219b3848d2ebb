/**
 * Every metric that the worker can write, as data: whoever draws a dashboard or sets an alarm takes
 * the names from here, and what is not listed here does not compile where it is counted. Each has
 * the dimension `service`, the function's name, beside those that are listed.
 */
import { CATEGORIES } from '../consent/category.ts';
import { IGNORED_REASONS } from '../consent/decide.ts';
import { NOTES } from '../consent/draft.ts';
import { EFFECT_KINDS } from '../consent/effect.ts';
import { PROVIDERS } from '../consent/provider.ts';
import { INTAKE_NOTES } from '../intake/reading.ts';
import { SPINE_NOTES } from '../lifecycle/ports.ts';
import { FAILURE_CODES } from '../runtime/failure.ts';

/** What is no `Failure` is broken code, or a record that cannot be. */
const COME_AGAIN_CODES = [...FAILURE_CODES, 'BROKEN'] as const;

export type ComeAgainCode = (typeof COME_AGAIN_CODES)[number];

/** Every value that a dimension can have. */
export const DIMENSIONS = {
  provider: PROVIDERS,
  category: CATEGORIES,
  reason: IGNORED_REASONS,
  code: COME_AGAIN_CODES,
} as const;

interface Metric {
  readonly unit: 'Count' | 'Milliseconds';
  /** A sum is added up; of a distribution CloudWatch knows each value, so also percentiles. */
  readonly kind: 'sum' | 'distribution';
  readonly dimensions: readonly (keyof typeof DIMENSIONS)[];
  readonly tells: string;
}

export const METRICS = {
  results: {
    unit: 'Count',
    kind: 'sum',
    dimensions: ['provider', 'category'],
    tells: 'bank-call results, ignored ones among them',
  },
  'calls-left': {
    unit: 'Count',
    kind: 'distribution',
    dimensions: ['provider'],
    tells:
      "what the bank's day had left for the operation and account of each unattended result " +
      'applied, where a daily maximum is known; 0 during a limit wait',
  },
  ignored: {
    unit: 'Count',
    kind: 'sum',
    dimensions: ['reason'],
    tells: 'events that changed nothing',
  },
  'handled-after': {
    unit: 'Milliseconds',
    kind: 'distribution',
    dimensions: [],
    tells: "from SQS's taking of a message to the end of the invocation that was done with it",
  },
  'to-come-again': {
    unit: 'Count',
    kind: 'sum',
    dimensions: ['code'],
    tells: 'failed messages, by what failed; each delivery counts',
  },
  'batch-failed': {
    unit: 'Count',
    kind: 'sum',
    dimensions: [],
    tells: 'batches of which nothing could be done, and all of which come again',
  },
  unreadable: {
    unit: 'Count',
    kind: 'sum',
    dimensions: [],
    tells: 'messages that cannot be read, and are set aside',
  },
  overdue: {
    unit: 'Count',
    kind: 'sum',
    dimensions: [],
    tells: 'consents that a run of the sweep found overdue, 0 too; no value means no run',
  },
  'still-overdue': {
    unit: 'Count',
    kind: 'sum',
    dimensions: [],
    tells: 'what that run could not catch up on, 0 too: owed too long',
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** Each a sum of its own, without further dimensions. */
export const NOTE_METRICS = [...NOTES, ...SPINE_NOTES, ...INTAKE_NOTES] as const;
/** The same for each effect that a decision owes. */
export const EFFECT_METRICS = EFFECT_KINDS;

export type MetricName =
  | keyof typeof METRICS
  | (typeof NOTE_METRICS)[number]
  | (typeof EFFECT_METRICS)[number];
