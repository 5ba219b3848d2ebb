/**
 * What the owner is told: one schema per notice, and the way from the core's notice to it. Id and
 * `sequence` are the core's, so performing it again sends the same message. (rule 17)
 */
import * as z from 'zod/mini';
import type { Relinked } from '../consent/account-identity.ts';
import { CATEGORIES } from '../consent/category.ts';
import type { Instant } from '../consent/instant.ts';
import {
  ACTIONS,
  END_REASONS,
  type Notice,
  type NoticeBody,
  type NoticeType,
  PUBLISHED_STATUSES,
} from '../consent/notice.ts';
import { message, type OutgoingMessage, outgoing } from './cloud-event.ts';
import { generation, instant, name, provider, rfc3339 } from './wire.ts';

const about = {
  provider: z.exactOptional(provider),
  bank: z.exactOptional(z.object({ id: name }, 'an object')),
  generation,
  sequence: z.int('a whole number'),
};

const action = z.enum(ACTIONS);
const status = z.enum(PUBLISHED_STATUSES);
const text = z.string('text');
const texts = z.array(text);

export const NOTICES = {
  'reconsent.required': message(
    'reconsent.required',
    z.object({
      ...about,
      reason: z.enum(END_REASONS),
      firstErrorAt: z.exactOptional(instant),
      confirmedAt: instant,
      lastSuccessAt: z.exactOptional(instant),
      errors: z.array(z.object({ time: instant, category: z.enum(CATEGORIES) })),
    }),
  ),
  'reconsent.withdrawn': message(
    'reconsent.withdrawn',
    z.object({ ...about, reason: text, withdraws: text }),
  ),
  'consent.expiring': message(
    'consent.expiring',
    z.object({ ...about, reason: z.literal('validUntil'), validUntil: instant }),
  ),
  'consent.action-required': message(
    'consent.action-required',
    z.object({ ...about, reason: action, action }),
  ),
  'account-cache.purged': message(
    'account-cache.purged',
    z.object({ ...about, reason: text, before: instant }),
  ),
  'account-cache.relinked': message(
    'account-cache.relinked',
    z.object({
      ...about,
      reason: text,
      before: instant,
      listedAt: instant,
      cameBack: z.array(z.object({ accountId: text, previousAccountId: text })),
      new: texts,
      noLongerGranted: texts,
    }),
  ),
  'consent.status-changed': message(
    'consent.status-changed',
    z.object({ ...about, reason: text, from: status, to: status }),
  ),
} as const satisfies Record<NoticeType, z.ZodMiniType>;

type DataOf<Type extends NoticeType> = z.input<(typeof NOTICES)[Type]>['data'];

export type NoticeMessage = {
  [Type in NoticeType]: OutgoingMessage<Type, DataOf<Type>>;
}[NoticeType];

type RelinkedBody = Extract<NoticeBody, { readonly type: 'account-cache.relinked' }>;

/** What a notice says: of purged accounts also when they were listed anew, and what of them. */
export type FullBody =
  | Exclude<NoticeBody, RelinkedBody>
  | (RelinkedBody & Relinked & { readonly listedAt: Instant });

export type FullNotice = Omit<Notice, 'body'> & { readonly body: FullBody };

/** Never throws. */
export function noticeMessage(notice: FullNotice): NoticeMessage {
  const { body } = notice;
  const shared = {
    ...(notice.provider === undefined ? {} : { provider: notice.provider }),
    ...(notice.bankId === undefined ? {} : { bank: { id: notice.bankId } }),
    generation: notice.generation,
    sequence: notice.sequence,
  };

  switch (body.type) {
    case 'reconsent.required':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        ...(body.firstErrorAt === undefined ? {} : { firstErrorAt: rfc3339(body.firstErrorAt) }),
        confirmedAt: rfc3339(body.confirmedAt),
        ...(body.lastSuccessAt === undefined ? {} : { lastSuccessAt: rfc3339(body.lastSuccessAt) }),
        errors: body.errors.map(({ at, category }) => ({ time: rfc3339(at), category })),
      });
    case 'reconsent.withdrawn':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        withdraws: body.withdraws,
      });
    case 'consent.expiring':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        validUntil: rfc3339(body.validUntil),
      });
    case 'consent.action-required':
      return outgoing(body.type, notice, { ...shared, reason: body.reason, action: body.action });
    case 'account-cache.purged':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        before: rfc3339(body.before),
      });
    case 'account-cache.relinked':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        before: rfc3339(body.before),
        listedAt: rfc3339(body.listedAt),
        cameBack: body.cameBack.map(({ id, previousId }) => ({
          accountId: id,
          previousAccountId: previousId,
        })),
        new: [...body.fresh],
        noLongerGranted: [...body.gone],
      });
    case 'consent.status-changed':
      return outgoing(body.type, notice, {
        ...shared,
        reason: body.reason,
        from: body.from,
        to: body.to,
      });
  }
}
