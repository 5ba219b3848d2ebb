/** `npm run docs`: renews the tables in docs/ that are printed from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { PAGES } from './pages.ts';

for (const { path, render } of PAGES) {
  const page = readFileSync(path, 'utf8');
  const renewed = render(page);
  if (renewed !== page) writeFileSync(path, renewed);
  process.stdout.write(`${renewed === page ? 'up to date' : 'renewed   '}  ${path}\n`);
}
