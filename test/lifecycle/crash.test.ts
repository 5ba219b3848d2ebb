/**
 * A worker may die between any two awaits. Here it does, at each of its calls to the world in turn,
 * before the call took effect and after it did but before the answer came; and each call fails once
 * while the worker lives on. What comes of it must be what comes of a run without accidents.
 */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../shared/consent/effect.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { takeBatch } from '../../shared/lifecycle/batch.ts';
import { OVERDUE_AFTER, sweep } from '../../shared/lifecycle/sweep.ts';
import { revealed } from '../support/revealed.ts';
import { answer, granted, withdrawn } from '../support/story.ts';
import { type Around, heldIn, messageOf, type Twins, through, twins } from '../support/twins.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2027-05-01T00:00Z' });
const LIST = answer('2026-11-21T08:00Z', 'OK', { used: 't0', token: 't1', accounts: ['acc-1'] });
const strikeAt = (time: string, used = 't1') => answer(time, 'CONSENT.EXPIRED', { used });
const FIRST = strikeAt('2026-11-22T08:00Z');
const END = strikeAt('2026-11-22T08:40Z');
const VANISHED = answer('2026-11-22T09:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
  operation: 'balances',
  accountId: 'acc-1',
  used: 't1',
  token: 't2',
});
const ALIVE = answer('2026-11-22T08:50Z', 'OK', { used: 't1', token: 't2' });
const RENEWED = granted('2026-11-23T10:00Z', { token: 't5', supersedes: 'consent-old' });

const HISTORIES: Readonly<Record<string, readonly ConsentEvent[]>> = {
  'a first strike': [GRANTED, LIST, FIRST],
  'a confirmed end': [GRANTED, LIST, FIRST, END],
  'vanished accounts': [GRANTED, LIST, VANISHED],
  'a grant that supersedes': [GRANTED, FIRST, RENEWED],
  'an end that is undone': [GRANTED, LIST, FIRST, END, ALIVE],
  'a withdrawal after an end': [GRANTED, LIST, FIRST, END, withdrawn('2026-11-23T09:00Z', 'tpp')],
};

type Accident = (call: number) => 'before' | 'after' | undefined;
const at =
  (fatal: number, when: 'before' | 'after'): Accident =>
  (call) =>
    call === fatal ? when : undefined;

/** Runs `around` each call: the accident happens to one of them; who has died calls no more. */
function struck(accident: Accident, dies: boolean): { around: Around; calls: () => number } {
  let calls = 0;
  let dead = false;
  const around: Around = async (_port, call) => {
    if (dead) throw new Error('dead');
    calls += 1;
    const when = accident(calls);
    dead = dies && when !== undefined;
    if (when === 'before') throw new Error('crashed before');
    const answered = await call();
    if (when === 'after') throw new Error('crashed after');
    if (dead) throw new Error('dead');
    return answered;
  };
  return { around, calls: () => calls };
}

/** One message after the other; one that fails or whose worker dies comes again at once, twice. */
async function run(history: readonly ConsentEvent[], accident: Accident, dies = true) {
  const world = twins();
  let workers = struck(accident, dies);
  let deps = through(world, workers.around);
  for (const event of history) {
    world.now = event.now;
    const again = await takeBatch([messageOf(event)], deps).catch(() => [event.id]);
    if (again.length > 0) {
      workers = struck(() => undefined, false);
      deps = through(world, workers.around);
      const duplicate = messageOf(event);
      await takeBatch([duplicate, { ...duplicate, messageId: 'again' }], deps);
    }
  }
  await sweepLater(world);
  return { world, calls: workers.calls() };
}

async function sweepLater(world: Twins): Promise<void> {
  world.now += OVERDUE_AFTER + 1;
  await sweep(world);
}

const nameOf = (effect: Effect): string => {
  switch (effect.do) {
    case 'SetTimer':
      return `timer ${effect.name.generation}.${effect.name.number}`;
    case 'PublishNotice':
      return `notice ${effect.notice.id}`;
    case 'RequestCall':
    case 'ReplaceConsent':
      return `${effect.do} ${effect.id}`;
    default:
      return JSON.stringify(effect);
  }
};

/** All that a run without accidents and one with must agree on. */
async function resultOf(world: Twins) {
  const held = await heldIn(world);
  return {
    consent: revealed(held?.consent),
    owed: held?.outbox,
    performed: [...new Set(world.performed.map(nameOf))].toSorted(),
    accounts: await world.cache.get(GRANTED.consentId),
  };
}

const NO_ACCIDENT: Accident = () => undefined;

describe.each(Object.entries(HISTORIES))('in %s', (_, history) => {
  it.each([
    ['dies before', 'before', true],
    ['dies after', 'after', true],
    ['fails before', 'before', false],
    ['fails after', 'after', false],
  ] as const)(
    'nothing is lost or decided twice when a worker %s any call',
    async (_, when, dies) => {
      const peaceful = await run(history, NO_ACCIDENT);
      const expected = await resultOf(peaceful.world);

      expect(expected.owed).toEqual([]);
      for (let call = 1; call <= peaceful.calls; call += 1) {
        const { world } = await run(history, at(call, when), dies);

        const result = await resultOf(world);
        expect(result, `call ${call}`).toEqual(expected);
        expect(decidedOf(world).filter((times) => times > 1)).toEqual([]);
      }
    },
  );

  it('nothing stays owed when the message of a dead worker comes again after the others', async () => {
    const { calls } = await run(history, NO_ACCIDENT);

    for (let call = 1; call <= calls; call += 1) {
      const world = twins();
      const mortal = through(world, struck(at(call, 'after'), true).around);
      const late: ConsentEvent[] = [];
      for (const event of history) {
        world.now = event.now;
        const worker = late.length > 0 ? world : mortal;
        const again = await takeBatch([messageOf(event)], worker).catch(() => [event.id]);
        if (again.length > 0) late.push(event);
      }
      const again = await takeBatch(late.map(messageOf), world);

      const held = await heldIn(world);
      const remembered = world.performed.filter((one) => one.do === 'Remember');
      expect([again, held?.outbox], `call ${call}`).toEqual([[], []]);
      expect(new Set(remembered.map(({ number }) => number)).size).toBe(held?.consent.remembered);
      expect(decidedOf(world).filter((times) => times > 1)).toEqual([]);
    }
  });
});

/** How often each event was decided. */
function decidedOf({ lines }: Twins): readonly number[] {
  const advanced = lines.filter(({ outcome }) => outcome === 'advanced');
  return Object.values(Object.groupBy(advanced, ({ eventId }) => eventId)).map(
    (of) => of?.length ?? 0,
  );
}

describe('without a message to come again', () => {
  it('the sweep alone performs what was saved', async () => {
    const history = [GRANTED, LIST, FIRST, END];
    const { world: peaceful, calls } = await run(history, NO_ACCIDENT);
    const expected = await resultOf(peaceful);
    let saved = 0;

    for (let call = 1; call <= calls; call += 1) {
      const world = twins();
      const deps = through(world, struck(at(call, 'after'), true).around);
      world.now = END.now;
      await takeBatch(history.map(messageOf), deps).catch(() => []);
      const isSaved = (await heldIn(world))?.consent.version === history.length;
      await sweepLater(world);

      if (isSaved) {
        saved += 1;
        expect((await resultOf(world)).owed, `call ${call}`).toEqual([]);
        expect((await resultOf(world)).consent).toEqual(expected.consent);
      }
    }

    expect(saved).toBeGreaterThan(5);
  });
});
