/**
 * Publishes a notice. The topic for re-consent carries nothing but `reconsent.required`, so a
 * subscriber there may act on every message; all else goes to the other topic. What came of purged
 * accounts is looked up in the cache: in the outbox it could outgrow the consent's item.
 */
import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { identitiesOf, relinked } from '../consent/account-identity.ts';
import type { PublishNotice } from '../consent/effect.ts';
import type { Notice } from '../consent/notice.ts';
import type { AccountCache } from '../lifecycle/ports.ts';
import { textOf } from '../messages/cloud-event.ts';
import { type FullNotice, noticeMessage } from '../messages/notices.ts';

/** SNS takes 256 KB, the attributes included. */
const NOTICE_BYTES_MAX: number = 250 * 1024;

export interface Topics {
  readonly sns: () => Promise<SNSClient>;
  readonly reConsentTopicArn: string;
  readonly consentNoticesTopicArn: string;
  readonly accounts: AccountCache;
}

function attribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/** Nothing where there is nothing to compare. */
async function fullNotice(notice: Notice, accounts: AccountCache): Promise<FullNotice | undefined> {
  const { body } = notice;
  if (body.type !== 'account-cache.relinked') return { ...notice, body };

  const list = await accounts.get(notice.consentId);
  if (list?.previous === undefined || list.relinkFrom !== body.before) return undefined;
  const outcome = relinked(list.previous, identitiesOf(list.accounts));
  return { ...notice, body: { ...body, ...outcome, listedAt: list.at } };
}

/**
 * Throws what SNS or the cache refused. Safe to repeat: the notice keeps its id, by which
 * subscribers drop the second; of accounts it tells the newest list, the same or a later one.
 * (rule 17)
 */
export async function publishNotice({ notice }: PublishNotice, to: Topics): Promise<void> {
  const { type, reason } = notice.body;
  const full = await fullNotice(notice, to.accounts);
  if (full === undefined) return;
  const text = textOf(noticeMessage(full));
  // Ids made of what has to be escaped come to this; SNS would refuse it for ever.
  if (type === 'account-cache.relinked' && Buffer.byteLength(text) > NOTICE_BYTES_MAX) return;
  const sns = await to.sns();
  await sns.send(
    new PublishCommand({
      TopicArn: type === 'reconsent.required' ? to.reConsentTopicArn : to.consentNoticesTopicArn,
      Message: text,
      MessageAttributes: {
        type: attribute(type),
        reason: attribute(reason),
        ...(notice.provider === undefined ? {} : { provider: attribute(notice.provider) }),
        ...(notice.bankId === undefined ? {} : { bankId: attribute(notice.bankId) }),
      },
    }),
  );
}
