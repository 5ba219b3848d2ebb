/**
 * The pages that hold something printed from the code, each between markers that name it:
 * `<!-- name -->` and `<!-- /name -->`. The files of docs/contracts are printed as a whole.
 */
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { billTable, mixTable } from '../bench/bill.ts';
import { readCounted } from '../bench/counted.ts';
import { asyncApi } from './asyncapi.ts';
import { CONTRACTS } from './contracts.ts';
import { refreshDialectPage } from './dialect-pages.ts';
import { lifecycleTable, policyTable, reactionTable } from './lifecycle-page.ts';
import { schemaFile } from './message-schemas.ts';
import { effectNames, metricTable, noteNames } from './metrics-page.ts';
import { opsHelp } from './ops-page.ts';

export interface Page {
  readonly path: string;
  /** The page with its printed parts renewed; a new one is empty. Throws when it lacks a marker. */
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
  'docs/operating.md': {
    ops: opsHelp,
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
  ...CONTRACTS.map((contract) => ({
    path: `docs/contracts/schemas/${contract.name}.v1.json`,
    render: () => json(schemaFile(contract)),
  })),
  { path: 'docs/contracts/asyncapi.json', render: () => json(asyncApi()) },
];

/** What is no ASCII is escaped: patterns hold characters that no editor shows. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replaceAll(
    /[^\n -~]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

function withPart(page: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page needs ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n${part}\n${page.slice(to)}`;
}
