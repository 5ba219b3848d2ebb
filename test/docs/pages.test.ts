/** What the pages print from the code is what the code says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../tools/docs/pages.ts';

describe('the printed pages', () => {
  it.each(PAGES)('$path is up to date (npm run docs)', ({ path, render }) => {
    const page = readFileSync(path, 'utf8');

    expect(render(page)).toBe(page);
  });
});
