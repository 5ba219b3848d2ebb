/** The core's notices of which the examples of docs/messages.md are made. */
import type { NoticeType } from '../../shared/consent/notice.ts';
import { type FullNotice, NOTICES } from '../../shared/messages/notices.ts';
import { exampleOf } from '../../tools/docs/examples.ts';

export function noticeIn(type: NoticeType): FullNotice {
  const { id, subject, time, data } = NOTICES[type].parse(exampleOf(type));
  const { provider, bank, generation, sequence, ...rest } = data;
  const errors =
    'errors' in rest && rest.errors.map((error) => ({ ...error, at: error.time, time: undefined }));
  const accounts = 'cameBack' in rest && {
    cameBack: rest.cameBack.map((one) => ({
      id: one.accountId,
      previousId: one.previousAccountId,
    })),
    fresh: rest.new,
    gone: rest.noLongerGranted,
  };
  return {
    id,
    consentId: subject,
    at: time,
    ...(provider && { provider }),
    ...(bank && { bankId: bank.id }),
    generation,
    sequence,
    body: { ...rest, ...(errors && { errors }), ...accounts, type } as FullNotice['body'],
  };
}
