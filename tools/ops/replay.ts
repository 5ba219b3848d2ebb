/**
 * `replay`: a consent's history through the decider of this version. It shows where this version
 * would decide differently, and says what of the past it could not play.
 */
import { POLICIES } from '../../shared/consent/policy.ts';
import { quoted } from './error-line.ts';
import { type Entry, type History, readHistory } from './history.ts';
import { type Difference, type Replayed, replayed } from './replaying.ts';
import { seeConsent } from './state.ts';
import { timeText } from './times.ts';
import type { ExitCode, World } from './world.ts';

/** Writes nothing. Throws what DynamoDB refused. */
export async function replay(
  { consentId }: { readonly consentId: string },
  world: World,
): Promise<ExitCode> {
  const seen = await seeConsent(consentId, world);
  if (seen === undefined) {
    world.tell(`consent ${quoted(consentId)} is unknown: no message about it has been judged`);
    return 1;
  }
  const { ref, bank, version, provider = 'klarna-consent' } = seen.consent;
  const history = await readHistory(consentId, seen.outbox, world);
  const lines = replayed(history.entries, { consentId, ref, bank, provider }, POLICIES);
  const different = lines.filter(({ differs }) => differs.length > 0);
  const skipped = lines.filter((line) => line.skipped !== undefined);
  const notTold = notToldOf(history, version);
  const played = lines.length - skipped.length;
  const changed = different.length;
  const value = { consentId, entries: lines.length, played, different, skipped, notTold };
  world.answer(value, () =>
    [
      ...different.flatMap((line) => [headOf(line, bank), ...line.differs.map(differenceText)]),
      ...skipped.map((line) => `${headOf(line, bank)} not decided again: ${line.skipped}`),
      `${consentId}: ${played} of ${lines.length} entries decided again, ${changed} differently`,
      ...notTold.map((what) => `  ${what}`),
    ].join('\n'),
  );
  return changed === 0 ? 0 : 1;
}

/** What was not played. Never throws. */
export function notToldOf({ entries, unreadable }: History, version: number): readonly string[] {
  const silent = Math.max(0, version - entries.length - unreadable.length);
  const bare = entries.filter((one: Entry) => one.heard === undefined).length;
  const kept = 'plain successes, and all but the last 50; only the latest success is known';
  const told = 'which token and which call it was is not told';
  return [
    ...(silent > 0
      ? [`${silent} of ${version} decisions left no entry that is kept: ${kept}`]
      : []),
    ...(bare > 0 ? [`${bare} entries are of earlier code: ${told}`] : []),
    ...(unreadable.length > 0 ? [`not readable: ${unreadable.join(', ')}`] : []),
    'never in a history: what was ignored, account lists, the bank as it was told then',
  ];
}

function headOf({ at, version, event, unseen }: Replayed, bank: Parameters<typeof timeText>[1]) {
  const before = unseen === 0 ? '' : `, after ${unseen} without an entry`;
  return `${timeText(at, bank)} ${event} (decision ${version}${before})`;
}

function differenceText({ what, told, now }: Difference): string {
  return `  ${what}: ${told} then, ${now} now`;
}
