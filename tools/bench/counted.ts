/**
 * The mix as it was counted last, by `npm run bench -- bill`. It is kept in a file because the bill
 * in the docs is printed from it, and counting takes a local AWS.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { CountedMix } from './kinds.ts';

const FILE = new URL('./counted.json', import.meta.url);

export function readCounted(): CountedMix {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

export function keepCounted(mix: CountedMix): void {
  writeFileSync(FILE, `${JSON.stringify(mix, null, 2)}\n`);
}
