/**
 * The owner's side tells that a consent was granted or renewed. A missing, null or empty token is
 * no token, and then the stored one stays. (rule 3)
 */
import * as z from 'zod/mini';
import { message } from './cloud-event.ts';
import { bank, consentId, instant, provider } from './wire.ts';

export const consentGranted = message(
  'consent.granted',
  z.object(
    {
      provider,
      bank: z.exactOptional(bank),
      consentToken: z.exactOptional(z.nullable(z.string('text'))),
      validUntil: z.exactOptional(instant),
      supersedes: z.exactOptional(consentId),
    },
    'an object',
  ),
);

export type ConsentGrantedMessage = z.output<typeof consentGranted>;
