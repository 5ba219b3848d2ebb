/**
 * What is deployed: how large each bundle is, and how long a fresh process takes to load the one
 * that matters most, beside the least that such a function can be, bundled in the same way.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Bundle, bundleOf } from '../../infra/bundle.ts';
import { FUNCTION_NAMES } from '../../shared/runtime/environment.ts';
import { environmentsAt, REGION } from '../local/resources.ts';
import { percentile } from './load-report.ts';

const BARE = 'bare handler';
/** The two take turns, so that what slows the machine down slows both. */
const RUNS = 31;
const BYTES_PER_KB = 1_000;

const TIMED_IMPORT = `
  const start = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - start));
`;

/** What a function finds when it is loaded; nobody is called. */
const VARIABLES: Readonly<Record<string, string>> = {
  ...environmentsAt('http://127.0.0.1:1', (resource) => resource)['bank-call-results'],
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};

export interface MeasuredBundle {
  readonly name: string;
  readonly kb: number;
  readonly atStartKb: number;
  /** The median of fresh processes, in ms; of two bundles only. */
  readonly importMs?: number;
}

/** The three functions and the bare handler. Takes some ten seconds. */
export function measureBundles(): readonly MeasuredBundle[] {
  const bare = bundleOf('tools/bench/bare-handler.ts', 'bare-handler');
  const bundles = new Map(
    FUNCTION_NAMES.map((name) => [name, bundleOf(`functions/${name}.ts`, name)]),
  );
  const named: readonly (readonly [string, Bundle])[] = [...bundles, [BARE, bare]];
  const timed = named.filter(([name]) => name === 'bank-call-results' || name === BARE);
  const times = importTimes(timed);
  return named.map(([name, one]) => {
    const importMs = times.get(name);
    return {
      name,
      kb: sizeOf(one, 'ever'),
      atStartKb: sizeOf(one, 'at start'),
      ...(importMs === undefined ? {} : { importMs }),
    };
  });
}

/** The files of a bundle that are loaded with the function, or all that it may ever load. */
export function filesOf({ metafile }: Bundle, loaded: 'at start' | 'ever'): readonly string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (!external && (kind === 'import-statement' || loaded === 'ever')) visit(next);
    }
  };
  Object.keys(metafile.outputs)
    .filter((path) => path.endsWith('/index.mjs'))
    .forEach(visit);
  return [...seen];
}

function sizeOf(bundle: Bundle, loaded: 'at start' | 'ever'): number {
  const bytes = filesOf(bundle, loaded).map((path) => bundle.metafile.outputs[path]?.bytes ?? 0);
  return Math.round(bytes.reduce((sum, one) => sum + one, 0) / BYTES_PER_KB);
}

function importTimes(bundles: readonly (readonly [string, Bundle])[]): ReadonlyMap<string, number> {
  const times = new Map(bundles.map(([name]) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, { folder }] of bundles) times.get(name)?.push(importTime(folder));
  }
  return new Map([...times].map(([name, taken]) => [name, percentile(taken, 50)]));
}

function importTime(folder: string): number {
  const module = pathToFileURL(join(folder, 'index.mjs')).href;
  const asked = ['--input-type=module', '--eval', TIMED_IMPORT, module];
  return Number(execFileSync(process.execPath, asked, { env: VARIABLES, encoding: 'utf8' }));
}
