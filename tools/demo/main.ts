/**
 * `npm run demo`: a month in the life of sixteen consents at four banks, played in seconds on the
 * local AWS, then what happened and why. It ends by itself; exit code 1 when the worker's word on a
 * consent differs from its bank's, or when a token or a message was lost.
 */
import { arch, cpus, platform } from 'node:os';
import { type DayPassed, playMonth } from './month.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type Machine, pageOf } from './page.ts';
import { MONTH_END, MONTH_START, STORIES } from './stories.ts';

const HELP = `npm run demo [-- --json]

Plays a month of ${STORIES.length} consents at four banks on the local AWS, with real queues
and a clock that is moved, then says what happened to each and why.

  --json   one JSON document on stdout, progress on stderr
  --help   this text
`;

type Wish = 'page' | 'json' | 'help';

/** Throws one line for an option it does not know. */
function readWish(options: readonly string[]): Wish {
  const unknown = options.find((option) => option !== '--json' && option !== '--help');
  if (unknown !== undefined) {
    throw new Error(`unknown option ${JSON.stringify(unknown)}; known: --json, --help`);
  }
  if (options.includes('--help')) return 'help';
  return options.includes('--json') ? 'json' : 'page';
}

function progressOn(stream: NodeJS.WriteStream): (passed: DayPassed) => void {
  const [before, after] = stream.isTTY ? ['\r', ''] : ['', '\n'];
  return ({ day, results, requests, notices }) => {
    const counts = [`${results} results in`, `${requests} calls requested`, `${notices} notices`];
    stream.write(
      `${before}${day}  ${counts
        .map((count) => count.padEnd(22))
        .join('')
        .trimEnd()}${after}`,
    );
  };
}

function endProgress(stream: NodeJS.WriteStream): void {
  stream.write('\n');
}

function machineSince(started: number): Machine {
  const processors = cpus();
  return {
    cpus: processors.length,
    cpu: processors[0]?.model ?? 'unknown processor',
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    seconds: (performance.now() - started) / 1_000,
  };
}

function documentOf(outcome: Outcome, machine: Machine): string {
  const month = {
    from: new Date(MONTH_START).toISOString(),
    to: new Date(MONTH_END).toISOString(),
  };
  return JSON.stringify({ month, ...outcome, machine }, withTimes, 2);
}

/** Times as text: for machines, but read by people. */
function withTimes(name: string, value: unknown): unknown {
  const isTime = name === 'at' || name === 'until' || name === 'endedAt';
  return isTime && typeof value === 'number' ? new Date(value).toISOString() : value;
}

async function demo(wish: 'page' | 'json'): Promise<boolean> {
  const started = performance.now();
  const stream = wish === 'json' ? process.stderr : process.stdout;
  const outcome = await playMonth(progressOn(stream), outcomeOf);
  endProgress(stream);
  const machine = machineSince(started);
  console.log(wish === 'json' ? documentOf(outcome, machine) : pageOf(outcome, machine));
  const { disagreements, tokensLost, deadLetters } = outcome.totals;
  return disagreements + tokensLost + deadLetters === 0;
}

try {
  const wish = readWish(process.argv.slice(2));
  if (wish === 'help') console.log(HELP);
  else if (!(await demo(wish))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
