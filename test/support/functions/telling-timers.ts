/** The worker's own function for due timers, which prints what comes in on its queue. */
import type { Context, SQSEvent } from 'aws-lambda';
import { handler as real } from '../../../functions/due-timers.ts';

export async function handler(event: SQSEvent, context: Context): Promise<unknown> {
  console.log(`due-timers brought ${JSON.stringify(event)}`);
  return real(event, context);
}
