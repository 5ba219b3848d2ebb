/**
 * Publishes a notice. The topic for re-consent carries nothing but `reconsent.required`, so a
 * subscriber there may act on every message; all else goes to the other topic.
 */
import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { PublishNotice } from '../consent/effect.ts';
import { textOf } from '../messages/cloud-event.ts';
import { noticeMessage } from '../messages/notices.ts';

export interface Topics {
  readonly sns: () => Promise<SNSClient>;
  readonly reConsentTopicArn: string;
  readonly consentNoticesTopicArn: string;
}

function attribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/**
 * Throws what SNS refused. Safe to repeat: the notice keeps its id, by which subscribers drop the
 * second. (rule 17)
 */
export async function publishNotice({ notice }: PublishNotice, to: Topics): Promise<void> {
  const { type, reason } = notice.body;
  const sns = await to.sns();
  await sns.send(
    new PublishCommand({
      TopicArn: type === 'reconsent.required' ? to.reConsentTopicArn : to.consentNoticesTopicArn,
      Message: textOf(noticeMessage(notice)),
      MessageAttributes: {
        type: attribute(type),
        reason: attribute(reason),
        ...(notice.provider === undefined ? {} : { provider: attribute(notice.provider) }),
        ...(notice.bankId === undefined ? {} : { bankId: attribute(notice.bankId) }),
      },
    }),
  );
}
