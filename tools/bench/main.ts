/**
 * `npm run bench`: what the pure core costs, measured side by side in one run and printed with the
 * machine and versions it was measured on. Speed is printed here and asserted nowhere.
 */
import { cpus } from 'node:os';
import { Bench } from 'tinybench';
import { DECISIONS_PER_RUN, decisions } from './decisions.ts';

const bench = new Bench({ time: 1_000, warmupTime: 250 });
for (const { name, run } of decisions()) bench.add(name, run);
await bench.run();

const { arch, platform, version } = process;
process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${platform} ${arch}, Node ${version}\n\n`,
);
for (const { name, result } of bench.tasks) {
  if (!('throughput' in result)) throw new Error(`${name} could not be measured`);
  const perSecond = Math.round(result.throughput.p50 * DECISIONS_PER_RUN);
  const micros = ((result.latency.p50 * 1_000) / DECISIONS_PER_RUN).toFixed(2);
  const figures = `${perSecond.toLocaleString('en').padStart(12)} /s ${micros.padStart(9)} µs`;
  process.stdout.write(`${name.padEnd(50)} ${figures}\n`);
}
