/** What the journal hears: of each event one line, and of a bank's day the calls that are left. */
import { describe, expect, it } from 'vitest';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { type Answer, answer, granted, timerDue, withdrawn } from '../support/story.ts';
import { deliver, twins } from '../support/twins.ts';

const ok = (time: string, more: Answer = {}) =>
  answer(time, 'OK', { operation: 'balances', accountId: 'a', ...more });
const limit = (time: string, more: Answer = {}) =>
  answer(time, 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances', accountId: 'a', ...more });

/** What is left after each of these, as the journal hears it. */
async function leftAfter(...events: readonly ConsentEvent[]) {
  const world = twins();
  await deliver(world, ...events);
  return world.lines.map(({ callsLeft }) => callsLeft);
}

describe('the line of an event', () => {
  it('names a result, whom it is about, and what became of it', async () => {
    const world = twins();
    const first = answer('2026-11-22T06:00Z', 'CONSENT.EXPIRED', { bank: { id: 'DE-1' } });

    await deliver(world, first);

    expect(world.lines).toEqual([
      {
        consentRef: first.ref,
        event: 'BankCallCompleted',
        eventId: first.id,
        outcome: 'advanced',
        provider: 'klarna-consent',
        bankId: 'DE-1',
        operation: 'accounts',
        category: 'CONSENT.EXPIRED',
        status: 'suspect',
        generation: 1,
        version: 1,
        notes: ['strike'],
        effects: ['SetTimer', 'Remember'],
        callsLeft: 3,
      },
    ]);
  });

  it('says why an event changed nothing, and how the consent stands', async () => {
    const world = twins();
    const grant = granted('2026-11-22T06:00Z', { bank: { id: 'DE-1' } });
    await deliver(world, grant);

    await deliver(world, grant);

    expect(world.lines[1]).toStrictEqual({
      consentRef: grant.ref,
      event: 'ConsentGranted',
      eventId: grant.id,
      outcome: 'ignored',
      reason: 'duplicate',
      provider: 'klarna-consent',
      bankId: 'DE-1',
      status: 'valid',
      generation: 1,
      version: 1,
      notes: [],
      effects: [],
    });
  });

  it('leaves out what is not known', async () => {
    const world = twins();
    const timer = timerDue('2026-11-22T06:00Z', 1, 1);
    const end = withdrawn('2026-11-22T06:00Z', 'psu');

    const results = await deliver(world, timer);
    await deliver(world, end);

    expect(results).toEqual([{ done: true }]);
    expect(world.lines.map((line) => Object.keys(line))).toEqual([
      ['consentRef', 'event', 'eventId', 'outcome', 'reason', 'notes', 'effects'],
      [
        ...['consentRef', 'event', 'eventId', 'outcome', 'status', 'generation', 'version'],
        ...['notes', 'effects'],
      ],
    ]);
  });

  it('names the provider of the result, else that of the consent', async () => {
    const world = twins();
    await deliver(world, granted('2026-11-22T06:00Z', { provider: 'keybank' }));

    await deliver(world, answer('2026-11-22T07:00Z', 'OK', { provider: 'hamsterbank' }));
    await deliver(world, withdrawn('2026-11-22T08:00Z', 'psu'));

    expect(world.lines.map(({ provider }) => provider)).toEqual([
      'keybank',
      'hamsterbank',
      'hamsterbank',
    ]);
  });

  it('says of a list of accounts that it was too large to be cached, and of no other', async () => {
    const world = twins();
    const accounts = Array.from({ length: 30_000 }, (_, n) => `account-${n}`);

    await deliver(world, answer('2026-11-22T06:00Z', 'OK', { accounts: ['a'] }));
    await deliver(
      world,
      answer('2026-11-22T07:00Z', 'OK', { accounts }),
      answer('2026-11-22T07:01Z', 'OK', { operation: 'balances' }),
    );

    expect(world.lines.map(({ notes }) => notes.includes('accounts-too-large'))).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('the calls left', () => {
  it('are the maximum less what was counted, and never fewer than none', async () => {
    const left = await leftAfter(
      ok('2026-11-22T06:00Z'),
      ok('2026-11-22T07:00Z'),
      ok('2026-11-22T08:00Z'),
      ok('2026-11-22T09:00Z'),
      ok('2026-11-22T10:00Z'),
    );

    expect(left).toEqual([3, 2, 1, 0, 0]);
  });

  it("are counted per operation and account, and anew on the bank's next day", async () => {
    const left = await leftAfter(
      ok('2026-11-22T06:00Z'),
      ok('2026-11-22T06:01Z', { operation: 'transactions' }),
      ok('2026-11-22T06:02Z', { accountId: 'b' }),
      ok('2026-11-22T22:59Z'),
      ok('2026-11-22T23:00Z'),
    );

    expect(left).toEqual([3, 3, 3, 2, 3]);
  });

  it('are of the maximum that the bank states, where it states one', async () => {
    const bank = { id: 'DE-1', unattendedCallsPerDayMax: 10 };

    expect(await leftAfter(ok('2026-11-22T06:00Z', { bank }))).toEqual([9]);
    expect(await leftAfter(ok('2026-11-22T06:00Z', { bank, provider: 'keybank' }))).toEqual([9]);
  });

  it('are none for any call while a limit wait stands', async () => {
    const left = await leftAfter(
      limit('2026-11-22T06:00Z'),
      ok('2026-11-22T07:00Z', { operation: 'transactions' }),
      ok('2026-11-22T23:20Z', { operation: 'transactions' }),
    );

    expect(left).toEqual([0, 0, 3]);
  });

  it('are not told of an attended call, of a day gone by, or where nothing limits them', async () => {
    const attended = await leftAfter(ok('2026-11-22T06:00Z', { attended: true }));
    const late = await leftAfter(
      ok('2026-11-22T06:00Z'),
      ok('2026-11-21T06:00Z', { now: '2026-11-22T06:01Z' }),
    );
    const unlimited = await leftAfter(ok('2026-11-22T06:00Z', { provider: 'keybank' }));

    expect([attended, late, unlimited]).toEqual([[undefined], [3, undefined], [undefined]]);
  });

  it('are told of results that are applied, and of nothing else', async () => {
    const first = ok('2026-11-22T06:00Z');

    expect(await leftAfter(granted('2026-11-21T06:00Z'), first, first)).toEqual([
      undefined,
      3,
      undefined,
    ]);
  });
});
