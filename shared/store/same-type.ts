/**
 * Lets the compiler compare a schema with the type that it must read. Plain assignability would
 * overlook an optional field that one side lacks, and such a field would be lost without a word
 * at the next save; `Same` does not.
 */
import type { Secret } from '../consent/secret.ts';

/** `T` with every property and list readonly, all the way down. */
export type Frozen<T> = T extends Secret
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** `true` if the two are the same type but for `readonly`. */
export type Same<A, B> =
  (<T>() => T extends Frozen<A> ? 1 : 2) extends <T>() => T extends Frozen<B> ? 1 : 2
    ? true
    : false;
