/**
 * Two workers hold one consent at once. Whatever way their calls to the world fall between each
 * other, no event is lost, none is decided twice, and what was decided is performed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import type { Result } from '../../shared/lifecycle/advance.ts';
import { answer, granted } from '../support/story.ts';
import { deliver, heldIn, type Twins, through, twins } from '../support/twins.ts';

const RUNS = { numRuns: 100 };

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const rotation = (n: number) =>
  answer(`2026-11-22T08:0${n}Z`, 'OK', { used: `t${n}`, token: `t${n + 1}` });
const ROTATIONS = [0, 1, 2, 3, 4, 5].map(rotation);
const FIRST = answer('2026-11-22T08:10Z', 'CONSENT.EXPIRED');
const SECOND = answer('2026-11-23T08:30Z', 'CONSENT.REVOKED', { operation: 'balances' });
const LATER = answer('2026-11-23T08:31Z', 'TECHNICAL', { operation: 'transactions' });

/** Each worker takes its events in one go; the scheduler decides whose call comes next. */
async function together(
  scheduler: fc.Scheduler,
  world: Twins,
  ...batches: readonly (readonly ConsentEvent[])[]
): Promise<readonly Result[]> {
  const working = batches.map((events, worker) => {
    const deps = through(world, (port, call) =>
      scheduler.schedule(Promise.resolve(), `${port} of worker ${worker}`).then(call),
    );
    return deliver(deps, ...events);
  });
  const results = await scheduler.waitFor(Promise.all(working));
  return results.flat();
}

const advancedIn = ({ lines }: Twins) =>
  lines.filter(({ outcome }) => outcome === 'advanced').map(({ eventId }) => eventId);
const idsOf = (...batches: readonly (readonly ConsentEvent[])[]) =>
  [...new Set(batches.flat().map(({ id }) => id))].toSorted();

describe('two workers at once', () => {
  it('keep the newest token of one lineage that they share out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.subarray(ROTATIONS, { minLength: 1, maxLength: 5 }),
        async (scheduler, mine) => {
          const world = twins();
          await deliver(world, GRANTED);
          const theirs = ROTATIONS.filter((event) => !mine.includes(event));

          const results = await together(scheduler, world, mine, theirs);

          const consent = (await heldIn(world))?.consent;
          expect(results.every(({ done }) => done)).toBe(true);
          expect(consent?.token?.secret.reveal()).toBe('t6');
          expect(consent?.version).toBe(1 + ROTATIONS.length);
        },
      ),
      RUNS,
    );
  });

  it('decide an event once that both of them are given', async () => {
    const events = [FIRST, SECOND, LATER];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = twins();
        await deliver(world, GRANTED);

        await together(scheduler, world, events, events);

        const held = await heldIn(world);
        expect(advancedIn(world)).toEqual([GRANTED.id, FIRST.id, SECOND.id]);
        expect(held?.consent).toMatchObject({ status: 'revokedByPsu', version: 3 });
        expect(held?.outbox).toEqual([]);
        expect(world.performed.map(({ key }) => key)).toContain('notice:1.required');
      }),
      RUNS,
    );
  });

  it('lose no event and no effect when each has its own', async () => {
    const [mine, theirs] = [
      [FIRST, ROTATIONS[0] ?? FIRST],
      [SECOND, LATER],
    ];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = twins();

        const results = await together(scheduler, world, mine, theirs);

        const held = await heldIn(world);
        const decided = world.lines.map(({ eventId }) => eventId).toSorted();
        expect(results.map(({ done }) => done)).toEqual([true, true, true, true]);
        expect(decided).toEqual(idsOf(mine, theirs));
        expect(held?.consent.version).toBe(advancedIn(world).length);
        expect(held?.outbox).toEqual([]);
        const timer = held?.consent.timer;
        const set = world.performed.flatMap((one) => (one.do === 'SetTimer' ? [one.name] : []));
        expect(set.map(({ number }) => number)).toEqual(
          expect.arrayContaining(timer === undefined ? [] : [timer.number]),
        );
        const histories = world.performed.flatMap((one) => (one.do === 'Remember' ? [one] : []));
        expect(new Set(histories.map(({ number }) => number)).size).toBe(held?.consent.remembered);
      }),
      RUNS,
    );
  });

  it('owe nothing but what cannot be performed, and perform it when it can be', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = twins();
        world.outage = ({ do: kind }) => kind === 'SetTimer' || kind === 'CancelTimer';
        await together(scheduler, world, [FIRST], [ROTATIONS[0] ?? FIRST, FIRST]);
        const owed = (await heldIn(world))?.outbox ?? [];
        world.outage = () => false;

        await together(scheduler, world, [FIRST], [FIRST]);

        expect(owed.every(({ key }) => key === 'timer')).toBe(true);
        expect((await heldIn(world))?.outbox).toEqual([]);
      }),
      RUNS,
    );
  });
});
