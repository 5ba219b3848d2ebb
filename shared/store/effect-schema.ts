/**
 * What an effect looks like in the outbox. The compiler proves at the end of the file that this
 * schema and `Effect` are the same, so a field added to one cannot be forgotten in the other.
 * A call's parameters are any JSON a caller sent; they are kept as JSON text, because DynamoDB
 * takes neither all of JSON's numbers nor more than 32 levels.
 */
import * as z from 'zod/mini';
import { CATEGORIES } from '../consent/category.ts';
import type { Effect } from '../consent/effect.ts';
import type { Call } from '../consent/finding.ts';
import { PROVIDERS } from '../consent/provider.ts';
import type { Frozen, Same } from './same-type.ts';

export const instant = z.number();
export const count = z.number();
export const category = z.enum(CATEGORIES);
export const provider = z.enum(PROVIDERS);
export const action = z.enum([...CATEGORIES, 'NO_CALLER', 'NO_SUCCESS']);
export const endReason = z.enum(['CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT']);
export const consentError = z.object({ at: instant, category });

const publishedStatus = z.enum([
  'received',
  'valid',
  'expired',
  'revokedByPsu',
  'terminatedByTpp',
  'replaced',
]);

export const bank = z.object({
  id: z.exactOptional(z.string()),
  timeZone: z.exactOptional(z.string()),
  unattendedCallsPerDayMax: z.exactOptional(count),
});

export const requestReason = z.enum([
  'confirm',
  'limit-over',
  'retry',
  'stale-token',
  'fresh-accounts',
  'resume',
]);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const parameters = z.pipe(
  z.string(),
  z.pipe(
    z.transform(parsedJson),
    // Not `z.record`, which drops a key named `__proto__`.
    z.custom<Readonly<Record<string, unknown>>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
  ),
);

export const call = z.object({
  operation: z.string(),
  accountId: z.exactOptional(z.string()),
  parameters: z.exactOptional(parameters),
  instructionId: z.exactOptional(z.string()),
  attended: z.boolean(),
});

const errorDetail = z.object({
  code: z.exactOptional(z.string()),
  location: z.exactOptional(z.string()),
});

const timerName = z.object({ ref: z.string(), generation: count, number: count });

const noticeBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('reconsent.required'),
    reason: endReason,
    firstErrorAt: z.exactOptional(instant),
    confirmedAt: instant,
    lastSuccessAt: z.exactOptional(instant),
    errors: z.array(consentError),
  }),
  z.object({
    type: z.literal('reconsent.withdrawn'),
    reason: z.string(),
    withdraws: z.string(),
  }),
  z.object({
    type: z.literal('consent.expiring'),
    reason: z.literal('validUntil'),
    validUntil: instant,
  }),
  z.object({ type: z.literal('consent.action-required'), reason: action, action }),
  z.object({ type: z.literal('account-cache.purged'), reason: z.string(), before: instant }),
  z.object({
    type: z.literal('consent.status-changed'),
    reason: z.string(),
    from: publishedStatus,
    to: publishedStatus,
  }),
]);

const notice = z.object({
  id: z.string(),
  consentId: z.string(),
  at: instant,
  provider: z.exactOptional(provider),
  bankId: z.exactOptional(z.string()),
  generation: count,
  sequence: count,
  body: noticeBody,
});

const historyEntry = z.object({
  version: count,
  at: instant,
  event: z.string(),
  eventId: z.string(),
  from: z.exactOptional(z.string()),
  to: z.string(),
  generation: count,
  operation: z.exactOptional(z.string()),
  category: z.exactOptional(z.string()),
  row: z.exactOptional(z.string()),
  correlation: z.exactOptional(z.record(z.string(), z.string())),
  details: z.exactOptional(z.array(errorDetail)),
  notes: z.array(z.string()),
  effects: z.array(z.string()),
});

export const effect = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('SetTimer'),
    key: z.literal('timer'),
    name: timerName,
    dueAt: instant,
    cancels: z.array(timerName),
  }),
  z.object({
    do: z.literal('CancelTimer'),
    key: z.literal('timer'),
    cancels: z.array(timerName),
  }),
  z.object({
    do: z.literal('RequestCall'),
    key: z.templateLiteral(['request:', z.string()]),
    id: z.string(),
    provider,
    bank,
    call,
    generation: count,
    reason: requestReason,
    attempt: count,
    at: instant,
    notAfter: instant,
  }),
  z.object({
    do: z.literal('PublishNotice'),
    key: z.templateLiteral(['notice:', z.string()]),
    notice,
  }),
  z.object({ do: z.literal('PurgeAccounts'), key: z.literal('purge'), before: instant }),
  z.object({
    do: z.literal('ReplaceConsent'),
    key: z.templateLiteral(['replace:', z.string()]),
    id: z.string(),
    consentId: z.string(),
    by: z.string(),
    at: instant,
    bankId: z.exactOptional(z.string()),
  }),
  z.object({
    do: z.literal('Remember'),
    key: z.templateLiteral(['remember:', z.number()]),
    number: count,
    entry: historyEntry,
  }),
]);

true satisfies Same<z.output<typeof effect>, Effect>;

export type StoredCall = Frozen<z.input<typeof call>>;
export type StoredEffect = Frozen<z.input<typeof effect>>;

/** A call with its parameters as JSON text. Never throws on parameters that came as JSON. */
export function storedCall({ parameters, ...rest }: Call): StoredCall {
  return parameters === undefined ? rest : { ...rest, parameters: JSON.stringify(parameters) };
}

/** An effect as it lies in the outbox. Never throws. */
export function storedEffect(owed: Effect): StoredEffect {
  return owed.do === 'RequestCall' ? { ...owed, call: storedCall(owed.call) } : owed;
}
