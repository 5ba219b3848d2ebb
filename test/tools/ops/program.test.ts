/** What the operators' command line takes, and what it says to what it does not. */
import { describe, expect, it } from 'vitest';
import { readArgs } from '../../../tools/ops/program.ts';
import { progressOf } from '../../../tools/ops/progress.ts';
import { targetOf } from '../../../tools/ops/target.ts';
import { runOps } from './run-ops.ts';

describe('the command line', () => {
  it.each([
    [['show', 'c-1', '--local'], { verb: 'show', consentId: 'c-1' }, { local: true }],
    [['--stage', 'dev', 'why', 'c-1'], { verb: 'why', consentId: 'c-1' }, { stage: 'dev' }],
    [['list', '--status', 'valid', '--json'], { verb: 'list', status: 'valid' }, { json: true }],
    [['redrive', 'scheduler-dlq'], { verb: 'redrive', queue: 'scheduler-dlq', apply: false }, {}],
    [['forget', 'c-1', '--apply'], { verb: 'forget', consentId: 'c-1', apply: true }, {}],
    [['show', '--', '--odd'], { verb: 'show', consentId: '--odd' }, {}],
  ])('takes %j', (args, wish, options) => {
    expect(readArgs(args)).toEqual({ kind: 'wish', wish, options });
  });

  it.each([
    [['shwo'], /^unknown command 'shwo'/],
    [['show'], /^missing required argument 'consentId'/],
    [['show', 'a', 'b'], /^too many arguments for 'show'. Expected 1 argument but got 2: a, b/],
    [['list', '--status', 'gone'], /argument 'gone' is invalid. Allowed choices are received, /],
    [['redrive', 'results'], /argument value 'results' is invalid.* .*bank-call-results-dlq, /],
    [
      ['why', ''],
      /^command-argument value '' is invalid for argument 'consentId'. Expected a name;/,
    ],
    [['hold', ''], /'' is invalid for argument 'bankId'. Expected a name;/],
    [['list', '--bank', ''], /argument '' is invalid. Expected a name;/],
    [['show', 'a', '--apply'], /^unknown option '--apply'/],
    [['show', 'a'], /^--stage is missing; expected --stage <stage>, such as prod, or --local$/],
    [['show', 'a', '--stage', 'Prod'], /^--stage "Prod" is none; expected a small letter, /],
    [['show', 'a', '--stage', 'dev', '--local'], /^--stage "dev" and --local are two places; /],
  ])('refuses %j in one line, and exits with 2', async (args, why) => {
    const { code, out, err } = await runOps(args, {});

    expect([code, out]).toEqual([2, []]);
    expect(err).toEqual([expect.stringMatching(why)]);
  });

  it('without a verb says what there is, and exits with 2', async () => {
    const { code, err } = await runOps([], {});

    expect(code).toBe(2);
    expect(err[0]).toBe('Usage: ops [options] [command]');
  });

  it('tells its exit codes', async () => {
    const { code, out } = await runOps(['--help'], {});

    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(/Exit codes:\n {2}0 .*\n {2}1 [\s\S]*\n {2}2 /);
  });
});

describe('where the command works', () => {
  it('has bare names locally, and those of the stage elsewhere', () => {
    const here = targetOf({ local: true }, {});
    const there = targetOf({ stage: 'prod' }, { AWS_ENDPOINT_URL: 'https://vpce.example' });

    expect([here.named('consents'), here.endpoint]).toEqual(['consents', 'http://127.0.0.1:4566']);
    expect([there.named('consents'), there.endpoint]).toEqual(['prod-consents', undefined]);
  });
});

describe('progress', () => {
  it('is told at every ten thousand, and at the end', () => {
    const told: string[] = [];
    const progress = progressOf('items read', { tell: (line) => told.push(line) });

    for (let page = 0; page < 25; page++) progress.add(1_000);
    progress.end(7);

    expect(told).toEqual([
      '10000 items read so far',
      '20000 items read so far',
      '25000 items read, 7 found',
    ]);
  });
});
