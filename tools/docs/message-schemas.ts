/**
 * The JSON Schema of each message, printed from the schema by which the worker reads it. Whatever
 * the worker takes is valid by it. What JSON Schema cannot say (bytes, levels, halves of
 * characters) is said in the descriptions, and patterns are such that every language takes them.
 */
import * as z from 'zod/mini';
import { TOKEN_BYTES_MAX } from '../../shared/intake/happening.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import { CONSENT_ID_BYTES_MAX, consentId } from '../../shared/messages/wire.ts';
import type { Contract } from './contracts.ts';
import { exampleOf } from './examples.ts';
import { wordsFor } from './field-words.ts';

export type Schema = z.core.JSONSchema.BaseSchema;

interface Payload extends Schema {
  readonly title: string;
  readonly description: string;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const TAKEN =
  'Fields that are not named here are accepted and ignored, and an optional field of the ' +
  'message, of its data, its bank and its call may be null. Beyond what the schema says: names ' +
  'hold no half of a surrogate pair, and times lie in the years 0000 to 9999 of UTC.';
const SENT = 'Fields may be added: ignore those that are not named here.';

/** `\p` and `\u` are not known to every language, the characters themselves are. */
const PORTABLE: Readonly<Record<string, string>> = {
  '^[^\\p{Cc}\\p{Cs}\\uFFFE\\uFFFF]*$': '^[^\u0000-\u001F\u007F-\u009F\uFFFE\uFFFF]*$',
};

const HEADERS = 'data.response.headers';

/** What the reading code checks by hand, by message and field. */
const BY_HAND: Readonly<Record<string, Schema>> = {
  'bank-call.completed data': {
    if: { properties: { response: { type: 'null' } } },
    // biome-ignore lint/suspicious/noThenProperty: it is the keyword's name.
    then: { properties: { failure: { type: 'string' } }, required: ['failure'] },
  },
  'consent.granted data.consentToken': { maxLength: TOKEN_BYTES_MAX },
};

/** As a file of its own. Throws a field without words, and a message without an example. */
export function schemaFile(contract: Contract): Schema {
  const { title, description, ...rest } = payloadOf(contract);
  return { $schema: DIALECT, title, description, ...rest, examples: [exampleOf(contract.name)] };
}

/** Without what only a file has; the same in draft-07, of which AsyncAPI's schemas are made. */
export function payloadOf(contract: Contract): Payload {
  const { $schema: _, ...printed } = z.toJSONSchema(contract.schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      // No character is shorter than a byte.
      if (zodSchema === consentId) jsonSchema.maxLength = CONSENT_ID_BYTES_MAX;
      const portable = PORTABLE[jsonSchema.pattern ?? ''];
      if (portable !== undefined) jsonSchema.pattern = portable;
    },
  });
  const reading = contract.channel === 'bank-call-results' ? TAKEN : SENT;
  return {
    title: typeOf(contract.name),
    description: `${contract.summary} ${reading}`,
    ...completed(printed, '', contract),
  };
}

/** `path` leads to the schema: `data.errors[].time`. */
function completed(schema: Schema, path: string, contract: Contract): Schema {
  const { properties, items, anyOf, ...rest } = schema;
  // What zod prints are objects, never `true` or a list of schemas.
  const inner = (one: unknown, at: string) => completed(one as Schema, at, contract);
  const [something, nothing] = anyOf ?? [];
  if (anyOf?.length === 2 && isNull(nothing)) return { ...rest, ...orNull(inner(something, path)) };

  const optional = (name: string) => !rest.required?.includes(name);
  const field = ([name, one]: readonly [string, unknown]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const nullable = optional(name) && mayBeNull(at, contract);
    const told = nullable ? orNull(inner(one, at)) : inner(one, at);
    return [name, { description: wordsFor(contract, at), ...told }] as const;
  };
  return {
    ...rest,
    ...(anyOf && { anyOf: anyOf.map((one) => inner(one, path)) }),
    ...(items && { items: inner(items, `${path}[]`) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(field)),
      additionalProperties: true,
    }),
    ...(path === HEADERS && { additionalProperties: orNull(rest.additionalProperties as Schema) }),
    ...BY_HAND[`${contract.name} ${path}`],
  };
}

/** As shared/messages/absent.ts reads it. */
function mayBeNull(path: string, { channel }: Contract): boolean {
  if (channel !== 'bank-call-results') return false;
  return /^(datacontenttype|data\.([^.]+|(bank|call)\.[^.]+|response\.headers))$/.test(path);
}

function isNull(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Reflect.get(schema, 'type') === 'null';
}

function orNull(schema: Schema): Schema {
  const { type, enum: words, anyOf } = schema;
  if (anyOf) return { ...schema, anyOf: [...anyOf, { type: 'null' }] };
  if (typeof type !== 'string') return schema;
  const types = [type, 'null'] as unknown as typeof type; // Zod's type knows of one type only.
  return { ...schema, type: types, ...(words && { enum: [...words, null] }) };
}
