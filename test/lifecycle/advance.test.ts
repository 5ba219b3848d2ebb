/** The spine: what is saved, what is performed, and which messages come again. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../shared/consent/effect.ts';
import { advance, SAVE_ATTEMPTS_MAX } from '../../shared/lifecycle/advance.ts';
import type { ConsentStore } from '../../shared/lifecycle/ports.ts';
import { answer, at, granted, rescued, timerDue } from '../support/story.ts';
import { deliver, endOf, heldIn, traced, twins } from '../support/twins.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' });
const SECOND = answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED', { used: 't0' });
const isNotice = (effect: Effect) => effect.do === 'PublishNotice';
const kindsOf = (effects: readonly Effect[]) => effects.map((one) => one.do);

describe('save first, perform after', () => {
  it('saves the state with what is owed, performs that, and then clears it', async () => {
    const world = twins();
    const { deps, trace } = traced(world);

    const results = await deliver(deps, FIRST);

    expect(trace).toEqual(['load', 'save', 'perform', 'perform', 'save']);
    expect(kindsOf(world.performed)).toEqual(['SetTimer', 'Remember']);
    expect((await heldIn(world))?.outbox).toEqual([]);
    expect(results.map(endOf)).toEqual(['done']);
  });

  it('records an end though nobody can be told of it, and keeps no other effect waiting', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    await deliver(world, FIRST);
    world.performed.length = 0;
    world.outage = isNotice;

    const results = await deliver(world, SECOND);

    const held = await heldIn(world);
    expect(held?.consent).toMatchObject({ status: 'expired' });
    expect(held?.consent.token).toBeUndefined();
    expect(kindsOf(world.performed).toSorted()).toEqual([
      'CancelTimer',
      'PurgeAccounts',
      'Remember',
    ]);
    expect(held?.outbox.length).toBeGreaterThan(0);
    expect(held?.outbox.every(isNotice)).toBe(true);
    expect(results.map(endOf)).toEqual(['EFFECT_OWED']);
  });

  it('resumes what is owed when the message comes again, and decides nothing twice', async () => {
    const world = twins();
    world.outage = () => true;
    await deliver(world, FIRST);
    const owing = await heldIn(world);

    const stillOut = await deliver(world, FIRST);
    world.outage = () => false;
    const results = await deliver(world, FIRST);

    const held = await heldIn(world);
    expect(stillOut.map(endOf)).toEqual(['EFFECT_OWED']);
    expect(results.map(endOf)).toEqual(['done']);
    expect(kindsOf(world.performed)).toEqual(['SetTimer', 'Remember']);
    expect(held?.consent).toEqual(owing?.consent);
    expect(held?.outbox).toEqual([]);
    expect(world.lines.map(({ reason }) => reason)).toEqual([undefined, 'duplicate', 'duplicate']);
  });

  it('lets the other messages of the consent be done', async () => {
    const world = twins();
    world.outage = ({ do: kind }) => kind === 'SetTimer';
    const other = answer('2026-11-22T08:01Z', 'REQUEST', { operation: 'balances' });

    const results = await deliver(world, FIRST, other);

    expect(results.map(endOf)).toEqual(['EFFECT_OWED', 'done']);
  });

  it('keeps owing what one message left when another comes first', async () => {
    const world = twins();
    world.outage = () => true;
    await deliver(world, FIRST);
    const other = answer('2026-11-22T08:01Z', 'REQUEST', { operation: 'balances' });
    await deliver(world, other);
    const owed = (await heldIn(world))?.outbox ?? [];
    world.outage = () => false;

    const results = await deliver(world, FIRST, other);

    expect(owed.map(({ key }) => key)).toEqual(['timer', 'remember:0', 'remember:1']);
    expect(results.map(endOf)).toEqual(['done', 'done']);
    expect(world.performed).toEqual(owed);
  });

  // A timer's own id is not remembered: it comes back as stale, or as ended, and what it owes is
  // the same as before.
  it.each([
    ['that requested a call', timerDue('2026-11-23T08:20Z', 1, 1), FIRST],
    [
      'that ended the consent',
      timerDue('2026-12-01T10:00Z', 1, 1),
      granted('2026-11-22T10:00Z', { validUntil: '2026-12-01T10:00Z' }),
    ],
    ['of a rescued token', rescued('2026-11-22T08:10Z', 't9'), GRANTED],
  ])('lets a message %s come again until its effects are done', async (_, event, before) => {
    const world = twins();
    await deliver(world, before);
    world.outage = () => true;

    const first = await deliver(world, event);
    const again = await deliver(world, event);

    expect(first.map(endOf)).toEqual(['EFFECT_OWED']);
    expect((await heldIn(world))?.outbox.length).toBeGreaterThan(0);
    expect(again.map(endOf)).toEqual(['EFFECT_OWED']);
  });

  it('keeps the latest token however long nothing can be performed', async () => {
    const world = twins();
    world.outage = () => true;
    const calls = Array.from({ length: 80 }, (_, n) =>
      answer(new Date(at('2026-11-22T08:00Z') + n).toISOString(), 'TECHNICAL', {
        used: `t${n}`,
        token: `t${n + 1}`,
      }),
    );

    for (const call of calls) await deliver(world, call);

    expect((await heldIn(world))?.consent.token?.secret.reveal()).toBe('t80');
  });
});

describe('folding', () => {
  it('writes several plain successes at once, and caches the newest list of accounts', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const { deps, trace } = traced(world);
    const success = (minute: string, n: number) =>
      answer(`2026-11-22T08:${minute}Z`, 'OK', {
        used: `t${n}`,
        token: `t${n + 1}`,
        accounts: [`acc-${n}`],
      });

    const results = await deliver(deps, success('00', 0), success('02', 1), success('01', 2));

    expect(results.map(endOf)).toEqual(['done', 'done', 'done']);
    expect(trace).toEqual(['load', 'cache', 'save', 'active']);
    const held = await heldIn(world);
    expect(held?.consent.version).toBe(4);
    expect(held?.consent.token?.secret.reveal()).toBe('t3');
    expect((await world.cache.get(GRANTED.consentId))?.accounts).toEqual([{ id: 'acc-1' }]);
  });

  it('stops where an effect stands between', async () => {
    const world = twins();
    const { deps, trace } = traced(world);
    const success = (time: string) => answer(time, 'OK', { operation: 'balances' });

    await deliver(
      deps,
      success('2026-11-22T07:50Z'),
      FIRST,
      success('2026-11-22T08:10Z'),
      success('2026-11-22T08:11Z'),
    );

    const owing = ['perform', 'perform', 'save'];
    expect(trace).toEqual(['load', 'save', 'active', ...owing, 'save', ...owing, 'save']);
    expect((await heldIn(world))?.consent).toMatchObject({ status: 'valid', version: 4 });
  });

  it('performs no write for events that change nothing', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const { deps, trace } = traced(world);

    const results = await deliver(deps, GRANTED, GRANTED);

    expect(trace).toEqual(['load']);
    expect(results.map(endOf)).toEqual(['done', 'done']);
  });
});

describe('a save that fails', () => {
  it('is decided again on what another worker has written since', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const stale = await heldIn(world);
    await deliver(world, FIRST);

    const results = await advance(stale, [SECOND], world);

    const held = await heldIn(world);
    expect(results.map(endOf)).toEqual(['done']);
    expect(held?.consent).toMatchObject({ status: 'expired', version: 3 });
    expect(held?.outbox).toEqual([]);
  });

  it('knows for a duplicate what another worker has decided since', async () => {
    const world = twins();
    world.outage = () => true;
    await deliver(world, FIRST);
    world.outage = () => false;

    const results = await advance(undefined, [FIRST], world);

    expect(results.map(endOf)).toEqual(['done']);
    expect(world.lines.map(({ outcome }) => outcome)).toEqual(['advanced', 'ignored']);
    expect(kindsOf(world.performed)).toEqual(['SetTimer', 'Remember']);
  });

  it('is given up after losing too often, and nothing is performed', async () => {
    const world = twins();
    let saves = 0;
    const save: ConsentStore['save'] = async () => {
      saves += 1;
      return 'conflict';
    };
    const contended = { ...world, store: { ...storeOf(world.store), save } };

    const results = await deliver(contended, FIRST, SECOND);

    expect(saves).toBe(SAVE_ATTEMPTS_MAX);
    expect(results.map(endOf)).toEqual(['CONTENTION', 'CONTENTION']);
    expect(world.performed).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  it('fails what came after it, and nothing that was done before', async () => {
    const world = twins();
    let saves = 0;
    const cause = new Error('throttled');
    const save: ConsentStore['save'] = async (next, revision) => {
      saves += 1;
      if (saves > 2) throw cause;
      return world.store.save(next, revision);
    };

    const results = await deliver(
      { ...world, store: { ...storeOf(world.store), save } },
      FIRST,
      SECOND,
    );

    expect(results.map(endOf)).toEqual(['done', 'STORE_UNAVAILABLE']);
    expect(results[1]).toMatchObject({ cause: { cause } });
    expect((await heldIn(world))?.consent.status).toBe('suspect');
  });

  it.each([
    'ImpossibleItem',
    'ConsentTooLarge',
    'OutboxTooLong',
    'TypeError',
    'RangeError',
    'ReferenceError',
  ])('tells what is broken from an outage: %s keeps its name', async (name) => {
    const world = twins();
    const broken = Object.assign(new Error('of our own making'), { name });
    const save = async () => Promise.reject(broken);

    const results = await deliver({ ...world, store: { ...storeOf(world.store), save } }, FIRST);

    expect(results).toEqual([{ done: false, cause: broken }]);
  });
});

/** A store's methods as a plain record, to replace one of them. */
function storeOf(store: ConsentStore): ConsentStore {
  return {
    load: (ids) => store.load(ids),
    save: (next, revision) => store.save(next, revision),
    overdue: (before, max) => store.overdue(before, max),
  };
}
