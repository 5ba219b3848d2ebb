/** What the journal hears of a bank's day: how many calls are left of it, where that is known. */
import { describe, expect, it } from 'vitest';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { type Answer, answer, granted } from '../support/story.ts';
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
