/** The app as the CDK's command line starts it: what is wrong with the context is one line. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const APP = join(import.meta.dirname, '../../infra/app.ts');
const { context: FLAGS } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
);

/** The command line hands the context over in the environment. */
function start(context: Readonly<Record<string, string>>) {
  const outdir = mkdtempSync(join(tmpdir(), 'app-'));
  const env = {
    PATH: process.env.PATH,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify({ ...FLAGS, ...context }),
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [APP], { env, encoding: 'utf8' });
  return { status, stdout, stderr, files: readdirSync(outdir) };
}

describe('the app', () => {
  it('synthesises three stacks of development with no account and no credentials', () => {
    const { status, files } = start({});

    expect(status).toBe(0);
    expect(files.filter((name) => name.endsWith('.template.json'))).toEqual([
      'dev-consent-lifecycle-state.template.json',
      'dev-consent-lifecycle-watch.template.json',
      'dev-consent-lifecycle-worker.template.json',
    ]);
  });

  it.each([
    [
      { stage: 'staging' },
      'stage "staging" is unknown; expected -c stage=NAME, one of: dev, prod\n',
    ],
    [
      { stage: 'prod' },
      'stage "prod" lacks context "producers"; expected -c producers=ARN[,ARN…], ' +
        'the roles or users that may send results\n',
    ],
  ])('refuses %j in one line', (context, line) => {
    expect(start(context)).toEqual({ status: 1, stdout: '', stderr: line, files: [] });
  });
});
