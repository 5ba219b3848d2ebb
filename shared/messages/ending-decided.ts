/**
 * What a person decided of an end that is held: it ends now, or is held for as long again. Sent by
 * the operators' command, to one consent at a time.
 */
import * as z from 'zod/mini';
import { ENDING_DECISIONS, type EndingDecision } from '../consent/event.ts';
import { type Head, message, type OutgoingMessage, outgoing } from './cloud-event.ts';

const data = z.object({ decision: z.enum(ENDING_DECISIONS) }, 'an object');

export const endingDecided = message('ending.decided', data);

/** Throws a RangeError for a time that is no date. */
export function endingDecidedMessage(
  head: Head,
  decision: EndingDecision,
): OutgoingMessage<'ending.decided', z.input<typeof data>> {
  return outgoing('ending.decided', head, { decision });
}
