/**
 * The words every message is made of, and their limits. Each schema carries the phrase that a
 * refusal prints after "expected", so whoever sends a bad message reads what would have been good.
 * Names are refused when they could not travel on: control characters and halves of characters
 * are taken by JSON but not by SQS, SNS or DynamoDB. Making a schema costs a cold start more than
 * reading its source, so each is made once and shared.
 */
import * as z from 'zod/mini';
import type { Instant } from '../consent/instant.ts';
import { PROVIDERS } from '../consent/provider.ts';

export const CONSENT_ID_BYTES_MAX = 1_000;
export const NAME_BYTES_MAX = 256;
export const OPERATION_BYTES_MAX = 64;
export const PARAMETERS_BYTES_MAX = 1_024;
export const PARAMETERS_LEVELS_MAX = 8;
const CALLS_PER_DAY_MAX = 1_000;

const PLAIN = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;
const RFC_3339_CHARS = 24;

/** A name of 1 to `bytesMax` bytes of UTF-8: the room that the record of a consent has for it. */
export function nameWithin(bytesMax: number): z.ZodMiniString {
  const expected = `1..${bytesMax} bytes of UTF-8, none of them a control character`;
  return z.string(expected).check(
    z.minLength(1, expected),
    z.maxLength(bytesMax, expected),
    z.regex(PLAIN, expected),
    z.refine((text: string) => Buffer.byteLength(text) <= bytesMax, expected),
  );
}

export const name: z.ZodMiniString = nameWithin(NAME_BYTES_MAX);

export const optionalName: z.ZodMiniExactOptional<z.ZodMiniString> = z.exactOptional(name);

export const consentId = z.string(`1..${CONSENT_ID_BYTES_MAX} bytes of UTF-8`).check(
  z.minLength(1, `1..${CONSENT_ID_BYTES_MAX} bytes of UTF-8`),
  z.regex(PLAIN, 'text without control characters'),
  z.refine((id: string) => Buffer.byteLength(id) <= CONSENT_ID_BYTES_MAX, {
    error: ({ input }) =>
      `1..${CONSENT_ID_BYTES_MAX} bytes of UTF-8, not ${Buffer.byteLength(String(input))}`,
  }),
);

const timeExpected = 'a date and time of RFC 3339 with its offset, such as 2026-11-22T08:15:03Z';

/** RFC 3339 on the wire, milliseconds since the epoch inside; digits below one are cut off. */
export const instant = z.pipe(
  z.iso.datetime({ offset: true, error: timeExpected }).check(
    // An offset can push the first and the last day out of the years that RFC 3339 can write.
    z.refine((text: string) => {
      const at = Date.parse(text);
      return Number.isFinite(at) && new Date(at).toISOString().length === RFC_3339_CHARS;
    }, timeExpected),
  ),
  z.transform((text: string): Instant => Date.parse(text)),
);

/** `at` as UTC with milliseconds. Throws a RangeError for what is no instant. */
export function rfc3339(at: Instant): string {
  return new Date(at).toISOString();
}

export const provider = z.enum(PROVIDERS);

const dailyExpected = `a whole number from 1 to ${CALLS_PER_DAY_MAX}`;

/** A bank as the worker names it: what was never told is missing. */
export const knownBank = z.object(
  {
    id: optionalName,
    timeZone: z.exactOptional(z.string('the name of a time zone, such as Europe/Berlin')),
    unattendedCallsPerDayMax: z.exactOptional(
      z
        .int(dailyExpected)
        .check(z.minimum(1, dailyExpected), z.maximum(CALLS_PER_DAY_MAX, dailyExpected)),
    ),
  },
  'an object',
);

/** A bank as a message tells it: with its id. */
export const bank = z.extend(knownBank, { id: name });

/** Counts from 1. */
export const generation = z
  .int('a whole number from 1')
  .check(z.minimum(1, 'a whole number from 1'));

function levelsWithin(value: unknown, levelsMax: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levelsMax === 0) return false;
  return Object.values(value).every((inner) => levelsWithin(inner, levelsMax - 1));
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

const parameters = z.record(z.string(), z.unknown(), 'an object').check(
  z.refine((value) => levelsWithin(value, PARAMETERS_LEVELS_MAX), {
    error: `at most ${PARAMETERS_LEVELS_MAX} levels`,
    // The size is taken by a recursive writer, which must not see what is deeper.
    abort: true,
  }),
  z.refine((value) => jsonBytes(value) <= PARAMETERS_BYTES_MAX, {
    error: ({ input }) => `at most ${PARAMETERS_BYTES_MAX} bytes of JSON, not ${jsonBytes(input)}`,
  }),
);

export const call = z.object(
  {
    operation: nameWithin(OPERATION_BYTES_MAX),
    accountId: optionalName,
    parameters: z.exactOptional(parameters),
    instructionId: optionalName,
    attended: z._default(z.boolean('true or false'), false),
  },
  'an object',
);
