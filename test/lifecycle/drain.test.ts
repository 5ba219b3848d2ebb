/** Draining: every effect has its turn, and only what was performed is cleared. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../shared/consent/effect.ts';
import { drain } from '../../shared/lifecycle/drain.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { heldIn, traced, twins } from '../support/twins.ts';

const timer = (number: number): Effect => ({
  do: 'SetTimer',
  key: 'timer',
  name: { ref: 'ref-1', generation: 1, number },
  dueAt: 1_000 * number,
  cancels: [],
});
const CANCEL: Effect = { do: 'CancelTimer', key: 'timer', cancels: [] };

type World = ReturnType<typeof twins>;

async function owing(world: World, outbox: readonly Effect[], revision?: string): Promise<Held> {
  const save = { consent: aConsent(), outbox, now: world.now };
  const held = await world.store.save(save, revision);
  if (held === 'conflict') throw new Error('a conflict where none is possible');
  return held;
}

describe('drain', () => {
  it('performs all that is owed and clears it in one write', async () => {
    const world = twins();
    const held = await owing(world, [timer(1), aPurge(5)]);
    const { deps, trace } = traced(world);

    const drained = await drain(held, deps);

    expect(trace).toEqual(['perform', 'perform', 'save']);
    expect(world.performed).toEqual([timer(1), aPurge(5)]);
    expect(drained.failed.size).toBe(0);
    expect(drained.held).toEqual(await heldIn(world, 'consent-1'));
    expect(drained.held?.outbox).toEqual([]);
  });

  it('leaves what fails owed, with its cause, and performs the rest', async () => {
    const world = twins();
    world.outage = ({ do: kind }) => kind === 'SetTimer';
    const held = await owing(world, [timer(1), aPurge(5)]);

    const drained = await drain(held, world);

    expect([...drained.failed]).toEqual([[timer(1), new Error('no SetTimer at present')]]);
    expect(drained.held?.outbox).toEqual([timer(1)]);
    expect(world.performed).toEqual([aPurge(5)]);
  });

  it('takes a performer that throws at once for one that fails', async () => {
    const world = twins();
    const cause = new Error('at once');
    const held = await owing(world, [timer(1), aPurge(5)]);
    const perform: World['perform'] = (effect, consentId) => {
      if (effect.do === 'SetTimer') throw cause;
      return world.perform(effect, consentId);
    };

    const drained = await drain(held, { ...world, perform });

    expect([...drained.failed.values()]).toEqual([cause]);
    expect(world.performed).toEqual([aPurge(5)]);
  });

  it('writes nothing when nothing could be performed', async () => {
    const world = twins();
    world.outage = () => true;
    const held = await owing(world, [timer(1), aPurge(5)]);
    const { deps, trace } = traced(world);

    const drained = await drain(held, deps);

    expect(trace).toEqual(['perform', 'perform']);
    expect(drained.held).toBe(held);
    expect(drained.failed.size).toBe(2);
  });

  it('clears nothing that another worker has come to owe meanwhile', async () => {
    const world = twins();
    const held = await owing(world, [timer(1), aPurge(5)]);
    let theirs = held;
    const perform: World['perform'] = async (effect, consentId) => {
      await world.perform(effect, consentId);
      if (effect.do === 'SetTimer') theirs = await owing(world, [timer(2)], held.revision);
    };

    const drained = await drain(held, { ...world, perform });

    expect(drained.held).toEqual(theirs);
    expect((await heldIn(world, 'consent-1'))?.outbox).toEqual([timer(2)]);
  });

  it('throws what the store throws, and what was performed is performed again', async () => {
    const world = twins();
    const held = await owing(world, [CANCEL]);
    const broken = new Error('throttled');
    const store = { load: world.store.load, overdue: world.store.overdue, save: rejecting(broken) };

    await expect(drain(held, { ...world, store })).rejects.toBe(broken);
    await drain(held, world);

    expect(world.performed).toEqual([CANCEL, CANCEL]);
    expect((await heldIn(world, 'consent-1'))?.outbox).toEqual([]);
  });
});

function rejecting(cause: Error): () => Promise<never> {
  return () => Promise.reject(cause);
}
