/**
 * With less time left than this, an invocation begins with no further consent. It is enough for one
 * AWS call at its slowest; work that meets more of them is cut off, and comes again.
 */
import type { Context } from 'aws-lambda';

const TIME_RESERVE_MS = 15_000;

/** Tells, whenever it is asked, whether this invocation has time to begin with one more. */
export function timeIn(context: Context): () => boolean {
  return () => context.getRemainingTimeInMillis() > TIME_RESERVE_MS;
}
