import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { refreshDialectPage, renderDialectTable } from '../../tools/docs/dialect-pages.ts';

describe.each(PROVIDERS)('docs/dialects/%s.md', (provider) => {
  it('shows the table that the code uses', () => {
    const page = readFileSync(
      new URL(`../../docs/dialects/${provider}.md`, import.meta.url),
      'utf8',
    );

    expect(page).toContain(renderDialectTable(provider));
    expect(refreshDialectPage(page, provider)).toBe(page);
  });

  it('shows every row', () => {
    const table = renderDialectTable(provider);

    for (const row of DIALECTS[provider].rows) expect(table).toContain(`\`${row.match}\``);
  });
});

describe('refreshDialectPage', () => {
  it('refuses a page without a place for the table', () => {
    expect(() => refreshDialectPage('# KeyBank', 'keybank')).toThrow(/keybank\.md needs <!-- rows/);
  });
});
