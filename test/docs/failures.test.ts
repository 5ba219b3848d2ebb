/**
 * Whatever a log line or a count may say is explained in the docs: the lists are the code's own, so
 * a new name does not pass before it is explained.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IGNORED_REASONS } from '../../shared/consent/decide.ts';
import { FAILURE_CODES } from '../../shared/runtime/failure.ts';
import { NOTE_METRICS } from '../../shared/worker/metric-names.ts';

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
    expect(namesUnder('Ignored, and why')).toEqual([...IGNORED_REASONS].toSorted());
  });

  it('explains every note, and none that does not exist', () => {
    expect(namesUnder('Notes')).toEqual([...NOTE_METRICS].toSorted());
  });
});
