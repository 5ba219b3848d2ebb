import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BankResponse } from '../../shared/caller/answer.ts';
import { UnreportedResult } from '../../shared/caller/report.ts';
import { DAY } from '../../shared/consent/instant.ts';
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
import { granted } from '../support/local-messages.ts';

const NOON = '2026-11-23T11:00:00Z';
let rig: CallerRig;

beforeAll(async () => {
  rig = await startCallerRig(NOON);
});
afterAll(() => rig.stop());

describe('when a program fails', () => {
  it('and dies in the middle of a call, its turn ends when its time is up', async () => {
    await rig.consentWith('crashed');
    const now = rig.story.local.clock.now();
    const begun = Promise.withResolvers<void>();
    void rig.caller.withConsent('crashed', AT_THE_SCREEN, () => {
      begun.resolve();
      return new Promise<never>(() => {});
    });
    await begun.promise;
    const at = (ms: number) => rig.other({}, { clock: () => now + ms });

    const soon = await at(170_000).withConsent('crashed', AT_THE_SCREEN, never);
    const later = await at(181_000).withConsent('crashed', AT_THE_SCREEN, async () =>
      nextToken('t1'),
    );

    expect(soon).toMatchObject({ reason: 'call-running' });
    expect(later.outcome).toBe('answered');
  });

  it('and answers after it lost its turn, the newest token stays (rule 2)', async () => {
    await rig.consentWith('overtaken');
    const now = rig.story.local.clock.now();
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow = rig.caller.withConsent('overtaken', AT_THE_SCREEN, async () => {
      begun.resolve();
      await answer.promise;
      return nextToken('t-slow');
    });
    await begun.promise;
    const ahead = rig.other({}, { clock: () => now + 200_000 });

    await ahead.withConsent('overtaken', AT_THE_SCREEN, async () => nextToken('t-fast'));
    answer.resolve();
    await slow;
    await rig.story.local.settle();

    expect(await rig.story.state('overtaken')).toMatchObject({
      tokenFingerprint: fingerprintOf('t-fast'),
    });
  });

  it('to report, the token is safe, and the error carries the report and tells no token', async () => {
    await rig.consentWith('unreported');
    const cutOff = rig.other({ sqs: rig.deafSqs() });

    const error = await cutOff
      .withConsent('unreported', BALANCES, async () => nextToken('t-secret'))
      .catch((thrown: unknown) => thrown);
    const before = await rig.story.state('unreported');

    expect(error).toBeInstanceOf(UnreportedResult);
    expect(String(error)).toContain('"unreported" could not be reported');
    expect(JSON.stringify(error)).not.toContain('t-secret');
    expect(before).toMatchObject({ tokenFingerprint: fingerprintOf('t-secret'), version: 1 });

    if (error instanceof UnreportedResult) await rig.story.send(error.unreported.reveal());
    expect(await rig.story.state('unreported')).toMatchObject({ version: 2 });
  });

  it("to report, it still has the bank's answer, or what the call threw; no print of the error has", async () => {
    const cutOff = rig.other({ sqs: rig.deafSqs() });
    const broken = new TypeError('fetch failed');
    const unreported = async (consentId: string, make: () => Promise<BankResponse>) => {
      await rig.consentWith(consentId);
      const made = cutOff.withConsent(consentId, BALANCES, make);
      const error: unknown = await made.catch((thrown: unknown) => thrown);
      if (error instanceof UnreportedResult) return error;
      throw error;
    };

    const answered = await unreported('lost-answer', async () => nextToken('t-secret'));
    const thrown = await unreported('lost-error', () => Promise.reject(broken));
    const grant = await cutOff
      .granted('lost-grant', { provider: 'klarna-consent', consentToken: 't-secret' })
      .catch((error: unknown) => error);

    expect(answered.handBack()).toEqual(nextToken('t-secret'));
    expect(() => thrown.handBack()).toThrow(broken);
    expect(grant instanceof UnreportedResult && grant.handBack()).toBeUndefined();
    expect(inspect([answered, grant], { depth: null, showHidden: true })).not.toContain('t-secret');
  });

  it('to write the token down, the report brings it', async () => {
    await rig.consentWith('unwritten');
    let updates = 0;
    rig.dynamo.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'UpdateItemCommand') return next(args);
          updates += 1;
          if (updates > 1) throw new Error('DynamoDB is away');
          return next(args);
        },
      { step: 'initialize', name: 'away' },
    );

    await rig.caller.withConsent('unwritten', BALANCES, async () => nextToken('t1'));
    rig.dynamo.middlewareStack.remove('away');
    await rig.story.local.settle();

    expect(await rig.story.state('unwritten')).toMatchObject({
      tokenFingerprint: fingerprintOf('t1'),
      ledger: { counts: { 'balances|acc-1': 1 } },
    });
    expect(await rig.story.state('unwritten')).not.toHaveProperty('lease');
  });

  it('and a grant comes during a call, the token of the old life is not kept (rule 2)', async () => {
    await rig.consentWith('renewed', 't-old');

    await rig.caller.withConsent('renewed', AT_THE_SCREEN, async () => {
      await rig.story.send(granted('renewed', '2026-11-23T10:59:00Z', { consentToken: 't-new' }));
      return nextToken('t-of-the-old-life');
    });
    await rig.story.local.settle();

    expect(await rig.story.state('renewed')).toMatchObject({
      generation: 2,
      tokenFingerprint: fingerprintOf('t-new'),
    });
  });

  it('and the consent is ended during its first call, no token is kept (rule 13)', async () => {
    await rig.story.send(granted('withdrawn', '2026-11-23T10:00:00Z', {}));

    await rig.caller.withConsent('withdrawn', AT_THE_SCREEN, async () => {
      await rig.caller.withdrawn('withdrawn', 'psu');
      await rig.story.local.settle();
      return nextToken('t-too-late');
    });
    const atOnce = await rig.story.state('withdrawn');
    await rig.story.local.settle();

    expect(atOnce).toMatchObject({ status: 'revokedByPsu' });
    expect(atOnce).not.toHaveProperty('token');
    expect(await rig.story.state('withdrawn')).not.toHaveProperty('token');
  });

  it('to know the time by less than AWS tells it to, what comes later is dated later (rule 5)', async () => {
    await rig.consentWith('prompt');
    const now = rig.story.local.clock.now();
    // Anew with each answer of AWS, whose date has whole seconds.
    const told = { ...rig.dynamo.config, systemClockOffset: -4 };
    const dynamo = Object.create(rig.dynamo, { config: { value: told } });
    let time = now;
    const prompt = rig.other({ dynamo }, { clock: () => time });

    await prompt.withConsent('prompt', BALANCES, async () => nextToken('t1'));
    told.systemClockOffset = -900;
    time = now + 300;
    await prompt.withConsent('prompt', { operation: 'accounts' }, async () =>
      refusing('CONSENT.EXPIRED'),
    );
    await rig.story.local.settle();

    expect(await rig.story.state('prompt')).toMatchObject({ status: 'suspect' });
  });

  it('to know the time by days, it goes by the time that AWS told the SDK (rule 15)', async () => {
    await rig.consentWith('misdated');
    const now = rig.story.local.clock.now();
    const { config } = rig.dynamo;
    // What the SDK keeps when AWS has refused a signature of two days hence.
    const told = { ...config, systemClockOffset: -2 * DAY };
    const dynamo = Object.create(rig.dynamo, { config: { value: told } });
    const misdated = rig.other({ dynamo }, { clock: () => now + 2 * DAY });

    await misdated.withConsent('misdated', BALANCES, async () => nextToken('t1'));
    await rig.story.local.settle();

    expect(await rig.story.state('misdated')).toMatchObject({
      lastSuccessAt: now,
      ledger: { dayStart: Date.parse('2026-11-22T23:00:00Z'), counts: { 'balances|acc-1': 1 } },
    });
  });

  it.each([
    [{ timeoutMs: 3_600_000 }, 'timeoutMs 3600000 is refused; expected a whole number from 1 to'],
    [{ timeoutMs: 1.5 }, 'timeoutMs 1.5 is refused; expected a whole number from 1 to 510000'],
    [{ source: '' }, 'source "" is refused; expected 1..1000 bytes of UTF-8'],
    [{ tableName: '' }, 'tableName "" is refused; expected the name of the table'],
    [{ bankCallResultsUrl: '' }, 'bankCallResultsUrl "" is refused; expected the URL of the queue'],
  ])('to say %j sensibly, it is told so before anything is spent', (options, complaint) => {
    expect(() => rig.other(options)).toThrow(complaint);
  });

  it.each([
    [
      { validUntil: new Date('31.12.2027') },
      'validUntil "Invalid Date" is refused; expected a Date',
    ],
    [{ consentToken: 't'.repeat(32_769) }, 'consentToken is refused; expected at most 32768 bytes'],
  ])('to grant what the worker would take, it is told so', async (grant, complaint) => {
    const granting = rig.caller.granted('odd', { provider: 'keybank', ...grant });

    await expect(granting).rejects.toThrow(complaint);
  });
});
