/**
 * An operating failure: throttling, a timeout, contention. Nothing is wrong with the message, so
 * it is redelivered and tried again. Its code says what failed; the cause is kept for whoever
 * catches it, and never printed whole, since an AWS error may quote what was sent.
 */
export const FAILURE_CODES = [
  /** State could not be read or written. */
  'STORE_UNAVAILABLE',
  /** Others kept writing the same record. */
  'CONTENTION',
  /** At least one effect is still owed. */
  'EFFECT_OWED',
  /** What could not be read could not be put aside either. */
  'DEAD_LETTER_UNAVAILABLE',
  /** The invocation had no time left. */
  'OUT_OF_TIME',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly next = 'retry';
  readonly code: FailureCode;

  constructor(code: FailureCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
