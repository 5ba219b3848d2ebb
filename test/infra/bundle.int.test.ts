/** What Lambda is given: small, loaded in parts, and the same wherever it is built. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle, bundleOf } from '../../infra/bundle.ts';
import { FUNCTION_NAMES } from '../../shared/runtime/environment.ts';
import { filesOf } from '../../tools/bench/bundles.ts';
import { answered, granted, printed } from '../support/local-messages.ts';
import { startLocalStory } from '../support/local-story.ts';

const ROOT = join(import.meta.dirname, '../..');
const BYTES_MAX = 480 * 1_000;
const EXPIRED = printed('klarna-consent/consent-expired');

let bundles: Readonly<Record<string, Bundle>>;
let elsewhere: string;

beforeAll(() => {
  bundles = Object.fromEntries(
    FUNCTION_NAMES.map((name) => [name, bundleOf(`functions/${name}.ts`, name)]),
  );
  elsewhere = mkdtempSync(join(tmpdir(), 'checkout-'));
  for (const part of ['functions', 'infra', 'shared', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(elsewhere, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
});
afterAll(() => rmSync(elsewhere, { recursive: true }));

function bundled(name: string): Bundle {
  const found = bundles[name];
  if (found === undefined) throw new Error(`nothing was bundled for ${name}`);
  return found;
}

function filesIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

function inputsOf(bundle: Bundle, loaded: 'at start' | 'ever'): readonly string[] {
  const { outputs } = bundle.metafile;
  return filesOf(bundle, loaded).flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
}

/** Bundles in the other checkout, in a process of its own. */
function bundleElsewhere(name: string) {
  const module = pathToFileURL(join(elsewhere, 'infra/bundle.ts'));
  const code = `process.stdout.write((await import('${module}')).bundle('${name}'))`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
}

describe.each(FUNCTION_NAMES)('the bundle of %s', (name) => {
  it('is small, and has no source map in it', () => {
    const files = filesIn(bundled(name).folder);

    const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
    expect(Object.keys(files)).toContain('index.mjs');
    expect(Object.keys(files).filter((file) => !file.endsWith('.mjs'))).toEqual([]);
    expect(Object.values(files).filter((text) => text.includes('sourceMappingURL'))).toEqual([]);
  });

  it('has the source map of each of its files beside it', () => {
    const { folder } = bundled(name);

    const maps = readdirSync(join(folder, '../../source-maps', name));

    expect(maps).toEqual(readdirSync(folder).map((file) => `${file}.map`));
  });

  it('loads DynamoDB with itself, and the other services when they are first needed', () => {
    const clients = (inputs: readonly string[]) =>
      new Set(inputs.flatMap((path) => /@aws-sdk\/client-[a-z]+/.exec(path) ?? []));

    expect([...clients(inputsOf(bundled(name), 'at start'))]).toEqual(['@aws-sdk/client-dynamodb']);
    expect(clients(inputsOf(bundled(name), 'ever'))).toEqual(
      new Set(['dynamodb', 'scheduler', 'sns', 'sqs'].map((one) => `@aws-sdk/client-${one}`)),
    );
  });

  it('has nothing in it that no function needs', () => {
    const inputs = inputsOf(bundled(name), 'ever');

    expect(inputs.length).toBeGreaterThan(0);
    expect(
      inputs.filter((path) =>
        /zod\/v4\/locales|tracer|xray|node_modules\/zod\/v4\/classic/.test(path),
      ),
    ).toEqual([]);
  });
});

describe('bundling', () => {
  it('gives the same files again, and in another checkout', () => {
    const first = filesIn(bundled('bank-call-results').folder);

    const again = filesIn(bundle('bank-call-results'));
    const { stdout: other } = bundleElsewhere('bank-call-results');

    expect(again).toEqual(first);
    expect(filesIn(other)).toEqual(first);
  });

  it('begins with an empty folder', () => {
    const { stdout: folder } = bundleElsewhere('sweep');
    writeFileSync(join(folder, 'left-over.mjs'), '');

    bundleElsewhere('sweep');

    expect(Object.keys(filesIn(folder))).toEqual(Object.keys(filesIn(bundled('sweep').folder)));
  });

  it('names the source that does not build in one line, with what is wrong', () => {
    writeFileSync(join(elsewhere, 'shared/worker/worker.ts'), 'export const = 1;\n');

    const { stderr } = bundleElsewhere('sweep');

    expect(stderr).toContain(
      'Error: functions/sweep.ts cannot be bundled: shared/worker/worker.ts:1: Expected identifier',
    );
  });
});

describe('the bundles, in the place of the sources', () => {
  it('do the same for a strike, its timer, its end, a replacement and what cannot be read', async () => {
    const modules = Object.fromEntries(
      FUNCTION_NAMES.map((name) => [name, pathToFileURL(join(bundled(name).folder, 'index.mjs'))]),
    );

    const fromSources = await played({});
    const fromBundles = await played(modules);

    expect(fromBundles).toEqual(fromSources);
    expect(fromBundles).toMatchObject({
      states: ['expired', 'replaced', 'valid'],
      requests: ['confirm'],
      deadLetters: ['{ not json'],
    });
  });
});

async function played(functions: Readonly<Record<string, URL>>) {
  const story = await startLocalStory('2026-11-23T07:00:00Z', { functions });
  try {
    await story.happens(
      granted('lost', '2026-11-23T08:00:00Z', { consentToken: 't-0' }),
      granted('old', '2026-11-23T08:00:01Z'),
      answered('lost', '2026-11-23T08:00:02Z', EXPIRED, { used: 't-0' }),
    );
    const timers = await story.timers('lost');
    await story.until('2026-11-24T08:30:00Z');
    await story.happens(
      answered('lost', '2026-11-24T08:30:00Z', EXPIRED, { used: 't-0' }),
      granted('new', '2026-11-24T08:31:00Z', { supersedes: 'old' }),
    );
    await story.send('{ not json');
    const states = await Promise.all(['lost', 'old', 'new'].map((id) => story.state(id)));
    const notices = await Promise.all(['lost', 'old'].map((id) => story.notices(id)));
    return {
      timers: timers.map(({ at }) => at),
      states: states.map((state) => state?.status),
      requests: (await story.requests('lost')).map(({ data }) => data.reason),
      notices: notices
        .flat()
        .map(({ topic, type }) => `${topic}: ${type}`)
        .toSorted(),
      deadLetters: (await story.deadLetters()).map(({ body }) => body),
      calls: { ...story.local.calls(), 'dynamodb:Query': 'as often as it was swept' },
    };
  } finally {
    await story.stop();
  }
}
