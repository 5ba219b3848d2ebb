/**
 * Prints a dialect's table for its page in docs/dialects, from the rows that the code itself uses,
 * so that the page cannot say anything else. Rows that differ only in what they match share a line.
 */

import type { Provider } from '../../shared/consent/provider.ts';
import type { Row } from '../../shared/dialects/dialect.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { scopeOf } from '../../shared/dialects/scope.ts';

const START = '<!-- rows -->';
const END = '<!-- /rows -->';

/** The table as Markdown, without a newline at its end. Never throws. */
export function renderDialectTable(provider: Provider): string {
  const lines = new Map<string, string[]>();
  for (const row of DIALECTS[provider].rows) {
    const rest = `${categoryCell(row)} | ${row.scope ?? scopeOf(row.category)} | ${row.source}`;
    const matches = lines.get(rest) ?? [];
    lines.set(rest, [...matches, `\`${row.match}\``]);
  }

  return [
    '| match | category | scope | source |',
    '|---|---|---|---|',
    ...[...lines].map(([rest, matches]) => `| ${matches.join(', ')} | ${rest} |`),
  ].join('\n');
}

/** The page with its table renewed. Throws when the page lacks the markers of the table. */
export function refreshDialectPage(page: string, provider: Provider): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start === -1 || end < start) {
    throw new Error(`docs/dialects/${provider}.md needs ${START} and ${END} around its table`);
  }
  const before = page.slice(0, start + START.length);
  return `${before}\n${renderDialectTable(provider)}\n${page.slice(end)}`;
}

function categoryCell({ category, onAccount }: Row): string {
  if (onAccount === undefined) return `\`${category}\``;
  return `\`${category}\`; naming an account \`${onAccount}\` (${scopeOf(onAccount)})`;
}
