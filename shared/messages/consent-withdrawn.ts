/**
 * The PSU or the TPP ended a consent on our side: an end that no bank has to confirm.
 */
import * as z from 'zod/mini';
import { message } from './cloud-event.ts';

export const consentWithdrawn = message(
  'consent.withdrawn',
  z.object({ by: z.enum(['psu', 'tpp']) }, 'an object'),
);
