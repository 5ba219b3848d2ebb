/**
 * A bank's raw answer to one call, as the caller reports it. The body is taken as it is: reading
 * it is the dialects' business, and so is finding the tokens in it. Header names come out in lower
 * case, each with one string.
 */
import * as z from 'zod/mini';
import { message } from './cloud-event.ts';
import { bank, call, optionalName, provider } from './wire.ts';

const FINGERPRINT = /^sha256:[A-Za-z0-9_-]{43}$/;
const fingerprintExpected = 'sha256: and the 43 characters of unpadded base64url';
const statusExpected = 'a whole number from 100 to 599';
const headerExpected = 'text, a number, true, false or a list of these';

export const fingerprint = z
  .string(fingerprintExpected)
  .check(z.regex(FINGERPRINT, fingerprintExpected));

const headerWord = z.union([z.string(), z.number(), z.boolean()], headerExpected);
const headerValue = z.union([headerWord, z.array(headerWord)], headerExpected);

const headers = z.pipe(
  z.record(z.string(), headerValue, 'an object'),
  z.transform((raw: Record<string, string | number | boolean | (string | number | boolean)[]>) =>
    Object.fromEntries(
      Object.entries(raw).map(([key, value]) => [
        key.toLowerCase(),
        Array.isArray(value) ? value.join(', ') : String(value),
      ]),
    ),
  ),
);

const response = z.object(
  {
    status: z
      .int(statusExpected)
      .check(z.minimum(100, statusExpected), z.maximum(599, statusExpected)),
    headers: z._default(headers, {}),
    body: z.optional(z.unknown()),
  },
  'an object, or null where no response arrived',
);

const data = z
  .object(
    {
      provider,
      bank: z.exactOptional(bank),
      call,
      usedTokenFingerprint: z.exactOptional(fingerprint),
      requestId: optionalName,
      response: z.nullable(response),
      failure: z.exactOptional(z.enum(['timeout', 'connection'])),
    },
    'an object',
  )
  .check(
    z.refine((value) => value.response !== null || value.failure !== undefined, {
      path: ['failure'],
      error: 'timeout or connection, as response is null',
    }),
  );

export const bankCallCompleted = message('bank-call.completed', data);

export type BankCallCompletedMessage = z.output<typeof bankCallCompleted>;
