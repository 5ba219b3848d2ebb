/**
 * Plain values to DynamoDB's typed ones and back: texts, numbers, booleans, lists and maps, which
 * is all that the table holds. The SDK's own `marshall` takes about six times as long, and every
 * message passes here twice.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/**
 * One value as DynamoDB takes it. Throws a `TypeError` on what has no place in the table: a number
 * that is not finite, a function, `null`, `undefined`.
 */
export function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  if (typeof value === 'object' && value !== null) return { M: attributesOf(value) };

  const found = typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
  throw new TypeError(`expected text, number, boolean, list or map to store, got ${found}`);
}

/** The attributes of an item or a map; what is `undefined` gets none. Throws as above. */
export function attributesOf(fields: object): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) item[name] = attributeOf(value);
  }
  return item;
}

function plainOf(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.L !== undefined) return attribute.L.map(plainOf);
  if (attribute.M !== undefined) return plainFields(attribute.M);
  return null;
}

/** An item in plain values. What the table never holds, such as a set, is `null`. Never throws. */
export function plainFields(item: Item): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, attribute] of Object.entries(item)) fields[name] = plainOf(attribute);
  return fields;
}
