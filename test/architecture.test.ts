/**
 * The house rules as a test: who may import whom, what may be read where, and how large a file may
 * grow. It reads the sources as text; an exception would have to be written here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['functions', 'infra', 'shared', 'tools', 'test'];
const LINES_MAX = 300;
const SHARED_LINES_MAX = 200;
const COLUMNS_MAX = 100;
/** A test is a sentence, and a sentence is not broken. */
const TITLE = /^\s*(it|describe)\(/;

interface Source {
  readonly path: string;
  readonly text: string;
  /** What it imports: paths from the root for our own files, names for packages. */
  readonly imports: readonly string[];
}

const SOURCES: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => sourceAt(join(folder, name))),
);

function sourceAt(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)];
  const imports = specifiers.map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), specifier)) : specifier,
  );
  return { path, text, imports };
}

/** Each place, and where what it imports may live; `zod` stands for `zod/mini`. */
const MAY_IMPORT: Readonly<Record<string, readonly RegExp[]>> = {
  'shared/consent/': [/^shared\/consent\//],
  'shared/dialects/': [/^shared\/(consent|dialects)\//],
  'shared/lifecycle/': [/^shared\/(consent|lifecycle)\//, /^shared\/runtime\/failure\.ts$/],
  'shared/messages/': [/^shared\/(consent|messages)\//, /^zod\/mini$/],
  'shared/intake/': [/^shared\/(consent|dialects|messages|intake)\//, /^node:crypto$/],
  'shared/store/': [
    /^shared\/(consent|messages|store)\//,
    /^shared\/lifecycle\/ports\.ts$/,
    /^(zod\/mini|@aws-sdk\/(client-dynamodb|util-dynamodb))$/,
  ],
  'shared/effects/': [
    /^shared\/(consent|messages|effects)\//,
    /^shared\/lifecycle\/ports\.ts$/,
    /^node:crypto$/,
    /^@aws-sdk\/(client-\w+|util-dynamodb)$/,
  ],
  'shared/runtime/': [
    /^shared\/runtime\//,
    /^(zod\/mini|aws-lambda|@middy\/core|@smithy\/node-http-handler)$/,
    /^@aws-(sdk|lambda-powertools)\//,
  ],
  'shared/worker/': [/^shared\//, /^node:crypto$/],
  // What runs in the callers' own programs: no worker, no log, no environment.
  'shared/caller/': [
    /^shared\/(caller|consent|dialects|intake|messages|store)\//,
    /^shared\/(lifecycle\/ports|effects\/message-group|runtime\/system-clock)\.ts$/,
    /^(node:crypto|aws-lambda|sqs-consumer|zod\/mini)$/,
    /^@aws-sdk\/client-(dynamodb|sqs)$/,
  ],
  'functions/': [/^shared\//],
  // What is deployed is known by its names: any package, but of our own code only what says them.
  'infra/': [
    /^infra\//,
    /^shared\/(runtime\/environment|worker\/metric-names)\.ts$/,
    /^shared\/(store\/owed-index|consent\/retention)\.ts$/,
    /^(?!(functions|shared|test|tools)\/)/,
  ],
  'tools/': [/^(shared|functions|infra|tools)\//, /^[^.]/],
};

describe('the architecture', () => {
  const shipped = SOURCES.filter(({ path }) => !path.startsWith('test/'));

  it.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (place, allowed) => {
    const wrong = shipped
      .filter(({ path }) => path.startsWith(place))
      .flatMap(({ path, imports }) =>
        imports
          .filter((one) => !allowed.some((pattern) => pattern.test(one)))
          .map((one) => `${path} imports ${one}`),
      );

    expect(wrong).toEqual([]);
  });

  it('has a rule for every file that ships', () => {
    const homeless = shipped.filter(
      ({ path }) => !Object.keys(MAY_IMPORT).some((place) => path.startsWith(place)),
    );

    expect(homeless).toEqual([]);
  });

  it('lets nobody import tests, and nothing but tools and tests import tools', () => {
    const wrong = shipped.flatMap(({ path, imports }) =>
      imports
        .filter(
          (one) =>
            one.startsWith('test/') || (one.startsWith('tools/') && !path.startsWith('tools/')),
        )
        .map((one) => `${path} imports ${one}`),
    );

    expect(wrong).toEqual([]);
  });

  it('runs in no circle', () => {
    expect(circles(shipped)).toEqual([]);
  });

  it.each([
    ['process.env', /process\.env/, /^(functions\/[^/]+|tools\/[^/]+\/main)\.ts$/],
    ['Date.now', /Date\.now\b|new Date\(\)/, /^(shared\/runtime\/system-clock\.ts$|tools\/)/],
    ['Math.random', /Math\.random/, /^$/],
    ['the terminal', /\bconsole\./, /^(tools\/|infra\/app\.ts$)/],
  ])('reads %s only where it may', (_, pattern, allowed) => {
    const wrong = shipped.filter(
      ({ path, text }) => pattern.test(code(text)) && !allowed.test(path),
    );

    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('keeps a timer or a promise out of the pure folders', () => {
    const pure = shipped.filter(({ path }) => /^shared\/(consent|dialects)\//.test(path));
    const wrong = pure.filter(({ text }) =>
      /\basync\b|\bawait\s|Promise|setTimeout/.test(code(text)),
    );

    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('lets functions export their handler and nothing else, and decide nothing', () => {
    const functions = shipped.filter(({ path }) => path.startsWith('functions/'));

    for (const { path, text } of functions) {
      const exported = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(
        ([, name]) => name,
      );
      expect([path, ...exported]).toEqual([path, 'handler']);
      expect(code(text)).not.toMatch(/\bif\b|\?|=>/);
    }
  });

  it('keeps files short, lines within 100 columns, and says at the top what a file is for', () => {
    const wrong = SOURCES.flatMap(({ path, text }) => {
      const lines = text.trimEnd().split('\n');
      const max = path.startsWith('shared/') ? SHARED_LINES_MAX : LINES_MAX;
      const wide = lines.findIndex((line) => line.length > COLUMNS_MAX && !TITLE.test(line));
      return [
        ...(lines.length > max ? [`${path} has ${lines.length} lines, of ${max}`] : []),
        ...(wide >= 0 ? [`${path}:${wide + 1} is wider than ${COLUMNS_MAX} columns`] : []),
        ...(path.startsWith('test/') || /^(#!.*\n)?\/\*\*/.test(text)
          ? []
          : [`${path} says not what it is for`]),
      ];
    });

    expect(wrong).toEqual([]);
  });

  it('leaves nothing to be done later', () => {
    const marks = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X'].join(''));

    expect(SOURCES.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

/** Without comments, roughly: what a comment talks of is not done. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '');
}

function circles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const one of byPath.get(path)?.imports ?? []) visit(one, [...trail, path]);
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}
