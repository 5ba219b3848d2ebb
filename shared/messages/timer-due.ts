/**
 * What a timer delivers: whose it is, and which of the consent's timers. It settles nothing:
 * whether it still stands, and what is due, is seen from the stored state. (rule 14)
 */
import * as z from 'zod/mini';
import { type SetTimer, scheduleName } from '../consent/effect.ts';
import { message, type OutgoingMessage, outgoing } from './cloud-event.ts';
import { generation } from './wire.ts';

const numberExpected = 'a whole number from 0';

const data = z.object(
  { generation, number: z.int(numberExpected).check(z.minimum(0, numberExpected)) },
  'an object',
);

export const timerDue = message('timer.due', data);

/** Never throws. The same timer has the same message, however often it is set. */
export function timerMessage(
  effect: SetTimer,
  consentId: string,
): OutgoingMessage<'timer.due', z.input<typeof data>> {
  const { generation: life, number } = effect.name;
  return outgoing(
    'timer.due',
    { id: scheduleName(effect.name), consentId, at: effect.dueAt },
    { generation: life, number },
  );
}
