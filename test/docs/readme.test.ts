/**
 * What a newcomer meets first holds: the links of every page lead somewhere, the commands exist,
 * and no folder is missing from the map. Its program is run by readme.int.test.ts.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** As GitHub names the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a page that lead nowhere in the repository. */
function brokenLinksOf(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !link.startsWith('https://'))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
      if (!existsSync(target) || relative(ROOT, target).startsWith('..')) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
    });
}

describe('the docs', () => {
  it.each(PAGES)('%s links to nothing that is not there', (path) => {
    expect(brokenLinksOf(path)).toEqual([]);
  });

  it('are all reached from the README', () => {
    const reached = [...README.matchAll(/\]\((docs[^)#]*)\)/g)].map(([, link = '']) => link);
    const lost = PAGES.filter(
      (path) => path.startsWith('docs/') && !reached.some((link) => path.startsWith(link)),
    );

    expect(lost).toEqual([]);
  });
});

/** The npm scripts that a page names. */
function commandsOf(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/npm run ([\w:]+)|npm (start|test)\b/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );
}

describe('README.md', () => {
  it('names the commands of a newcomer', () => {
    expect(commandsOf('README.md')).toEqual(
      expect.arrayContaining(['demo', 'test', 'start', 'check', 'synth', 'deploy']),
    );
  });

  it.each(PAGES)('and %s name only commands that exist', (path) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

    expect(commandsOf(path).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('has every folder of shared/ on its map', () => {
    const folders = readdirSync(join(ROOT, 'shared'));

    const [, map = ''] = /## The tree\s+```\n([\s\S]*?)```/.exec(README) ?? [];

    expect(folders.filter((folder) => !map.includes(`\n  ${folder}/ `))).toEqual([]);
  });

  it('is short enough to be read', () => {
    expect(README.split('\n').length).toBeLessThan(195);
  });
});
