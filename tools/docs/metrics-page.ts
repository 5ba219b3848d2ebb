/** What docs/metrics.md names, printed from the list that the code counts by. */
import { EFFECT_METRICS, METRICS, NOTE_METRICS } from '../../shared/worker/metric-names.ts';
import { table } from './table.ts';

export function metricTable(): string {
  const rows = Object.entries(METRICS).map(([name, { unit, kind, dimensions, tells }]) => [
    quoted([name]),
    `${unit}, ${kind}`,
    quoted(dimensions) || '–',
    tells,
  ]);
  return table(['metric', 'unit', 'dimensions', 'tells'], rows);
}

export function noteNames(): string {
  return quoted(NOTE_METRICS);
}

export function effectNames(): string {
  return quoted(EFFECT_METRICS);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
