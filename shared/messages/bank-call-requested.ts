/**
 * What a caller is asked to do: one call for one consent, until `notAfter`. Tokens may rotate while
 * it lies in the queue, so there is none in it; the caller looks it up when it begins.
 */
import * as z from 'zod/mini';
import { REQUEST_REASONS, type RequestCall } from '../consent/effect.ts';
import { message, type OutgoingMessage, outgoing } from './cloud-event.ts';
import { call, generation, instant, knownBank, provider, rfc3339 } from './wire.ts';

const attemptExpected = 'a whole number from 1';

const data = z.object(
  {
    provider,
    bank: knownBank,
    call,
    generation,
    reason: z.enum(REQUEST_REASONS),
    attempt: z.int(attemptExpected).check(z.minimum(1, attemptExpected)),
    notAfter: instant,
  },
  'an object',
);

export const bankCallRequested = message('bank-call.requested', data);

/** Never throws. */
export function requestedMessage(
  effect: RequestCall,
  consentId: string,
): OutgoingMessage<'bank-call.requested', z.input<typeof data>> {
  return outgoing(
    'bank-call.requested',
    { id: effect.id, consentId, at: effect.at },
    {
      provider: effect.provider,
      bank: effect.bank,
      call: effect.call,
      generation: effect.generation,
      reason: effect.reason,
      attempt: effect.attempt,
      notAfter: rfc3339(effect.notAfter),
    },
  );
}
