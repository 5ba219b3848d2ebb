/**
 * Records and plain values for property tests. A record names all fields of its type or does not
 * compile, and leaves out its optional ones at random.
 */
import fc from 'fast-check';
import { CATEGORIES } from '../../shared/consent/category.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { Secret } from '../../shared/consent/secret.ts';

type OptionalKey<T> = {
  [Key in keyof T]-?: Record<never, never> extends Pick<T, Key> ? Key : never;
}[keyof T];
type Model<T> = { readonly [Key in keyof T]-?: fc.Arbitrary<Exclude<T[Key], undefined>> };

/** Every field of `T`; those named in `optional` are sometimes missing. */
export function arbitrary<T>(
  model: Model<T>,
  ...optional: readonly OptionalKey<T>[]
): fc.Arbitrary<T> {
  const requiredKeys = (Object.keys(model) as (keyof T)[]).filter(
    (key) => !(optional as readonly (keyof T)[]).includes(key),
  );
  // fast-check cannot see that the keys left out are exactly the optional ones of `T`.
  return fc.record(model, { requiredKeys }) as unknown as fc.Arbitrary<T>;
}

const LIST_LENGTH_MAX = 4;
export const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(of, { maxLength: LIST_LENGTH_MAX });

export const instant = fc.nat({ max: 8_640_000_000_000_000 });
export const count = fc.nat({ max: 1_000_000 });
export const text = fc.string({ unit: 'binary', maxLength: 24 });
export const secret = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .map((value) => new Secret(value));
export const category = fc.constantFrom(...CATEGORIES);
export const action = fc.constantFrom(...CATEGORIES, 'NO_CALLER' as const, 'NO_SUCCESS' as const);
export const provider = fc.constantFrom(...PROVIDERS);
