import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../shared/intake/names.ts';
import {
  AT_THE_SCREEN,
  BALANCES,
  type CallerRig,
  never,
  nextToken,
  refusing,
  startCallerRig,
} from '../support/caller-rig.ts';

const NOON = '2026-11-23T11:00:00Z';
let rig: CallerRig;

beforeAll(async () => {
  rig = await startCallerRig(NOON);
});
afterAll(() => rig.stop());

describe('a call with the client library', () => {
  it('gets the latest token, and keeps the next one before its report is read', async () => {
    await rig.consentWith('kept', 't0');

    const handedOut: (string | undefined)[] = [];
    const outcome = await rig.caller.withConsent('kept', BALANCES, async (token) => {
      handedOut.push(token);
      return nextToken('t1');
    });
    const [atOnce] = [await rig.story.state('kept')];
    await rig.story.local.settle();

    expect(outcome).toEqual({ outcome: 'answered', response: nextToken('t1') });
    expect(handedOut).toEqual(['t0']);
    expect(atOnce).toMatchObject({ tokenFingerprint: fingerprintOf('t1') });
    expect(await rig.story.state('kept')).toMatchObject({
      tokenFingerprint: fingerprintOf('t1'),
      ledger: { counts: { 'balances|acc-1': 1 } },
      version: 2,
    });
    expect(await rig.story.state('kept')).not.toHaveProperty('foretold');
    expect(await rig.story.state('kept')).not.toHaveProperty('lease');
  });

  it('costs DynamoDB one read and two writes', async () => {
    await rig.consentWith('counted');
    rig.sent();

    await rig.caller.withConsent('counted', BALANCES, async () => nextToken('t1'));

    expect(rig.sent()).toEqual(['GetItemCommand', 'UpdateItemCommand', 'UpdateItemCommand']);
  });

  it('is a strike when the bank says expired, though its token was kept ahead (rules 4, 5)', async () => {
    await rig.consentWith('struck');

    await rig.caller.withConsent('struck', BALANCES, async () => refusing('CONSENT.EXPIRED', 't1'));
    await rig.story.local.settle();
    const next = await rig.caller.withConsent('struck', BALANCES, never);

    expect(await rig.story.state('struck')).toMatchObject({
      status: 'suspect',
      tokenFingerprint: fingerprintOf('t1'),
      strikes: [{ fresh: true }],
      calls: [],
    });
    expect(next).toEqual({
      outcome: 'refused',
      reason: 'to-be-confirmed',
      at: expect.any(Number),
    });
  });

  it('is silence to the worker when the time is up (never a strike), and throws what was thrown', async () => {
    await rig.consentWith('silent');
    const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

    const made = rig.caller.withConsent('silent', BALANCES, () => Promise.reject(timedOut));
    await expect(made).rejects.toBe(timedOut);
    await rig.story.local.settle();

    expect(await rig.story.state('silent')).toMatchObject({
      status: 'valid',
      tokenFingerprint: fingerprintOf('t0'),
      calls: [{ key: 'balances|acc-1||', step: 1 }],
    });
  });

  it('reads the answer in the error that an HTTP client throws', async () => {
    await rig.consentWith('thrown');
    const error = Object.assign(new Error('Request failed with status code 400'), {
      response: { status: 400, headers: {}, data: { error: { code: 'CONSENT.EXPIRED' } } },
    });

    const made = rig.caller.withConsent('thrown', BALANCES, () => Promise.reject(error));
    await expect(made).rejects.toBe(error);
    await rig.story.local.settle();

    expect(await rig.story.state('thrown')).toMatchObject({ status: 'suspect' });
  });

  it('hands back a fetched response with its body unread', async () => {
    await rig.consentWith('fetched');
    const body = JSON.stringify({ data: { result: { balance: 1 }, consent_token: 't1' } });

    const outcome = await rig.caller.withConsent(
      'fetched',
      BALANCES,
      async () => new Response(body, { status: 200, headers: { 'set-cookie': 'secret' } }),
    );

    expect(outcome.outcome === 'answered' && (await outcome.response.text())).toBe(body);
    expect(await rig.story.state('fetched')).toMatchObject({
      tokenFingerprint: fingerprintOf('t1'),
    });
  });

  it('says what was expected of a response that it cannot read, and reports silence', async () => {
    await rig.consentWith('odd');
    const odd = async () => ({ status: 2000 });

    await expect(rig.caller.withConsent('odd', BALANCES, odd)).rejects.toThrow(
      'the call returned status 2000; expected a fetch Response with its body unread, or {status',
    );
    await rig.story.local.settle();

    expect(await rig.story.state('odd')).toMatchObject({ calls: [{ step: 1 }] });
  });

  it('is not begun when no message could name it', async () => {
    const unnamed = rig.caller.withConsent('odd', { operation: '' }, never);

    await expect(unnamed).rejects.toThrow(
      'call.operation "" is refused; expected 1..64 bytes of UTF-8',
    );
  });
});

describe('a call is refused, without a call to the bank,', () => {
  it('for a consent that nobody has reported', async () => {
    const outcome = await rig.caller.withConsent('nobody', BALANCES, never);

    expect(outcome).toEqual({ outcome: 'refused', reason: 'unknown-consent' });
  });

  it('when the consent has ended', async () => {
    await rig.consentWith('ended');
    await rig.caller.withdrawn('ended', 'psu');
    await rig.story.local.settle();

    const outcome = await rig.caller.withConsent('ended', AT_THE_SCREEN, never);

    expect(outcome).toEqual({ outcome: 'refused', reason: 'ended', status: 'revokedByPsu' });
  });

  it("until the bank's next day, once its limit is reached; not with the PSU present", async () => {
    await rig.consentWith('limited');
    await rig.caller.withConsent('limited', BALANCES, async () =>
      refusing('CONSENT.LIMIT_EXCEEDED', 't1'),
    );
    await rig.story.local.settle();

    const later = await rig.caller.withConsent('limited', { operation: 'accounts' }, never);
    const present = await rig.caller.withConsent('limited', AT_THE_SCREEN, async () =>
      nextToken('t2'),
    );

    expect(later).toMatchObject({ outcome: 'refused', reason: 'waiting' });
    expect(new Date('until' in later ? Number(later.until) : 0).toISOString()).toMatch(
      /^2026-11-23T23:/,
    );
    expect(present.outcome).toBe('answered');
  });

  it('when all but one of the four of the day are used, which is kept to confirm', async () => {
    await rig.consentWith('used-up');
    for (const number of [1, 2, 3]) {
      await rig.caller.withConsent('used-up', BALANCES, async () => nextToken(`t${number}`));
    }

    const fourth = await rig.caller.withConsent('used-up', BALANCES, never);
    const otherAccount = await rig.caller.withConsent(
      'used-up',
      { ...BALANCES, accountId: 'acc-2' },
      async () => nextToken('t4'),
    );

    expect(fourth).toEqual({
      outcome: 'refused',
      reason: 'day-used-up',
      until: Date.parse('2026-11-23T23:00:00Z'),
    });
    expect(otherAccount.outcome).toBe('answered');
  });

  it('while another call for the consent is made', async () => {
    await rig.consentWith('running');
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const first = rig.caller.withConsent('running', BALANCES, async () => {
      begun.resolve();
      await promise;
      return nextToken('t1');
    });
    await begun.promise;

    const second = await rig.other().withConsent('running', AT_THE_SCREEN, never);
    resolve();
    await first;
    const third = await rig
      .other()
      .withConsent('running', AT_THE_SCREEN, async (token) => nextToken(`after ${token}`));

    expect(second).toMatchObject({ outcome: 'refused', reason: 'call-running' });
    expect(third).toEqual({ outcome: 'answered', response: nextToken('after t1') });
  });
});
