/**
 * `waiting`: the calls that consents wait for, each with its reason and until when; the earliest
 * consent first. A consent that only waits for the end of its known lifetime is not among them.
 */
import type { WaitingCall } from '../../shared/consent/consent.ts';
import { HOUR, type Instant } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { waitingCalls } from '../../shared/consent/waiting.ts';
import { datedConsents, unreadIn } from './owed-index.ts';
import { progressOf } from './progress.ts';
import type { Seen } from './state.ts';
import type { ExitCode, World } from './world.ts';

/** Later than any date. */
const EVER: Instant = Number.MAX_SAFE_INTEGER;

/** 1 if some cannot be read. Safe to repeat: it writes nothing. Throws what DynamoDB refused. */
export async function waiting(_: object, world: World): Promise<ExitCode> {
  const progress = progressOf('consents with a date read', world);
  let found = 0;
  const unread = unreadIn(world);
  for await (const { seen } of datedConsents(world, EVER, unread.add)) {
    const rows = waitsOf(seen.consent);
    for (const row of rows) world.answer(row, () => lineOf(row));
    if (rows.length > 0) found += 1;
    progress.add(1);
  }
  progress.end(found);
  return unread.count === 0 ? 0 : 1;
}

export interface Wait {
  readonly consentId: string;
  readonly status: string;
  readonly operation: string;
  readonly reason: string;
  /** `answer`: of a request that was sent; `accounts`: a fresh list; `confirmation`: held. */
  readonly for: 'its time' | 'answer' | 'accounts' | 'confirmation';
  /** UTC; missing where it has no date of its own. */
  readonly until?: string;
  readonly requestId?: string;
}

/** Never throws. */
export function waitsOf(consent: Seen['consent']): readonly Wait[] {
  const { consentId, status, provider = 'klarna-consent' } = consent;
  const { unansweredAfterHours } = POLICIES[provider];
  return waitingCalls(consent).map((held) => ({
    consentId,
    status,
    operation: held.call.operation,
    reason: held.reason,
    ...waitOf(held, unansweredAfterHours, status === 'suspect' && held !== consent.confirming),
  }));
}

function waitOf(
  { request, awaitsAccounts, dueAt, notAfter = Infinity }: WaitingCall,
  unansweredAfterHours: number,
  isHeld: boolean,
): Pick<Wait, 'for' | 'until' | 'requestId'> {
  if (awaitsAccounts) return { for: 'accounts' };
  if (request !== undefined) {
    const overdueAt = Math.min(notAfter, request.sentAt + unansweredAfterHours * HOUR);
    return { for: 'answer', until: iso(overdueAt), requestId: request.id };
  }
  return isHeld ? { for: 'confirmation' } : { for: 'its time', until: iso(dueAt) };
}

function lineOf({ consentId, status, operation, reason, until, requestId, ...wait }: Wait): string {
  const what = requestId === undefined ? wait.for : `answer to ${requestId}`;
  const when = until === undefined ? [] : [`until ${until}`];
  return [consentId, status, `${operation} (${reason})`, `for ${what}`, ...when].join('\t');
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
