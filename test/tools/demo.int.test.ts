/** The demo as a newcomer runs it: a process of its own, whose word is its output and exit code. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BankCallCompletedMessage } from '../../shared/messages/bank-call-completed.ts';
import { createBank, TOKEN_MARK } from '../../tools/demo/bank.ts';
import { agrees, type ConsentOutcome, type Outcome } from '../../tools/demo/outcome.ts';

const MAIN = join(import.meta.dirname, '../../tools/demo/main.ts');
/** Two demos side by side, on a machine that is busy with other tests. */
const TWO_MONTHS_MS_MAX = 150_000;

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function demo(...options: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...options], (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** What two runs must agree on: everything but the moments, which follow the wall clock. */
function essence({ consents, totals }: Outcome): unknown {
  const { awsCalls: _counted, ...counts } = totals;
  return {
    counts,
    consents: consents.map(({ told, requests, notices, truth, ...rest }) => ({
      ...rest,
      truth: { ...truth, endedAt: undefined },
      told: told.map(({ text, times }) => [text, times]),
      requests: requests.map(({ at: _at, ...request }) => request),
      notices: notices.map(({ at: _at, ...notice }) => notice),
    })),
  };
}

describe('a month, as the demo tells it', () => {
  let first: Run;
  let second: Run;
  let outcome: Outcome;

  beforeAll(async () => {
    [first, second] = await Promise.all([demo('--json'), demo('--json')]);
    outcome = JSON.parse(first.stdout);
  }, TWO_MONTHS_MS_MAX);

  function consent(id: string): ConsentOutcome {
    const found = outcome.consents.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no outcome of ${id}`);
    return found;
  }

  function noticesOf(id: string): readonly string[] {
    return consent(id).notices.map(({ type }) => type);
  }

  it('ends by itself with exit code 0 and one JSON document', () => {
    expect(first.exitCode).toBe(0);
    expect(outcome.consents).toHaveLength(16);
  });

  it('shows its progress on stderr, a line for every day', () => {
    const days = first.stderr.match(/^2027-\d\d-\d\d {2}\d+ results in/gm);

    expect(days).toHaveLength(32);
  });

  it.each([
    ['quiet-month', 'alive', 'valid'],
    ['hiccup', 'alive', 'valid'],
    ['true-expiry', 'expired', 'expired'],
    ['true-revocation', 'revoked', 'revokedByPsu'],
    ['lost-race', 'alive', 'valid'],
    ['used-up-day', 'alive', 'valid'],
    ['late-report', 'alive', 'valid'],
    ['superseded', 'replaced', 'replaced'],
    ['successor', 'alive', 'valid'],
    ['vanished-accounts', 'alive', 'valid'],
    ['known-lifetime', 'expired', 'expired'],
    ['withdrawn', 'revoked', 'revokedByPsu'],
    ['long-maintenance', 'alive', 'valid'],
    ['monthly-quota', 'alive', 'valid'],
    ['payment', 'alive', 'valid'],
    ['plain-revocation', 'revoked', 'revokedByPsu'],
  ])('ends the story of %s, at the bank %s, with the status %s', (id, fate, status) => {
    expect(consent(id)).toMatchObject({ status, agrees: true, truth: { fate } });
  });

  it('asks PSUs whose consent has truly ended, and nobody else', () => {
    const asked = outcome.consents.filter(
      ({ id }) =>
        noticesOf(id).includes('reconsent.required') &&
        !noticesOf(id).includes('reconsent.withdrawn'),
    );

    expect(asked.map(({ id }) => id)).toEqual([
      'true-expiry',
      'true-revocation',
      'known-lifetime',
      'plain-revocation',
    ]);
    expect(outcome.totals.falseReconsentsAvoided).toBeGreaterThanOrEqual(3);
  });

  it('takes back the one notice that a late report proves wrong', () => {
    expect(noticesOf('late-report')).toEqual([
      'account-cache.purged',
      'consent.status-changed',
      'reconsent.required',
      'consent.status-changed',
      'reconsent.withdrawn',
      'account-cache.relinked',
    ]);
    expect(consent('late-report').generation).toBe(2);
  });

  it.each([
    ['hiccup', ['confirm']],
    ['true-expiry', ['confirm']],
    ['lost-race', ['stale-token']],
    ['used-up-day', ['limit-over', 'limit-over']],
    ['vanished-accounts', ['fresh-accounts']],
    ['monthly-quota', ['limit-over']],
    ['payment', ['retry', 'limit-over']],
  ])('asks, in the story of %s, for the calls %j', (id, reasons) => {
    expect(consent(id).requests.map(({ reason }) => reason)).toEqual(reasons);
    expect(consent(id).requests.every(({ done }) => done === 'called')).toBe(true);
  });

  it("waits for the bank's own midnight on both sides of the change to summer time", () => {
    const [before, after] = consent('used-up-day').requests.map(({ at }) => Date.parse(String(at)));

    expect(before).toBeGreaterThanOrEqual(Date.parse('2027-03-27T23:00:00Z'));
    expect(before).toBeLessThan(Date.parse('2027-03-27T23:16:00Z'));
    expect(after).toBeGreaterThanOrEqual(Date.parse('2027-03-28T22:00:00Z'));
    expect(after).toBeLessThan(Date.parse('2027-03-28T22:16:00Z'));
  });

  it('waits for the first of April when the quota of March is used up', () => {
    const [again] = consent('monthly-quota').requests.map(({ at }) => Date.parse(String(at)));

    expect(again).toBeGreaterThanOrEqual(Date.parse('2027-04-01T00:00:00Z'));
    expect(again).toBeLessThan(Date.parse('2027-04-01T06:01:00Z'));
  });

  it('has a payment booked once that was attempted twice', () => {
    const { payments, answers } = consent('payment').truth;

    expect(payments).toBe(1);
    expect(answers).toContainEqual({ said: 'already-paid', times: 1, wrongly: false });
  });

  it('says a week before that a known lifetime will end', () => {
    const expiring = consent('known-lifetime').notices.find(
      ({ type }) => type === 'consent.expiring',
    );

    expect(String(expiring?.at)).toMatch(/^2027-03-18T23:0/);
  });

  it('rotates tokens, loses none, and leaves no message behind', () => {
    expect(outcome.totals).toMatchObject({ tokensLost: 0, deadLetters: 0, disagreements: 0 });
    expect(outcome.totals.tokensRotated).toBeGreaterThan(200);
  });

  it('prints no token', () => {
    expect(first.stdout + first.stderr).not.toContain(TOKEN_MARK);
  });

  it('tells the same month when it is played again', () => {
    expect(second.exitCode).toBe(0);
    expect(essence(JSON.parse(second.stdout))).toEqual(essence(outcome));
  });
});

describe('the command line', () => {
  it('refuses an option it does not know, in one line', async () => {
    const { exitCode, stdout, stderr } = await demo('--jsn');

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe('unknown option "--jsn"; known: --json, --help\n');
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await demo('--help');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('npm run demo [-- --json]');
  });
});

it.each([
  ['alive', 'expired'],
  ['alive', 'received'],
  ['alive', 'unknown'],
  ['expired', 'valid'],
  ['expired', 'suspect'],
  ['revoked', 'expired'],
  ['replaced', 'valid'],
] as const)('would own up to a consent that is %s at the bank and %s here', (fate, status) => {
  expect(agrees(fate, status)).toBe(false);
});

it('marks every token that a bank hands out, so that one in an output is found', () => {
  const timeZone = 'Europe/Berlin';
  const options = { id: 'DE-1', timeZone, hiccups: [], rotatesTokens: true } as const;
  const bank = createBank({ ...options, provider: 'klarna-consent' });
  const consentId = 'consent-1';
  const token = bank.open(consentId) ?? '';
  const call: BankCallCompletedMessage['data']['call'] = { operation: 'accounts', attended: false };

  const answer = bank.answer({ consentId, call, at: Date.parse('2027-03-01T06:00:00Z'), token });

  expect(token).toContain(TOKEN_MARK);
  expect(answer.body).toMatchObject({
    data: { consent_token: expect.stringContaining(TOKEN_MARK) },
  });
});
