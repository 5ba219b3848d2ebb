/**
 * `owed`: the consents that owe something, or whose timer has not fired: since when, and what. What
 * is older than the sweep's five minutes is wrong, and makes the exit code 1; so does what cannot
 * be read.
 */
import { OVERDUE_AFTER } from '../../shared/lifecycle/sweep.ts';
import { type Dated, datedConsents, unreadIn } from './owed-index.ts';
import { progressOf } from './progress.ts';
import type { ExitCode, World } from './world.ts';

/** Safe to repeat: it writes nothing. Throws what DynamoDB refused. */
export async function owed(_: object, world: World): Promise<ExitCode> {
  const progress = progressOf('consents read', world);
  let found = 0;
  let overdue = 0;
  const unread = unreadIn(world);
  for await (const dated of datedConsents(world, world.now, unread.add)) {
    const row = rowOf(dated, world.now);
    progress.add(1);
    if (row === undefined) continue;
    found += 1;
    if (row.overdue) overdue += 1;
    world.answer(row, () => lineOf(row));
  }
  progress.end(found);
  return overdue + unread.count === 0 ? 0 : 1;
}

interface Row {
  readonly consentId: string;
  readonly since: string;
  readonly effects: readonly string[];
  /** Its timer was due, and has not been heard. */
  readonly timerDue: boolean;
  /** For longer than the sweep leaves it to others. */
  readonly overdue: boolean;
}

/** `undefined`: what the index said is done meanwhile. */
function rowOf({ owedAt, seen: { consent, outbox } }: Dated, now: number): Row | undefined {
  const timerDue = consent.timer !== undefined && consent.timer.dueAt < now;
  if (outbox.length === 0 && !timerDue) return undefined;
  return {
    consentId: consent.consentId,
    since: new Date(owedAt).toISOString(),
    effects: outbox.map((one) =>
      one.do === 'PublishNotice' ? `${one.do} ${one.notice.body.type}` : one.do,
    ),
    timerDue,
    overdue: owedAt < now - OVERDUE_AFTER,
  };
}

function lineOf({ consentId, since, effects, timerDue, overdue }: Row): string {
  const what = [...effects, ...(timerDue ? ['a timer that was due'] : [])].join(', ');
  return [consentId, `since ${since}`, what, ...(overdue ? ['overdue'] : [])].join('\t');
}
