/** The worker's own function, but that it acknowledges one result without looking at it. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handler as whole } from '../../../functions/bank-call-results.ts';

const LOST = '8f3a0000-0000-4000-a000-000000000100';

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const Records = event.Records.filter(({ body }) => !body.includes(LOST));
  return whole({ Records }, context);
}
