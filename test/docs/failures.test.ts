/**
 * Whatever a log line or a count may say is explained in the docs. The lists are proved complete by
 * the compiler: a new name does not compile before it stands here, nor pass before it is explained.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IgnoredReason } from '../../shared/consent/decide.ts';
import type { Note } from '../../shared/consent/draft.ts';
import type { IntakeNote } from '../../shared/intake/reading.ts';
import { FAILURE_CODES } from '../../shared/runtime/failure.ts';

const IGNORED_REASONS = {
  duplicate: true,
  'earlier-generation': true,
  ended: true,
  'names-itself': true,
  'nothing-new': true,
  'older-than-grant': true,
  'stale-timer': true,
  'token-not-kept': true,
  'unknown-consent': true,
} as const satisfies Record<IgnoredReason, true>;

/** The last two are not the decider's: the spine and the intake count them. */
const NOTES = {
  'token-rotated': true,
  'token-not-renewed': true,
  'token-outdated': true,
  'transfer-token-without-instruction': true,
  'clock-ahead': true,
  strike: true,
  'strike-dropped': true,
  'strike-reprieved': true,
  'strike-voided': true,
  'race-lost': true,
  'race-lost-too-often': true,
  'payment-known': true,
  ended: true,
  revived: true,
  'limit-wait': true,
  'rolling-window': true,
  'given-up': true,
  displaced: true,
  unanswered: true,
  'day-full': true,
  'credential-failed': true,
  'client-quota-used-up': true,
  unclassified: true,
  'accounts-too-large': true,
  'unknown-time-zone': true,
  'transfer-token-too-long': true,
} as const satisfies Record<Note | IntakeNote | 'accounts-too-large', true>;

const PAGE = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');

/** The names in the first column of the table under `heading`. */
function namesUnder(heading: string): readonly string[] {
  const [, section = ''] = PAGE.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return [...text.matchAll(/^\| `([^`]+)` \| \S/gm)].map(([, name = '']) => name).toSorted();
}

describe('docs/failures.md', () => {
  it('explains every failure code, and none that does not exist', () => {
    expect(namesUnder('Operating failures')).toEqual([...FAILURE_CODES].toSorted());
  });

  it('explains every reason why an event is ignored, and none that does not exist', () => {
    expect(namesUnder('Ignored, and why')).toEqual(Object.keys(IGNORED_REASONS).toSorted());
  });

  it('explains every note, and none that does not exist', () => {
    expect(namesUnder('Notes')).toEqual(Object.keys(NOTES).toSorted());
  });
});
