/** The sweep catches up on what is overdue, within bounds, and holds nobody up. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/consent/instant.ts';
import type { ConsentStore } from '../../shared/lifecycle/ports.ts';
import { CONSENTS_AT_ONCE_MAX } from '../../shared/lifecycle/side-by-side.ts';
import { CONSENTS_PER_SWEEP_MAX, OVERDUE_AFTER, sweep } from '../../shared/lifecycle/sweep.ts';
import { Failure } from '../../shared/runtime/failure.ts';
import { impossibleItem } from '../../shared/store/impossible-item.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { answer, at } from '../support/story.ts';
import { deliver, heldIn, type Port, through, traced, twins } from '../support/twins.ts';

const START = at('2026-11-22T08:00Z');
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED');
const LONG_ENOUGH = START + OVERDUE_AFTER + 1;

/** Consents that each owe the forgetting of their accounts since `START`, oldest first. */
async function owing(count: number) {
  const world = twins();
  const ids = Array.from({ length: count }, (_, n) => `consent-${n}`);
  for (const [n, consentId] of ids.entries()) {
    const consent = aConsent({ consentId, ref: `ref-${n}` });
    await world.store.save({ consent, outbox: [aPurge(n)], now: START - count + n }, undefined);
  }
  world.now = LONG_ENOUGH;
  return { world, ids };
}

describe('sweep', () => {
  it('performs what a dead worker left owed, and not twice', async () => {
    const world = twins();
    world.now = START;
    world.outage = () => true;
    await deliver(world, FIRST);
    world.outage = () => false;
    world.now = LONG_ENOUGH;

    const first = await sweep(world);
    const second = await sweep(world);

    expect(first).toEqual({ found: 1, failed: [] });
    expect(second).toEqual({ found: 0, failed: [] });
    expect(world.performed.map((one) => one.do)).toEqual(['SetTimer', 'Remember']);
    expect((await heldIn(world))?.outbox).toEqual([]);
  });

  it('leaves alone what somebody is probably still at', async () => {
    const world = twins();
    world.now = START;
    world.outage = () => true;
    await deliver(world, FIRST);
    world.outage = () => false;
    world.now = START + OVERDUE_AFTER;

    expect(await sweep(world)).toEqual({ found: 0, failed: [] });
    expect(world.performed).toEqual([]);
  });

  it('does what a timer stood for that never fired, once', async () => {
    const world = twins();
    await deliver(world, FIRST);
    world.performed.length = 0;
    world.now = at('2026-11-23T08:20Z') + OVERDUE_AFTER + 1;

    const first = await sweep(world);
    const again = await sweep(world);

    expect(first).toEqual({ found: 1, failed: [] });
    expect(again.found).toBe(0);
    const requests = world.performed.filter((one) => one.do === 'RequestCall');
    expect(requests).toMatchObject([{ reason: 'confirm', attempt: 1, at: world.now }]);
    expect((await heldIn(world))?.consent.timer?.dueAt).toBeGreaterThan(world.now);
  });

  it('finds nothing where the timer is yet to fire', async () => {
    const world = twins();
    await deliver(world, FIRST);
    world.now = at('2026-11-23T08:20Z') + MINUTE;

    expect(await sweep(world)).toEqual({ found: 0, failed: [] });
  });

  it('says what it could not do, and does the rest', async () => {
    const { world } = await owing(3);
    world.outage = (effect) => effect.do === 'PurgeAccounts' && effect.before === 1;

    const swept = await sweep(world);

    expect(swept).toEqual({ found: 3, failed: [new Error('no PurgeAccounts at present')] });
    expect(world.performed).toEqual([aPurge(0), aPurge(2)]);
  });

  it('says what a timer stood for that could not be done', async () => {
    const world = twins();
    await deliver(world, FIRST);
    world.now = at('2026-11-23T08:20Z') + OVERDUE_AFTER + 1;
    world.outage = (effect) => effect.do === 'RequestCall';

    const swept = await sweep(world);

    expect(swept).toMatchObject({ found: 1, failed: [{ code: 'EFFECT_OWED' }] });
    expect(world.lines.at(-1)).toMatchObject({
      event: 'TimerDue',
      eventId: `sweep.${FIRST.ref}.g1.n1`,
    });
  });

  it('makes room in a record that is full, or what its timer stood for would never be done', async () => {
    const world = twins();
    world.outage = () => true;
    await deliver(world, FIRST);
    world.outage = () => false;
    world.now = at('2026-11-23T08:20Z') + OVERDUE_AFTER + 1;
    const save: ConsentStore['save'] = async (next, revision) => {
      if (next.outbox.length > 3) throw new Error('too long');
      return world.store.save(next, revision);
    };
    const store = { ...through(world, (_, call) => call()).store, save };

    expect(await sweep({ ...world, store })).toEqual({ found: 1, failed: [] });
    expect(world.performed.map((one) => one.do)).toContain('RequestCall');
  });

  it('passes over a consent that is gone', async () => {
    const world = twins();
    const store = { ...through(world, (_, call) => call()).store, overdue: async () => ['gone'] };

    expect(await sweep({ ...world, store })).toEqual({ found: 1, failed: [] });
  });

  it('keeps the others from waiting for a consent that cannot be written', async () => {
    const { world } = await owing(3);
    const cause = new Error('throttled');
    const save: ConsentStore['save'] = async (next, revision) => {
      if (next.consent.consentId === 'consent-0') throw cause;
      return world.store.save(next, revision);
    };
    const store = { ...through(world, (_, call) => call()).store, save };

    const swept = await sweep({ ...world, store });

    expect(swept).toEqual({ found: 3, failed: [cause] });
    expect((await heldIn(world, 'consent-2'))?.outbox).toEqual([]);
  });

  // The index gives the oldest first, so one record that stays broken would stop every sweep.
  it('keeps the others from waiting for a record that cannot be read', async () => {
    const { world } = await owing(3);
    const impossible = impossibleItem('item 1', 'nothing of ours');
    const load: ConsentStore['load'] = async (ids) => {
      if (ids.includes('consent-0')) throw impossible;
      return world.store.load(ids);
    };
    const store = { ...through(world, (_, call) => call()).store, load };

    const swept = await sweep({ ...world, store });

    expect(swept).toEqual({ found: 3, failed: [impossible] });
    expect(world.performed).toEqual([aPurge(1), aPurge(2)]);
  });

  it('reads a hundred at a time, and stops when its time is up', async () => {
    const { world } = await owing(250);
    const { deps, trace } = traced(world);
    const loads = (ports: readonly Port[]) => ports.filter((port) => port === 'load').length;

    const stopped = await sweep({ ...deps, hasTime: () => world.performed.length < 120 });
    const loadsUntilThen = loads(trace);
    const begun = world.performed.length;
    const rest = await sweep(deps);

    expect(begun).toBeLessThan(120 + CONSENTS_AT_ONCE_MAX);
    expect(stopped).toEqual({ found: 250, failed: [new Failure('OUT_OF_TIME')] });
    expect(rest).toEqual({ found: 250 - begun, failed: [] });
    expect(loadsUntilThen).toBe(2);
    expect(loads(trace)).toBe(4);
    expect(world.performed).toHaveLength(250);
  });

  it('works on a bounded number of consents side by side', async () => {
    const { world } = await owing(40);
    let underWay = 0;
    let most = 0;
    const deps = through(world, async (port, call) => {
      if (port !== 'perform') return call();
      underWay += 1;
      most = Math.max(most, underWay);
      const performed = await call();
      underWay -= 1;
      return performed;
    });

    await sweep({ ...deps, hasTime: () => true });

    expect(most).toBe(CONSENTS_AT_ONCE_MAX);
  });

  it('takes a bounded number at a time, the oldest first; the next run goes on', async () => {
    const { world } = await owing(CONSENTS_PER_SWEEP_MAX + 2);

    const first = await sweep(world);
    const performedFirst = [...world.performed];
    const second = await sweep(world);

    expect([first.found, second.found]).toEqual([CONSENTS_PER_SWEEP_MAX, 2]);
    expect(performedFirst).toHaveLength(CONSENTS_PER_SWEEP_MAX);
    expect(world.performed.slice(CONSENTS_PER_SWEEP_MAX)).toEqual([
      aPurge(CONSENTS_PER_SWEEP_MAX),
      aPurge(CONSENTS_PER_SWEEP_MAX + 1),
    ]);
  });
});
