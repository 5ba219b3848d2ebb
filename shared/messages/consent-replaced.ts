/**
 * The worker tells a consent that a newer one took its place. It goes to our own queue of results,
 * so one decision never writes two consents. Its time is the time of the grant. (rule 13)
 */
import * as z from 'zod/mini';
import type { ReplaceConsent } from '../consent/effect.ts';
import { message, type OutgoingMessage, outgoing } from './cloud-event.ts';
import { consentId } from './wire.ts';

const data = z.object({ by: consentId }, 'an object');

export const consentReplaced = message('consent.replaced', data);

/** Never throws. */
export function replacedMessage(
  effect: ReplaceConsent,
): OutgoingMessage<'consent.replaced', z.input<typeof data>> {
  const { id, consentId: replaced, at, by } = effect;
  return outgoing('consent.replaced', { id, consentId: replaced, at }, { by });
}
