/** The schemas of docs/contracts as others use them: files, and a validator that knows formats. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as formats } from 'ajv-formats';
import type { Schema } from '../../tools/docs/message-schemas.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
formats.default(ajv);

/** `name` is the type without its prefix and its version. */
export function schemaOf(name: string): Schema {
  const file = new URL(`../../docs/contracts/schemas/${name}.v1.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function validatorOf(name: string): ValidateFunction {
  return ajv.compile(schemaOf(name));
}
