/**
 * Bundles a function for Lambda: `index.mjs` with what every invocation needs, and a chunk for
 * whatever is loaded when it is first needed. The AWS SDK is inside, in our pinned version. The
 * same sources give the same bytes in any checkout, so nothing is deployed that has not changed.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildFailure, type BuildOptions, buildSync, type Metafile } from 'esbuild';
import type { FunctionName } from '../shared/runtime/environment.ts';

const ROOT = join(import.meta.dirname, '..');

/** The SDK would load these only where Lambda never takes it. */
const NEVER_LOADED = [
  // Lambda hands the credentials over in the environment, where they are looked for first.
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
  // None of our services streams events, and none is called from a browser.
  '@smithy/core/event-streams',
  'bowser',
];

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  external: NEVER_LOADED,
  // Chunks are named after paths, and a linked node_modules may lie anywhere.
  preserveSymlinks: true,
  minify: true,
  legalComments: 'none',
  outExtension: { '.js': '.mjs' },
  sourcemap: 'external',
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions;

export interface Bundle {
  /** What goes to Lambda, as an absolute path. */
  readonly folder: string;
  /** What went into it, by paths from the checkout. */
  readonly metafile: Metafile;
}

/** The folder for `Code.fromAsset`, with the handler `index.handler`. Throws as `bundleOf` does. */
export function bundle(name: FunctionName): string {
  return bundleOf(`functions/${name}.ts`, name).folder;
}

/**
 * Bundles the module at `entry`, a path from the checkout, into build/bundles/`name`; its source
 * maps lie in build/source-maps/`name`. Throws one line that says why it cannot.
 */
export function bundleOf(entry: string, name: string): Bundle {
  const folder = join(ROOT, 'build/bundles', name);
  const { outputFiles, metafile } = built(entry, folder);
  const maps = outputFiles.filter(({ path }) => path.endsWith('.map'));
  fill(
    folder,
    outputFiles.filter((file) => !maps.includes(file)),
  );
  fill(join(ROOT, 'build/source-maps', name), maps);
  return { folder, metafile };
}

function built(entry: string, outdir: string) {
  try {
    return buildSync({ ...OPTIONS, entryPoints: { index: entry }, outdir });
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    const where = first?.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new Error(`${entry} cannot be bundled: ${where}${first?.text ?? String(error)}`);
  }
}

interface File {
  readonly path: string;
  readonly contents: Uint8Array;
}

/**
 * Leaves these files in the folder and nothing else. Each is put there whole: a test may bundle the
 * same function while another one reads it.
 */
function fill(folder: string, files: readonly File[]): void {
  const names = new Set(files.map(({ path }) => basename(path)));
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!names.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  for (const { path, contents } of files) {
    const half = `${folder}.${basename(path)}.${process.pid}`;
    writeFileSync(half, contents);
    renameSync(half, join(folder, basename(path)));
  }
}
