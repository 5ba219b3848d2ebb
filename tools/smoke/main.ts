/**
 * `npm run smoke -- --stage <stage>`: whether a stage works, from the queue to the notice, on AWS
 * or on the local AWS. Exit code 1 when it does not, or when the run could not tidy up.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isStage } from '../../infra/deployed-name.ts';
import { createClients } from './clients.ts';
import { LOCAL, namesOf } from './names.ts';
import { smoke } from './smoke.ts';

const WAIT_MS_MAX = 60_000;
const PROBE_BYTES = 6;

const HELP = `npm run smoke -- --stage <stage>

Sends one result to the worker, waits for its consent in the table and for its notice, and
removes both again. Region, credentials and endpoint are found as by any AWS SDK.

  --stage  of a deployment, such as "dev"; "${LOCAL}" for the local AWS (npm start), where
           AWS_ENDPOINT_URL says it is
  --help   this text
`;

type Wish = { readonly kind: 'help' } | { readonly kind: 'smoke'; readonly stage: string };

/** Throws one line for what it does not know, or what is missing. */
function readWish(args: readonly string[]): Wish {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { stage: { type: 'string' }, help: { type: 'boolean' } },
    strict: false,
  });
  const { stage, help, ...others } = values;
  const [unknown] = [...Object.keys(others).map((name) => `--${name}`), ...positionals];
  if (unknown !== undefined) {
    throw new Error(`unknown option ${JSON.stringify(unknown)}; known: --stage <stage>, --help`);
  }
  if (help !== undefined) return { kind: 'help' };
  if (typeof stage !== 'string') {
    throw new Error(`--stage is missing; expected --stage <stage>, such as dev, or ${LOCAL}`);
  }
  if (isStage(stage)) return { kind: 'smoke', stage };
  const expected = 'a small letter, then at most 19 small letters, digits or hyphens';
  throw new Error(`stage ${JSON.stringify(stage)} is none; expected ${expected}`);
}

/** Interrupted once, it stops waiting and tidies up. */
function interruption(): AbortSignal {
  const given = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => given.abort(new Error('interrupted')));
  }
  return given.signal;
}

try {
  const wish = readWish(process.argv.slice(2));
  if (wish.kind === 'help') {
    console.log(HELP);
  } else {
    const wrong = await smoke({
      names: namesOf(wish.stage, `smoke-${randomBytes(PROBE_BYTES).toString('hex')}`),
      clients: createClients(),
      patience: { waitMs: WAIT_MS_MAX, interrupted: interruption() },
      say: (line) => console.log(line),
    });
    for (const line of wrong) console.error(line);
    if (wrong.length > 0) process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
