/**
 * The outcome as a page of text, at most 100 columns wide: a block per consent, then the totals.
 * Dates are the bank's own, so a day that is used up ends where its bank says.
 */
import type { Instant } from '../../shared/consent/instant.ts';
import type { ConsentOutcome, Outcome, Totals } from './outcome.ts';
import type { Told } from './telling.ts';

const COLUMNS = 100;
const MARGIN = 4;
/** `Sat 13 Mar 08:21` and two spaces. */
const DATE_COLUMNS = 18;
const NAME_COLUMNS = 28;
const NUMBER_COLUMNS = 6;

const PREFACE = `
What the banks truly did, what the worker made of it, and whether the two agree. Dates are on the
bank's own clock; the worker remembers everything but plain successes, so those have no line.
`;

/** What it was played on. */
export interface Machine {
  readonly cpus: number;
  readonly cpu: string;
  readonly platform: string;
  readonly node: string;
  readonly seconds: number;
}

/** Never throws. */
export function pageOf({ consents, totals }: Outcome, machine: Machine): string {
  const blocks = consents.map((consent, index) => blockOf(consent, index + 1));
  return [PREFACE, ...blocks, totalsOf(totals, consents.length, machine)].join('\n');
}

function blockOf(consent: ConsentOutcome, number: number): string {
  const { title, bank, told } = consent;
  const who = `  ${bank.provider}, ${bank.id}, ${bank.timeZone}`;
  const head = `${String(number).padStart(2)}  ${title}`.padEnd(COLUMNS - who.length) + who;
  return [
    head,
    ...wrapped('bank', bankTruth(consent)),
    ...told.flatMap((line) => toldLines(line, bank.timeZone)),
    ...wrapped('verdict', verdict(consent)),
    '',
  ].join('\n');
}

function toldLines({ at, text, times, until }: Told, timeZone: string): readonly string[] {
  const again = times > 1 ? ` (${times} times, until ${dateOf(until, timeZone)})` : '';
  return wrapped(dateOf(at, timeZone), text + again);
}

/** `text` beside `label`, broken between words; what does not fit stands below. */
function wrapped(label: string, text: string): readonly string[] {
  const room = COLUMNS - MARGIN - DATE_COLUMNS;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  const indent = ' '.repeat(MARGIN);
  return [...lines, line].map(
    (part, index) => `${indent}${(index === 0 ? label : '').padEnd(DATE_COLUMNS)}${part}`,
  );
}

function bankTruth({ truth, bank }: ConsentOutcome): string {
  const { fate, endedAt, answers, tokensHandedOut, payments, accountsRenamed } = truth;
  const ended = endedAt === undefined ? '' : ` on ${dateOf(endedAt, bank.timeZone)}`;
  const said = answers.map(
    ({ said, times, wrongly }) => `${times} x ${said}${wrongly ? ' (which is not true)' : ''}`,
  );
  return [
    `${fate}${ended}; answered ${said.join(', ')}`,
    ...(tokensHandedOut > 0 ? [`${tokensHandedOut} tokens handed out`] : []),
    ...(payments > 0 ? [`payments booked: ${payments}`] : []),
    ...(accountsRenamed > 0 ? ['accounts under new ids'] : []),
  ].join('; ');
}

function verdict(consent: ConsentOutcome): string {
  const { status, agrees, truth, tokenLost, falseReconsentsAvoided, generation } = consent;
  const count = falseReconsentsAvoided;
  return [
    agrees ? `${status}: right` : `${status}: WRONG, at the bank it is ${truth.fate}`,
    ...(generation > 1 ? [`life ${generation}`] : []),
    ...(tokenLost ? ['TOKEN LOST'] : []),
    ...(count > 0 ? [`false re-consents avoided: ${count}`] : []),
  ].join('; ');
}

function totalsOf(totals: Totals, consents: number, machine: Machine): string {
  const notices = Object.entries(totals.notices);
  const calls = Object.entries(totals.awsCalls);
  return [
    'Totals',
    row('results in', totals.resultsIn),
    row('calls requested', totals.callsRequested),
    row('tokens rotated', totals.tokensRotated),
    row('tokens lost', totals.tokensLost),
    `${row('false re-consents avoided', totals.falseReconsentsAvoided)}  (first errors of living ` +
      `consents; asked and taken back: ${totals.takenBack})`,
    row('notices sent', sumOf(notices)),
    ...notices.map(([type, count]) => row(`  ${type}`, count)),
    row('AWS calls of the worker', sumOf(calls)),
    ...calls.map(([action, count]) => row(`  ${action}`, count)),
    row('dead letters', totals.deadLetters),
    `${row('status as at the bank', consents - totals.disagreements)}  of ${consents}`,
    '',
    `${machine.cpus} x ${machine.cpu}, ${machine.platform}, Node ${machine.node}, ` +
      `${machine.seconds.toFixed(1)} s`,
  ].join('\n');
}

function row(name: string, count: number): string {
  return name.padEnd(NAME_COLUMNS) + String(count).padStart(NUMBER_COLUMNS);
}

function sumOf(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}

/** `Sat 13 Mar 08:21`, on the clock of that zone. */
function dateOf(at: Instant, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((one) => one.type === type)?.value ?? '';
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('hour')}:${part('minute')}`;
}
