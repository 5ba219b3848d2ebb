import { describe, expect, it } from 'vitest';
import { faultsOf, type Report, scoresOf, survivorsIn } from '../../../tools/mutants/survivors.ts';

function place(line: number, column: number) {
  return { line, column };
}

const REPORT: Report = {
  files: {
    'shared/consent/a.ts': {
      source: 'const a = 1;\n  if (a > 0) {\n    b();\n  }\n',
      mutants: [
        {
          status: 'Survived',
          replacement: 'a >= 0',
          location: { start: place(2, 7), end: place(2, 12) },
        },
        {
          status: 'NoCoverage',
          replacement: '{}',
          location: { start: place(2, 14), end: place(4, 4) },
        },
        {
          status: 'Killed',
          replacement: 'true',
          location: { start: place(2, 7), end: place(2, 12) },
        },
        {
          status: 'Timeout',
          replacement: 'false',
          location: { start: place(2, 7), end: place(2, 12) },
        },
        {
          status: 'RuntimeError',
          replacement: '',
          location: { start: place(1, 1), end: place(1, 2) },
        },
      ],
    },
  },
};
const [COMPARED, EMPTIED] = [
  { file: 'shared/consent/a.ts', line: 'if (a > 0) {', mutant: 'a > 0 => a >= 0' },
  { file: 'shared/consent/a.ts', line: 'if (a > 0) {', mutant: '{ b(); } => {}' },
];

describe('the mutants that live', () => {
  it('are named by their line, what stood there and what stands there now', () => {
    expect(survivorsIn(REPORT)).toEqual([COMPARED, EMPTIED]);
  });

  it('are at fault without a reason', () => {
    const excused = [
      { ...COMPARED, reason: 'a is never 0' },
      { ...EMPTIED, reason: '' },
    ];

    expect(faultsOf(REPORT, excused)).toEqual({ unexplained: [EMPTIED], outdated: [] });
  });

  it('are at fault with a reason that nobody needs, but for files that were left out', () => {
    const gone = { ...COMPARED, line: 'if (b > 0) {', reason: 'b is never 0' };
    const elsewhere = { ...gone, file: 'shared/dialects/a.ts' };

    expect(faultsOf(REPORT, [gone, elsewhere]).outdated).toEqual([gone]);
  });

  it('are counted against those killed, per folder', () => {
    expect(scoresOf(REPORT)).toEqual([{ folder: 'shared/consent', mutants: 4, killed: 2 }]);
  });
});
