/** One run of the operators' command in this process, as its terminal would show it. */
import { ops, type Terminal } from '../../../tools/ops/ops.ts';

export interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export async function runOps(
  args: readonly string[],
  env: Terminal['env'],
  now: number = 0,
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await ops(args, {
    env,
    clock: () => now,
    out: (line) => out.push(...line.split('\n')),
    err: (line) => err.push(...line.split('\n')),
  });
  return { code, out, err };
}

/** Where the local AWS is, for whoever speaks to it with `--local`. */
export function localEnv(endpoint: string): Terminal['env'] {
  return { AWS_ENDPOINT_URL: endpoint };
}
