/**
 * The pages that hold something printed from the code, each between markers that name it:
 * `<!-- name -->` and `<!-- /name -->`.
 */
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { billTable, mixTable } from '../bench/bill.ts';
import { readCounted } from '../bench/counted.ts';
import { refreshDialectPage } from './dialect-pages.ts';
import { lifecycleTable, policyTable, reactionTable } from './lifecycle-page.ts';
import { effectNames, metricTable, noteNames } from './metrics-page.ts';

export interface Page {
  readonly path: string;
  /** The page with its printed parts renewed. Throws when it lacks a marker. */
  readonly render: (page: string) => string;
}

const PARTS = {
  'docs/lifecycle.md': {
    statuses: lifecycleTable,
    reactions: reactionTable,
    values: policyTable,
  },
  'docs/metrics.md': {
    metrics: metricTable,
    notes: noteNames,
    effects: effectNames,
  },
  'docs/performance.md': {
    mix: () => mixTable(readCounted()),
    bill: () => billTable(readCounted()),
  },
} as const;

export const PAGES: readonly Page[] = [
  ...Object.entries(PARTS).map(([path, parts]) => ({
    path,
    render: (page: string) =>
      Object.entries(parts).reduce(
        (renewed, [name, print]) => withPart(renewed, name, print()),
        page,
      ),
  })),
  ...PROVIDERS.map((provider) => ({
    path: `docs/dialects/${provider}.md`,
    render: (page: string) => refreshDialectPage(page, provider),
  })),
];

function withPart(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page needs ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n${part}\n${page.slice(to)}`;
}
