/**
 * What bad input gets, through the queue: a message that cannot be read is set aside with a reason
 * that names its fault and holds up nobody, a token in it is kept first, and whatever a bank put
 * into a body is a finding like any other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answered,
  type CloudEvent,
  granted,
  klarnaError,
  printed,
  success,
} from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const HOUR_MS = 3_600_000;

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T08:00:00Z');
});
afterAll(() => story.stop());

function now(): string {
  return new Date(story.local.clock.now()).toISOString();
}

function hoursFromNow(hours: number): string {
  return new Date(story.local.clock.now() + hours * HOUR_MS).toISOString();
}

function withData(event: CloudEvent, data: object): CloudEvent {
  return { ...event, data: { ...event.data, ...data } };
}

function without(event: CloudEvent, field: keyof CloudEvent): string {
  const { [field]: _left, ...rest } = event;
  return JSON.stringify(rest);
}

/** How often the functions have counted this so far. */
function counted(name: string): number {
  const line = (text: string): Readonly<Record<string, unknown>> => JSON.parse(text);
  const counts = story.printed.filter((text) => text.includes(`"${name}":`)).map(line);
  return counts.reduce((sum, one) => sum + Number(one[name]), 0);
}

describe('a message that is', () => {
  const fine = () => answered('neighbour', now(), success('neighbour-token'));
  const unreadable = [
    ['not JSON', () => 'status=400', /^message \(10 characters\) is refused; expected JSON$/],
    ['a list', () => '[]', /^message \(2 characters\) is refused; expected an object$/],
    ['a number', () => '42', /^message \(2 characters\) is refused; expected an object$/],
    [
      'without subject',
      () => without(fine(), 'subject'),
      /^subject is missing; expected 1\.\.1000/,
    ],
    ['without data', () => without(fine(), 'data'), /^data is missing; expected an object$/],
    [
      'of an unknown type',
      () => JSON.stringify({ ...fine(), type: 'consent-lifecycle.bank-call.lost.v1' }),
      /^type "consent-lifecycle\.bank-call\.lost\.v1" is unknown; known: .*call\.completed/,
    ],
    [
      'of an unknown provider',
      () => JSON.stringify(withData(fine(), { provider: 'paperbank' })),
      /^provider "paperbank" is unknown; known: .*klarna-consent.*hamsterbank/,
    ],
  ] as const;

  it.each(unreadable)(
    '%s is set aside with the reason, and its batch goes on',
    async (what, body, reason) => {
      const [before, after] = [`before ${what}`, `after ${what}`];
      const sent = body();

      await story.send(
        answered(before, now(), success(`${before}-token`)),
        sent,
        answered(after, now(), success(`${after}-token`)),
      );

      expect(await story.deadLetters()).toEqual([
        { body: sent, reason: expect.stringMatching(reason) },
      ]);
      expect(await story.state(before)).toMatchObject({ token: `${before}-token` });
      expect(await story.state(after)).toMatchObject({ token: `${after}-token` });
    },
  );
});

describe('a token in an unreadable message', () => {
  it('is kept first for a consent that is known, whatever the provider', async () => {
    await story.send(granted('known', hoursFromNow(-1), { consentToken: 'known-t0' }));
    const event = answered('known', now(), success('known-t1'), { used: 'known-t0' });

    await story.send(withData(event, { provider: 'paperbank' }));

    expect(await story.state('known')).toMatchObject({ token: 'known-t1', status: 'valid' });
    expect(await story.deadLetters()).toMatchObject([
      { reason: expect.stringContaining('"paperbank"') },
    ]);
  });

  it('is kept first for a consent never seen, when the provider is readable', async () => {
    const event = answered('never-seen', now(), success('never-seen-t1'));

    await story.send(withData(event, { call: 'accounts' }));

    expect(await story.state('never-seen')).toMatchObject({ token: 'never-seen-t1' });
    expect(await story.deadLetters()).toMatchObject([
      { reason: expect.stringMatching(/^call .*expected an object$/) },
    ]);
  });
});

describe('an unknown time zone', () => {
  it("gives way to the bank's default one, is warned of once and counted", async () => {
    const bank = { id: 'DE-1', timeZone: 'Mars/Olympus_Mons' };
    const limit = printed('klarna-consent/consent-limit-exceeded');

    await story.send(answered('martian-1', now(), limit, { bank }));
    await story.send(answered('martian-2', now(), limit, { bank }));

    const warned = story.printed.filter((line) => line.includes('"message":"unknown-time-zone"'));
    expect(warned).toHaveLength(1);
    expect(counted('unknown-time-zone')).toBe(2);
    expect((await story.state('martian-1'))?.bank).toEqual({ id: 'DE-1' });
    expect(await story.timers('martian-1')).toMatchObject([
      { at: expect.stringMatching(/^2026-11-23T23:(0\d|1[0-5]):00$/) },
    ]);
  });
});

describe('a body', () => {
  const LEVELS = 5_000;
  const bodies: readonly (readonly [string, unknown, string])[] = [
    ['of HTML', '<!doctype html><h1>Bad gateway</h1>', 'BANK.TECHNICAL'],
    ['that is empty', '', 'BANK.TECHNICAL'],
    ['of null', null, 'BANK.TECHNICAL'],
    ['of a number', 7, 'BANK.TECHNICAL'],
    ['of wrong types', { error: [{ code: 3 }], consent_token: 5 }, 'BANK.TECHNICAL'],
    ['of 900 KB', `<p>${'x'.repeat(900_000)}`, 'BANK.TECHNICAL'],
    ['of text nested deeply', '['.repeat(LEVELS) + ']'.repeat(LEVELS), 'BANK.TECHNICAL'],
    ['with a code nobody knows', { error: { code: 'SOMETHING.ELSE' } }, 'UNKNOWN'],
  ];

  it.each(bodies)('%s is a finding', async (what, body, category) => {
    const consentId = `body ${what}`;

    await story.send(answered(consentId, now(), { status: 502, headers: {}, body }));

    expect(await story.item(consentId, 'HISTORY')).toMatchObject({ e00: { category } });
    expect(await story.state(consentId)).toMatchObject({ calls: [{ reason: 'retry' }] });
    expect(await story.deadLetters()).toEqual([]);
  });

  it('nested deeply as JSON is a finding, and the token beside it is kept', async () => {
    const event = answered('nested', now(), klarnaError('CONSENT.EXPIRED', 'nested-t1'));
    const deep = `"deep":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)},"error":`;

    await story.send(JSON.stringify(event).replace('"error":', deep));

    expect(await story.state('nested')).toMatchObject({ status: 'suspect', token: 'nested-t1' });
    expect(await story.deadLetters()).toEqual([]);
  });
});

describe('a consent id', () => {
  const long = 'ü/'.repeat(300);
  const ids = [
    ['with emoji', '🐹 consent 🏦'],
    ['with slashes and more', '../consents/1?a=b#c%20\'"<aws.scheduler.execution-id>\\'],
    ['of 900 bytes', long],
  ] as const;

  it.each(ids)('%s works through timers, requests and notices', async (_what, id) => {
    const at = story.local.clock.now();
    await story.send(
      granted(id, now(), { consentToken: 't0' }),
      answered(id, new Date(at + 1_000).toISOString(), EXPIRED, { used: 't0' }),
    );
    await story.until(new Date(at + 25 * HOUR_MS).toISOString());
    const [confirming, ...others] = await story.requests(id);

    await story.send(
      answered(id, now(), EXPIRED, { used: 't0', requestId: String(confirming?.id) }),
    );

    expect(Buffer.byteLength(long)).toBe(900);
    expect(others).toEqual([]);
    expect(confirming).toMatchObject({ subject: id, data: { reason: 'confirm' } });
    expect(await story.state(id)).toMatchObject({ status: 'expired', consentId: id, outbox: [] });
    expect(await story.notices(id, 'reconsent.required')).toHaveLength(1);
    expect(await story.timers(id)).toEqual([]);
    expect(await story.deadLetters()).toEqual([]);
  });

  it('of 2,000 bytes is refused, and the limit is named', async () => {
    await story.send(answered('x'.repeat(2_000), now(), success('lost-in-the-queue')));

    expect(await story.deadLetters()).toMatchObject([
      { reason: expect.stringContaining('expected 1..1000 bytes of UTF-8, not 2000') },
    ]);
  });
});

describe("a producer's clock", () => {
  it('a day ahead is taken for the present, counted, and its token kept', async () => {
    await story.send(granted('ahead', hoursFromNow(-1), { consentToken: 'ahead-t0' }));
    const before = counted('clock-ahead');
    const sentAt = story.local.clock.now();

    await story.send(
      answered('ahead', hoursFromNow(24), success('ahead-t1'), { used: 'ahead-t0' }),
    );
    await story.send(answered('ahead', now(), success('ahead-t2'), { used: 'ahead-t1' }));

    const state = await story.state('ahead');
    expect(counted('clock-ahead')).toBe(before + 1);
    expect(state).toMatchObject({ status: 'valid', token: 'ahead-t2' });
    expect(Number(state?.lastSuccessAt) - sentAt).toBeLessThan(HOUR_MS);
  });

  it('a day behind is believed, and its token kept', async () => {
    const time = hoursFromNow(-24);
    await story.send(granted('behind', hoursFromNow(-1), { consentToken: 'behind-t0' }));

    await story.send(answered('behind', time, success('behind-t1'), { used: 'behind-t0' }));

    expect(await story.state('behind')).toMatchObject({
      status: 'valid',
      token: 'behind-t1',
      lastSuccessAt: Date.parse(time),
    });
  });
});
