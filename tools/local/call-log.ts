/**
 * The calls that came in at the gateway: how many of each action, and each distinct call once, with
 * who made it and on what. It says all or nothing: a call that is missing from the list was not
 * made.
 */
import type { FunctionName } from '../../shared/runtime/environment.ts';
import type { Asked } from './asked-resources.ts';

/** A schedule's name makes a call distinct, so there may be one for every timer. */
const DISTINCT_CALLS_MAX = 10_000;

/** Whose calls: the functions', or those of any other client. */
export type Callers = 'functions' | 'clients';

export interface Call extends Asked {
  readonly by: FunctionName | 'clients';
  /** As IAM writes it, e.g. `dynamodb:PutItem`. */
  readonly action: string;
}

export interface CallLog {
  add(by: Call['by'], action: string, asked: readonly Asked[]): void;
  /** Calls since the last reset, e.g. `{ 'dynamodb:PutItem': 1 }`. */
  counts(by: Callers): Readonly<Record<string, number>>;
  /** Since the last reset, in the order of their first time; throws when there are too many. */
  distinct(): readonly Call[];
  reset(): void;
}

export function createCallLog(): CallLog {
  const counts = { functions: new Map<string, number>(), clients: new Map<string, number>() };
  const distinct = new Map<string, Call>();
  let isComplete = true;
  return {
    add: (by, action, asked) => {
      const counted = counts[by === 'clients' ? 'clients' : 'functions'];
      counted.set(action, (counted.get(action) ?? 0) + 1);
      for (const one of asked) {
        const call = { by, action, ...one };
        const key = JSON.stringify(call);
        if (distinct.has(key)) continue;
        if (distinct.size < DISTINCT_CALLS_MAX) distinct.set(key, call);
        else isComplete = false;
      }
    },
    counts: (by) => Object.fromEntries([...counts[by]].sort()),
    distinct: () => {
      if (isComplete) return [...distinct.values()];
      throw new Error(`more than ${DISTINCT_CALLS_MAX} distinct calls: reset them more often`);
    },
    reset: () => {
      counts.functions.clear();
      counts.clients.clear();
      distinct.clear();
      isComplete = true;
    },
  };
}
