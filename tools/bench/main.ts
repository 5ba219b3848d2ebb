/**
 * `npm run bench`: what the pure core costs, what is deployed, and what a month of it would cost;
 * or one of them: `npm run bench -- bundles`. Things are measured side by side in one run and
 * printed with the machine and version they were measured on; speed is asserted nowhere. The part
 * `load` runs by name only, and ends with exit code 1 when a message is not accounted for.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Bench } from 'tinybench';
import { billTable, mixTable } from './bill.ts';
import { measureBundles } from './bundles.ts';
import { keepCounted } from './counted.ts';
import { DECISIONS_PER_RUN, decisions } from './decisions.ts';
import { measureLoad } from './load.ts';
import { reportOf } from './load-report.ts';
import { addUp } from './load-sums.ts';
import { countMix } from './mix.ts';

const RESULTS = 50_000;
const RESULTS_MIN = 100;
const RESULTS_MAX = 1_000_000;

const HELP = `npm run bench [-- <part>...] [--results <number>]

  decisions   what the pure core decides in a second
  bundles     the size of what is deployed, and how fast it is loaded
  bill        what a month costs; counts anew what a result takes of AWS
  load        pushes results through the local AWS and accounts for each; takes minutes, so it
              runs by name only. Exit code 1 when the sums do not add up

  --results   how many of them load sends, ${RESULTS_MIN} to ${RESULTS_MAX}; by default ${RESULTS}
  --help      this text
`;

/** Each answers its lines. */
const PARTS: Readonly<Record<string, (results: number) => Promise<readonly string[]>>> = {
  decisions: async () => {
    const bench = new Bench({ time: 1_000, warmupTime: 250 });
    for (const { name, run } of decisions()) bench.add(name, run);
    await bench.run();
    return bench.tasks.map(({ name, result }) => {
      if (!('throughput' in result)) throw new Error(`${name} could not be measured`);
      const perSecond = Math.round(result.throughput.p50 * DECISIONS_PER_RUN);
      const micros = ((result.latency.p50 * 1_000) / DECISIONS_PER_RUN).toFixed(2);
      const figures = [perSecond.toLocaleString('en').padStart(12), '/s', micros.padStart(9), 'µs'];
      return `${name.padEnd(50)} ${figures.join(' ')}`;
    });
  },
  bundles: async () => {
    const measured = measureBundles();
    const [worker = Number.NaN, bare = Number.NaN] = measured.flatMap(
      ({ importMs }) => importMs ?? [],
    );
    return [
      ...measured.map(({ name, kb, atStartKb, importMs }) => {
        const time = importMs === undefined ? '' : `, loaded in ${importMs.toFixed(1)} ms (median)`;
        return `${name.padEnd(20)} ${kb} KB, at start ${atStartKb} KB${time}`;
      }),
      `${'ratio'.padEnd(20)} ${(worker / bare).toFixed(2)}`,
    ];
  },
  bill: async () => {
    const mix = await countMix();
    keepCounted(mix);
    return [mixTable(mix), '', billTable(mix)];
  },
  load: async (results) => {
    const progress = (line: string) => process.stderr.write(`${line}\n`);
    const load = await measureLoad({ results, progress });
    if (!addUp(load.sums)) process.exitCode = 1;
    return reportOf(load);
  },
};

const BY_NAME_ONLY = ['load'];

interface Wish {
  readonly parts: readonly string[];
  readonly results: number;
}

/** `undefined` asks for help. Throws one line for what it does not know. */
function readWish(args: readonly string[]): Wish | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { results: { type: 'string' }, help: { type: 'boolean' } },
    strict: false,
  });
  const { results = String(RESULTS), help, ...others } = values;
  const [option] = Object.keys(others);
  if (option !== undefined) {
    throw new Error(`unknown option "--${option}"; known: --results <number>, --help`);
  }
  const known = Object.keys(PARTS);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no part "${unknown}"; known: ${known.join(', ')}`);
  const number = Number(results);
  if (!Number.isInteger(number) || number < RESULTS_MIN || number > RESULTS_MAX) {
    const expected = `a whole number, ${RESULTS_MIN} to ${RESULTS_MAX}`;
    throw new Error(`--results ${JSON.stringify(results)} is none; expected ${expected}`);
  }
  if (help !== undefined) return undefined;
  const byDefault = known.filter((name) => !BY_NAME_ONLY.includes(name));
  return { parts: positionals.length > 0 ? positionals : byDefault, results: number };
}

async function run({ parts, results }: Wish): Promise<void> {
  const { arch, platform, version } = process;
  const processor = cpus()[0]?.model ?? 'unknown processor';
  process.stdout.write(`${processor}, ${platform} ${arch}, Node ${version}\n`);
  for (const [name, part] of Object.entries(PARTS)) {
    if (!parts.includes(name)) continue;
    process.stdout.write(`\n${name}\n\n${(await part(results)).join('\n')}\n`);
  }
}

let wish: Wish | undefined;
try {
  wish = readWish(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
if (wish === undefined) process.stdout.write(HELP);
else await run(wish);
