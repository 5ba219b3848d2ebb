/**
 * Puts a request into the callers' queue: one group per consent, so the calls of one consent are
 * made one after the other and never race for its token.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RequestCall } from '../consent/effect.ts';
import type { Clock } from '../lifecycle/ports.ts';
import { requestedMessage } from '../messages/bank-call-requested.ts';
import { textOf } from '../messages/cloud-event.ts';
import { messageGroupOf } from './message-group.ts';

export interface RequestQueue {
  readonly sqs: () => Promise<SQSClient>;
  readonly clock: Clock;
  readonly bankCallRequestsUrl: string;
}

/**
 * One that was owed until after its end is left out: nobody may make the call any more, and the
 * consent's timer sees to what comes of that. (rules 9, 10)
 *
 * Throws what SQS refused. Safe to repeat: SQS drops the same request within 5 minutes, later the
 * caller does by its id.
 */
export async function requestCall(
  effect: RequestCall,
  consentId: string,
  to: RequestQueue,
): Promise<void> {
  if (to.clock() > effect.notAfter) return;

  const sqs = await to.sqs();
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: to.bankCallRequestsUrl,
      MessageGroupId: messageGroupOf(consentId),
      MessageDeduplicationId: effect.id,
      MessageBody: textOf(requestedMessage(effect, consentId)),
    }),
  );
}
