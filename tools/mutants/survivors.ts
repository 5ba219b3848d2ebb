/**
 * Holds the mutants that lived against the list of those that may, `test/mutants/survivors.json`.
 * An entry names its mutant by the text of its line and not by its number, so that code above it
 * may grow; one that matches no survivor any more is a fault as well, so the list stays true.
 */
export interface Report {
  readonly files: Readonly<Record<string, ReportedFile>>;
}

interface ReportedFile {
  readonly source: string;
  readonly mutants: readonly ReportedMutant[];
}

interface ReportedMutant {
  readonly status: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Survivor {
  readonly file: string;
  /** The line on which it begins, without its indent. */
  readonly line: string;
  /** What stands there, and what the mutant puts in its place. */
  readonly mutant: string;
}

export interface Excused extends Survivor {
  readonly reason: string;
}

const ALIVE: readonly string[] = ['Survived', 'NoCoverage'];
const DEAD: readonly string[] = ['Killed', 'Timeout'];

export function survivorsIn({ files }: Report): readonly Survivor[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => ALIVE.includes(status))
      .map((mutant) => ({ file, ...described(mutant, source.split('\n')) })),
  );
}

function described(
  { replacement = '', location: { start, end } }: ReportedMutant,
  lines: readonly string[],
): Omit<Survivor, 'file'> {
  const spanned = lines.slice(start.line - 1, end.line);
  const tail = (spanned.at(-1) ?? '').length - (end.column - 1);
  const text = spanned.join('\n');
  const original = oneLine(text.slice(start.column - 1, text.length - tail));
  return { line: (spanned[0] ?? '').trim(), mutant: `${original} => ${oneLine(replacement)}` };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** What is wrong: survivors that nobody has excused, and excuses that nobody needs. */
export function faultsOf(
  report: Report,
  excused: readonly Excused[],
): { readonly unexplained: readonly Survivor[]; readonly outdated: readonly Excused[] } {
  const alive = survivorsIn(report);
  const lives = new Set(alive.map(keyOf));
  const known = new Set(excused.filter(({ reason }) => reason !== '').map(keyOf));
  return {
    unexplained: alive.filter((one) => !known.has(keyOf(one))),
    outdated: excused.filter((one) => one.file in report.files && !lives.has(keyOf(one))),
  };
}

function keyOf({ file, line, mutant }: Survivor): string {
  return JSON.stringify([file, line, mutant]);
}

export interface Score {
  readonly folder: string;
  readonly mutants: number;
  readonly killed: number;
}

/** Per folder. A mutant that cannot even be loaded is no mutant. */
export function scoresOf({ files }: Report): readonly Score[] {
  const folders = Map.groupBy(Object.entries(files), ([file]) => file.replace(/\/[^/]+$/, ''));
  return [...folders].map(([folder, inside]) => {
    const statuses = inside.flatMap(([, { mutants }]) => mutants.map(({ status }) => status));
    const killed = statuses.filter((status) => DEAD.includes(status)).length;
    const alive = statuses.filter((status) => ALIVE.includes(status)).length;
    return { folder, mutants: killed + alive, killed };
  });
}
