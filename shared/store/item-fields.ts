/**
 * The fields that the items of the table share, each schema made once: every one that is made
 * lengthens each cold start. A call's parameters are any JSON a caller sent; they are kept as JSON
 * text, because DynamoDB takes neither all of JSON's numbers nor more than 32 levels.
 */
import * as z from 'zod/mini';
import { CATEGORIES } from '../consent/category.ts';
import { REQUEST_REASONS } from '../consent/effect.ts';
import type { Call } from '../consent/finding.ts';
import { ACTIONS, END_REASONS } from '../consent/notice.ts';
import { PROVIDERS } from '../consent/provider.ts';
import type { Frozen } from './same-type.ts';

export const text = z.string();
export const flag = z.boolean();
export const instant = z.number();
export const count = instant;
export const optionalText = z.exactOptional(text);
export const optionalFlag = z.exactOptional(flag);
export const optionalInstant = z.exactOptional(instant);
export const category = z.enum(CATEGORIES);
export const provider = z.enum(PROVIDERS);
export const action = z.enum(ACTIONS);
export const endReason = z.enum(END_REASONS);
export const consentError = z.object({ at: instant, category });

export const bank = z.object({
  id: optionalText,
  timeZone: optionalText,
  unattendedCallsPerDayMax: z.exactOptional(count),
});

export const ancestor = z.object({
  print: text,
  generation: count,
  wiped: z.exactOptional(z.literal(true)),
});

export const requestReason = z.enum(REQUEST_REASONS);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const parameters = z.pipe(
  text,
  z.pipe(
    z.transform(parsedJson),
    // Not `z.record`, which drops a key named `__proto__`.
    z.custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
  ),
);

export const call = z.object({
  operation: text,
  accountId: optionalText,
  parameters: z.exactOptional(parameters),
  instructionId: optionalText,
  attended: flag,
});

export type StoredCall = Frozen<z.input<typeof call>>;

/** A call with its parameters as JSON text. Never throws on parameters that came as JSON. */
export function storedCall({ parameters, ...rest }: Call): StoredCall {
  return parameters === undefined ? rest : { ...rest, parameters: JSON.stringify(parameters) };
}
