/** What a run under load has to say, in lines for a terminal. */
import type { Load, Sample } from './load.ts';
import { addUp } from './load-sums.ts';

const POINTS = 10;
const MB = 1024 * 1024;

export function reportOf(load: Load): readonly string[] {
  const { consents, inFlightMax, ms, latencies, cameAgain, sums } = load;
  const results = sums.find(({ what }) => what === 'results')?.sent ?? 0;
  const perSecond = Math.round(results / (ms / 1_000));
  return [
    `${count(results)} results about ${count(consents)} consents in ${Math.round(ms / 1_000)} s: ` +
      `${perSecond} a second, ${inFlightMax} in flight at most`,
    `sent to applied: p50 ${percentile(latencies, 50)} ms, p99 ${percentile(latencies, 99)} ms`,
    '',
    ...memoryLines(load.samples),
    '',
    `${'messages'.padEnd(40)} ${'sent'.padStart(9)} ${'found'.padStart(9)}`,
    ...sums.map(({ what, sent, found }) => {
      const differs = sent === found ? '' : '  differs';
      return `${what.padEnd(40)} ${count(sent).padStart(9)} ${count(found).padStart(9)}${differs}`;
    }),
    '',
    `failures after which messages came again: ${count(cameAgain)}`,
    addUp(sums) ? 'every message is accounted for' : 'the sums do not add up',
  ];
}

/** The value that so many of a hundred do not exceed; NaN of none. */
export function percentile(values: readonly number[], ofHundred: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((sorted.length * ofHundred) / 100) - 1)] ?? Number.NaN;
}

/** Of each tenth the highest RSS, and the lowest heaps: what is left when garbage is collected. */
function memoryLines(samples: readonly Sample[]): readonly string[] {
  const points = Array.from({ length: POINTS }, (_, at) =>
    samples.slice((at * samples.length) / POINTS, ((at + 1) * samples.length) / POINTS),
  );
  const row = (what: string, of: (point: readonly Sample[]) => number) => {
    const values = points.map(of);
    const [, first = Number.NaN] = values; // The first tenth warms up.
    const growth = (values.at(-1) ?? Number.NaN) / first;
    const cells = values.map((bytes) => (bytes / MB).toFixed(0).padStart(5)).join('');
    return `${what.padEnd(26)}${cells}  x ${growth.toFixed(2)}`;
  };
  const head = points.map((_, at) => String(at + 1).padStart(5)).join('');
  return [
    `${'MB, by tenths of the run'.padEnd(26)}${head}  10th / 2nd`,
    row('the function, heap', (point) => Math.min(...point.map(({ worker }) => worker))),
    row('emulators, heap', (point) => Math.min(...point.map(({ emulators }) => emulators))),
    row('whole process, RSS', (point) => Math.max(...point.map(({ rss }) => rss))),
  ];
}

function count(value: number): string {
  return value.toLocaleString('en');
}
