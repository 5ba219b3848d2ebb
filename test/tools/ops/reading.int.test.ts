/** The verbs that only look, against the local AWS and what the worker itself has left there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refOf } from '../../../shared/intake/names.ts';
import { answered, granted, klarnaError, success } from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const START = '2026-11-23T07:00:00Z';
const TOKEN = 'canary-token-of-the-bank';

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory(START);
  await story.happens(
    granted('lives', '2026-11-23T07:00:00Z', { consentToken: `${TOKEN}-1` }),
    granted('ended', '2026-11-23T07:00:01Z', { consentToken: `${TOKEN}-2` }),
    answered('lives', '2026-11-23T07:30:00Z', success(`${TOKEN}-3`), { used: `${TOKEN}-1` }),
    answered('ended', '2026-11-23T08:00:00Z', klarnaError('CONSENT.EXPIRED'), {
      id: 'report-a',
      used: `${TOKEN}-2`,
    }),
    answered('waits', '2026-11-23T08:10:00Z', klarnaError('CONSENT.EXPIRED'), {
      operation: 'balances',
      accountId: 'acc-1',
    }),
    answered('ended', '2026-11-23T08:40:00Z', klarnaError('CONSENT.EXPIRED', `${TOKEN}-4`), {
      id: 'report-b',
      used: `${TOKEN}-2`,
    }),
  );
  await story.happens(
    answered('ended', '2026-11-23T09:20:00Z', klarnaError('CONSENT.EXPIRED'), {
      id: 'report-c',
      used: `${TOKEN}-4`,
    }),
    granted('anew', '2026-11-23T10:00:00Z', { consentToken: `${TOKEN}-5` }),
    answered('anew', '2026-11-23T10:01:00Z', klarnaError('CONSENT.REVOKED'), {
      used: `${TOKEN}-5`,
    }),
    answered('anew', '2026-11-23T10:40:00Z', klarnaError('CONSENT.REVOKED'), {
      used: `${TOKEN}-5`,
    }),
    granted('anew', '2026-11-23T11:00:00Z', { consentToken: `${TOKEN}-6` }),
  );
});
afterAll(() => story.stop());

function local(...args: readonly string[]): Promise<Ran> {
  return runOps([...args, '--local'], localEnv(story.local.url));
}

async function json(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { out } = await local(...args, '--json');
  return out.map((line) => JSON.parse(line));
}

describe('show', () => {
  it('prints what the local AWS shows, without a token', async () => {
    const asked = await fetch(`${story.local.url}/_local/consents/lives`);

    const { code, out } = await local('show', 'lives');

    expect(code).toBe(0);
    expect(out.join('\n')).toBe((await asked.text()).trimEnd());
    expect(out.join('\n')).toContain('"token": "[redacted]"');
  });

  it('says in one line that a consent is unknown', async () => {
    expect(await local('show', 'nobody')).toEqual({
      code: 1,
      out: [],
      err: ['consent "nobody" is unknown: no message about it has been judged'],
    });
  });
});

describe('why', () => {
  it('tells the chain from the answers to the notice, and ends in plain English', async () => {
    const { code, out } = await local('why', 'ended');

    expect(code).toBe(0);
    expect(out.slice(3, 8)).toEqual([
      '2026-11-23 08:00:00 UTC (09:00:00 Europe/Berlin)',
      '  heard    accounts was answered CONSENT.EXPIRED (report-a)',
      '  read by  row "code CONSENT.EXPIRED" (000, Consent errors): CONSENT.EXPIRED',
      '  so       a strike; valid -> suspect',
      '  then     timer set for 2026-11-24 08:20:00 UTC (09:20:00 Europe/Berlin)',
    ]);
    const { ref } = (await story.state('ended')) ?? {};
    expect(out.at(-1)).toMatch(
      /^ended is expired since 2026-11-23 09:20:00 UTC .* CONSENT.EXPIRED at 2026-11-23 08:00 UTC/,
    );
    expect(out.at(-1)).toContain(`asked to log in again by notice ${ref}.g1.required;`);
  });

  it('says to a machine the same', async () => {
    const [told] = await json('why', 'ended');

    expect(told).toMatchObject({
      consentId: 'ended',
      status: 'expired',
      chain: [
        { event: 'ConsentGranted', to: 'valid' },
        {
          row: 'code CONSENT.EXPIRED',
          source: '000, Consent errors',
          notes: ['strike'],
          timerAt: { utc: '2026-11-24T08:20:00.000Z', local: '2026-11-24 09:20:00' },
        },
        { notes: ['token-rotated', 'strike', 'strike-reprieved'] },
        { to: 'expired', notices: expect.arrayContaining([expect.stringMatching(/required$/)]) },
      ],
      gaps: [],
    });
  });

  it('tells of the life before, too: somebody may ask why he was asked', async () => {
    const { out } = await local('why', 'anew');
    const next = out.indexOf('the next life');

    expect(out.slice(0, next).join('\n')).toMatch(/suspect -> revokedByPsu\n.*\.g1\.required/);
    expect(out[next + 1]).toMatch(/^2026-11-23 11:00:00 UTC/);
    expect(out.at(-1)).toMatch(/^anew is valid since 2026-11-23 11:00:00 UTC/);
  });

  it('says of a suspect consent when it will be confirmed', async () => {
    const { out } = await local('why', 'waits');

    expect(out.at(-1)).toContain(
      'Next: the timer is due at 2026-11-24 08:30:00 UTC (09:30:00 Europe/Berlin), ' +
        'for the confirming call; the call balances (confirm) is requested at',
    );
  });
});

describe('what is listed', () => {
  it.each([
    [[], ['anew', 'ended', 'lives', 'waits']],
    [['--status', 'suspect'], ['waits']],
    [
      ['--bank', 'DE-37040044'],
      ['anew', 'ended', 'lives', 'waits'],
    ],
    [['--bank', 'DE-1'], []],
    [
      ['--bank', 'DE-37040044', '--status', 'valid'],
      ['anew', 'lives'],
    ],
  ])('by list %j', async (args, ids) => {
    const listed = await json('list', ...args);

    expect(listed.map(({ consentId }) => consentId).sort()).toEqual(ids);
  });

  it('with the name that the log has for it', async () => {
    const [listed] = await json('list', '--status', 'suspect');

    expect(listed).toMatchObject({ ref: refOf('waits') });
  });

  it('by waiting: which calls, for what, until when', async () => {
    expect(await json('waiting')).toEqual([
      {
        consentId: 'waits',
        status: 'suspect',
        operation: 'balances',
        reason: 'confirm',
        for: 'its time',
        until: '2026-11-24T08:30:00.000Z',
      },
    ]);
  });

  it('by owed: nothing, when all is performed', async () => {
    expect(await local('owed')).toEqual({ code: 0, out: [], err: ['0 consents read, 0 found'] });
  });
});

describe('replay', () => {
  it('of a history that this version has written finds no difference', async () => {
    const { code, out } = await local('replay', 'ended');

    expect([code, out[0]]).toEqual([0, 'ended: 4 of 4 entries decided again, 0 differently']);
  });
});

describe('no token', () => {
  it.each([
    ['show', 'ended'],
    ['show', 'lives'],
    ['why', 'lives'],
    ['list'],
    ['waiting'],
    ['owed'],
    ['replay', 'lives'],
  ])('is in what %s %s prints', async (...args) => {
    const said = [await local(...args), await local(...args, '--json')];

    expect(JSON.stringify(said)).not.toContain(TOKEN);
    expect(said.map(({ code }) => code)).toEqual([0, 0]);
  });
});
