/**
 * Tells an outage from broken code: what the store throws passes, and its message comes again until
 * it has; a mistake of ours keeps its name, so that a log does not call it an outage.
 */
import { Failure } from '../runtime/failure.ts';

const BROKEN: ReadonlySet<string> = new Set([
  'ImpossibleItem',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'ConsentTooLarge',
  'OutboxTooLong',
]);

/** What is thrown further for `thrown`. Never throws. */
export function asFailure(thrown: unknown): unknown {
  if (thrown instanceof Failure || (thrown instanceof Error && BROKEN.has(thrown.name))) {
    return thrown;
  }
  return new Failure('STORE_UNAVAILABLE', thrown);
}
