/** A list of accounts is cached before the state is saved: what if another worker writes first? */
import { describe, expect, it } from 'vitest';
import { advance } from '../../shared/lifecycle/advance.ts';
import type { AccountCache } from '../../shared/lifecycle/ports.ts';
import { answer, CONSENT_ID, granted, withdrawn } from '../support/story.ts';
import { deliver, heldIn, type Twins, twins } from '../support/twins.ts';

const GRANTED = granted('2026-11-21T08:00Z', { token: 't1' });
const LIST = answer('2026-11-22T09:00:05Z', 'OK', {
  token: 't2',
  used: 't1',
  accounts: ['acc-1'],
});

function cachedIn(world: Twins) {
  return world.cache.get(CONSENT_ID).then((list) => list?.accounts.map(({ id }) => id));
}

/** The worker's own view of the cache, and what it has purged beside its effects. */
function watched(world: Twins): { readonly cache: AccountCache; readonly purges: number[] } {
  const purges: number[] = [];
  const { cache } = world;
  const purge = (consentId: string, before: number) => {
    purges.push(before);
    return cache.purge(consentId, before);
  };
  return {
    // Whoever was first, to the worker it is cached.
    cache: {
      put: (list) => cache.put(list).then(() => 'cached'),
      get: (id) => cache.get(id),
      purge,
    },
    purges,
  };
}

describe('a list that is cached before its state is saved (rule 11)', () => {
  it('is not kept where the consent has ended meanwhile', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const before = await heldIn(world);
    const other = answer('2026-11-22T08:59Z', 'OK', { operation: 'balances' });
    await deliver(world, other, withdrawn('2026-11-22T09:00Z', 'psu'));

    const results = await advance(before, [other, LIST], world);

    expect(results).toEqual([{ done: true }, { done: true }]);
    expect((await cachedIn(world)) ?? []).toEqual([]);
  });

  it('is kept where the consent lives on', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const before = await heldIn(world);
    await deliver(world, answer('2026-11-22T09:00Z', 'OK', { operation: 'balances' }));

    const { cache, purges } = watched(world);
    await advance(before, [LIST], { ...world, cache });

    expect(await cachedIn(world)).toEqual(['acc-1']);
    expect(purges).toEqual([]);
  });

  it('is kept where another worker has applied it', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const before = await heldIn(world);
    await deliver(world, LIST);

    const { cache, purges } = watched(world);
    await advance(before, [LIST], { ...world, cache });

    expect(await cachedIn(world)).toEqual(['acc-1']);
    expect(purges).toEqual([]);
  });

  it('is kept where it proves alive what had ended, though other news came too late', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    await deliver(world, answer('2026-11-22T07:00Z', 'CONSENT.EXPIRED'));
    await deliver(world, answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'));
    const ended = await heldIn(world);
    if (ended === undefined) throw new Error('nothing is stored');
    await world.store.save({ ...ended, now: 0 }, ended.revision);

    const late = answer('2026-11-22T09:00Z', 'TECHNICAL');
    const results = await advance(ended, [late, LIST], world);

    expect(results).toEqual([{ done: true }, { done: true }]);
    expect((await heldIn(world))?.consent.status).toBe('valid');
    expect(await cachedIn(world)).toEqual(['acc-1']);
  });

  it('is all that the cache is asked about: not the end itself', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    await deliver(world, withdrawn('2026-11-22T09:00Z', 'psu'));
    const { cache, purges } = watched(world);

    await deliver({ ...world, cache }, LIST);

    expect(purges).toEqual([]);
  });
});

describe('an event that is ignored', () => {
  it('is done, though what others left owed cannot be performed', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    world.outage = () => true;
    await deliver(world, withdrawn('2026-11-22T09:00Z', 'psu'));

    expect(await deliver(world, LIST)).toEqual([{ done: true }]);
  });
});
