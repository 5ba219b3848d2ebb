/**
 * Tells the consent that a grant supersedes, through our own queue of results: each consent is
 * decided by itself, and the message waits there if its decision has to be repeated.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { ReplaceConsent } from '../consent/effect.ts';
import { textOf } from '../messages/cloud-event.ts';
import { replacedMessage } from '../messages/consent-replaced.ts';
import { messageGroupOf } from './message-group.ts';

export interface ResultQueue {
  readonly sqs: () => Promise<SQSClient>;
  readonly bankCallResultsUrl: string;
}

/** Throws what SQS refused. Safe to repeat: the message keeps its id, and is applied once. */
export async function replaceConsent(effect: ReplaceConsent, to: ResultQueue): Promise<void> {
  const sqs = await to.sqs();
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: to.bankCallResultsUrl,
      MessageBody: textOf(replacedMessage(effect)),
      ...(effect.bankId === undefined ? {} : { MessageGroupId: messageGroupOf(effect.bankId) }),
    }),
  );
}
