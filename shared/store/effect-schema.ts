/**
 * What an effect looks like in the outbox. The compiler proves at the end of the file that this
 * schema and `Effect` are the same, so a field added to one cannot be forgotten in the other. It is
 * made when a consent that owes something is first read, which is rare.
 */
import * as z from 'zod/mini';
import type { Effect } from '../consent/effect.ts';
import { PUBLISHED_STATUSES } from '../consent/notice.ts';
import {
  action,
  ancestor,
  bank,
  call,
  consentError,
  count,
  endReason,
  instant,
  optionalFlag,
  optionalInstant,
  optionalText,
  provider,
  requestReason,
  storedCall,
  text,
} from './item-fields.ts';
import type { Frozen, Same } from './same-type.ts';

function noticeSchema() {
  const publishedStatus = z.enum(PUBLISHED_STATUSES);

  const noticeBody = z.discriminatedUnion('type', [
    z.object({
      type: z.literal('reconsent.required'),
      reason: endReason,
      firstErrorAt: optionalInstant,
      confirmedAt: instant,
      lastSuccessAt: optionalInstant,
      errors: z.array(consentError),
    }),
    z.object({
      type: z.literal('reconsent.withdrawn'),
      reason: text,
      withdraws: text,
    }),
    z.object({
      type: z.literal('consent.expiring'),
      reason: z.literal('validUntil'),
      validUntil: instant,
    }),
    z.object({ type: z.literal('consent.action-required'), reason: action, action }),
    z.object({ type: z.literal('account-cache.purged'), reason: text, before: instant }),
    z.object({ type: z.literal('account-cache.relinked'), reason: text, before: instant }),
    z.object({
      type: z.literal('consent.status-changed'),
      reason: text,
      from: publishedStatus,
      to: publishedStatus,
    }),
  ]);

  return z.object({
    id: text,
    consentId: text,
    at: instant,
    provider: z.exactOptional(provider),
    bankId: optionalText,
    generation: count,
    sequence: count,
    body: noticeBody,
  });
}

/** An entry of the history, wherever it stands. */
export function historySchema() {
  const errorDetail = z.object({
    code: optionalText,
    location: optionalText,
  });

  return z.object({
    version: count,
    at: instant,
    event: text,
    eventId: text,
    from: optionalText,
    to: text,
    generation: count,
    operation: optionalText,
    category: optionalText,
    row: optionalText,
    correlation: z.exactOptional(z.record(text, text)),
    details: z.exactOptional(z.array(errorDetail)),
    notes: z.array(text),
    effects: z.array(text),
    heard: z.exactOptional(
      z.object({
        lag: optionalInstant,
        call: optionalText,
        attended: z.exactOptional(z.literal(true)),
        requested: z.exactOptional(z.literal(true)),
        used: optionalText,
        brought: optionalText,
        foretold: z.exactOptional(z.object({ fresh: optionalFlag, lostRace: optionalFlag })),
        retryAt: optionalInstant,
        validUntil: optionalInstant,
      }),
    ),
    met: z.exactOptional(
      z.object({
        successAt: optionalInstant,
        held: optionalText,
        heldSince: optionalInstant,
        knew: z.exactOptional(z.array(ancestor)),
      }),
    ),
    owed: z.exactOptional(
      z.object({
        timerAt: optionalInstant,
        request: z.exactOptional(count),
        notices: z.exactOptional(z.array(text)),
      }),
    ),
  });
}

function effectSchema() {
  const timerName = z.object({ ref: text, generation: count, number: count });

  return z.discriminatedUnion('do', [
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
      key: z.templateLiteral(['request:', text]),
      id: text,
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
      key: z.templateLiteral(['notice:', text]),
      notice: noticeSchema(),
    }),
    z.object({ do: z.literal('PurgeAccounts'), key: z.literal('purge'), before: instant }),
    z.object({
      do: z.literal('ReplaceConsent'),
      key: z.templateLiteral(['replace:', text]),
      id: text,
      consentId: text,
      by: text,
      at: instant,
      bankId: optionalText,
    }),
    z.object({
      do: z.literal('Remember'),
      key: z.templateLiteral(['remember:', z.number()]),
      number: count,
      entry: historySchema(),
    }),
  ]);
}

export const effect = z.lazy(effectSchema);

true satisfies Same<z.output<typeof effect>, Effect>;

export type StoredEffect = Frozen<z.input<typeof effect>>;

/** An effect as it lies in the outbox. Never throws. */
export function storedEffect(owed: Effect): StoredEffect {
  return owed.do === 'RequestCall' ? { ...owed, call: storedCall(owed.call) } : owed;
}
