/**
 * With less time left than this, an invocation begins with no further consent. It is enough for one
 * AWS call at its slowest; work that meets more of them is cut off, and comes again.
 */
export const TIME_RESERVE_MS = 15_000;
