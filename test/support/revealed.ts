/**
 * A copy of a value in which every secret stands in the open. A comparison of two `Secret`s sees
 * two objects without properties and finds any two alike, so tests compare this copy.
 */
import { Secret } from '../../shared/consent/secret.ts';

export function revealed(value: unknown): unknown {
  if (value instanceof Secret) return `revealed:${value.reveal()}`;
  if (Array.isArray(value)) return value.map(revealed);
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [key, revealed(held)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revealed(inner)]));
}
