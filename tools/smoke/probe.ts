/**
 * The one result that a smoke test sends, and what has to come of it. `permission_denied` of a
 * consent never heard of leads at once to one `action-required` notice and to nothing else: no PSU
 * is asked, no caller is asked, no timer stays. Its bank's id, the probe's own, lets subscribers
 * leave that notice out.
 */
import type * as z from 'zod/mini';
import type { bankCallCompleted } from '../../shared/messages/bank-call-completed.ts';
import { NOTICES } from '../../shared/messages/notices.ts';
import { refusalOf } from '../../shared/messages/refusal.ts';
import type { State } from './state.ts';

const ACTION = 'CONSENT.PERMISSION_DENIED';

/** The message, of this time. */
export function resultOf(probe: string, time: Date): z.input<typeof bankCallCompleted> {
  return {
    specversion: '1.0',
    id: probe,
    source: '/smoke',
    type: 'consent-lifecycle.bank-call.completed.v1',
    subject: probe,
    time: time.toISOString(),
    data: {
      provider: 'hamsterbank',
      bank: { id: probe },
      call: { operation: 'accounts' },
      response: { status: 403, body: { code: 'permission_denied' } },
    },
  };
}

/** What is wrong with the notice for a consent in this state; nothing when all is right. */
export function complaintAbout(
  notice: unknown,
  probe: string,
  { ref, version, generation }: Pick<State, 'ref' | 'version' | 'generation'>,
): string | undefined {
  const read = NOTICES['consent.action-required'].safeParse(notice);
  if (!read.success) return refusalOf(read.error, notice);

  const { id, subject, data } = read.data;
  const fields = [
    ['subject', subject, probe],
    ['action', data.action, ACTION],
    ['id', id, `${ref}.g${generation}.action-required.${ACTION}`],
    ['sequence', data.sequence, version],
  ] as const;
  const wrong = fields.find(([, found, expected]) => found !== expected);
  return wrong && `${wrong[0]} "${wrong[1]}"; expected "${wrong[2]}"`;
}
