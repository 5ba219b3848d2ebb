/**
 * `npm run bench`: what the pure core costs, what is deployed, and what a month of it would cost;
 * or one of them: `npm run bench -- bundles`. Things are measured side by side in one run and
 * printed with the machine and version they were measured on; speed is asserted nowhere.
 */
import { cpus } from 'node:os';
import { Bench } from 'tinybench';
import { billTable, mixTable } from './bill.ts';
import { measureBundles } from './bundles.ts';
import { keepCounted } from './counted.ts';
import { DECISIONS_PER_RUN, decisions } from './decisions.ts';
import { countMix } from './mix.ts';

const PARTS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
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
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) {
  process.stderr.write(`no part "${unknown}"; known: ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(1);
}

const { arch, platform, version } = process;
process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${platform} ${arch}, Node ${version}\n`,
);
for (const [name, run] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n${name}\n\n${(await run()).join('\n')}\n`);
}
