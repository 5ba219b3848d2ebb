/** `npm run docs`: renews what docs/ prints from the code. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PAGES } from './pages.ts';

for (const { path, render } of PAGES) {
  const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const renewed = render(page);
  if (renewed !== page) writeFileSync(path, renewed);
  process.stdout.write(`${renewed === page ? 'up to date' : 'renewed   '}  ${path}\n`);
}
