/** The spine and the brake: when it is asked, what it costs, and that its failure ends nobody. */
import { describe, expect, it } from 'vitest';
import { DAY } from '../../shared/consent/instant.ts';
import { answer, at, endingDecided, granted, itsTimer, withdrawn } from '../support/story.ts';
import { deliver, endOf, heldIn, of, type Port, through, traced, twins } from '../support/twins.ts';

const BANK = { id: 'bank-1' };
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0', bank: BANK });
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' });
const SECOND = answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED', { used: 't0' });

/** A bank whose next end is held. */
function troubled() {
  const world = twins();
  world.brake.decide(BANK.id, { heldUntil: at('2026-12-24T00:00Z') });
  return world;
}

describe('the brake', () => {
  it('is asked once when the bank would end a consent, before anything is saved', async () => {
    const world = twins();
    await deliver(world, GRANTED);
    const { deps, trace } = traced(world);

    await deliver(deps, FIRST);
    const first = trace.splice(0);
    await deliver(deps, SECOND);

    expect(first).not.toContain('hold');
    expect(trace.slice(0, 3)).toEqual(['load', 'hold', 'save']);
    expect(trace.filter((port) => port === 'hold')).toHaveLength(1);
    expect((await heldIn(world))?.consent.status).toBe('expired');
  });

  it('holds the end that it was asked about, and is not asked again while that stands', async () => {
    const world = troubled();
    await deliver(world, GRANTED, FIRST);
    const { deps, trace } = traced(world);

    await deliver(deps, SECOND);
    await deliver(deps, answer('2026-11-24T08:50Z', 'CONSENT.EXPIRED', { used: 't0' }));
    const held = (await heldIn(world))?.consent;
    await deliver(deps, endingDecided('2026-11-24T10:00Z', 'release'));

    expect(held).toMatchObject({ status: 'suspect', held: { since: SECOND.now } });
    expect(held?.token?.secret.reveal()).toBe('t0');
    expect((await heldIn(world))?.consent.status).toBe('expired');
    expect(trace.filter((port) => port === 'hold')).toHaveLength(1);
  });

  it('is not asked when 72 hours end what it held', async () => {
    const world = troubled();
    await deliver(world, GRANTED, FIRST, SECOND);
    const { deps, trace } = traced(world);
    const held = (await heldIn(world))?.consent;
    const timer = itsTimer('2026-11-26T08:20Z');

    await deliver(deps, typeof timer === 'function' && held ? timer(held) : GRANTED);

    expect((await heldIn(world))?.consent.status).toBe('expired');
    expect(trace).not.toContain('hold');
  });

  it.each([
    ['a withdrawal', withdrawn('2026-11-23T08:20Z', 'psu')],
    ['a known lifetime', answer('2026-12-02T08:00Z', 'TECHNICAL')],
    ['an EXPIRED after the known date', answer('2026-12-02T08:00Z', 'CONSENT.EXPIRED')],
  ])('is not asked about %s', async (_, event) => {
    const world = troubled();
    const dated = granted('2026-11-01T10:00Z', { bank: BANK, validUntil: '2026-12-01T10:00Z' });
    await deliver(world, dated, FIRST);
    const { deps, trace } = traced(world);

    await deliver(deps, event);

    expect((await heldIn(world))?.consent.end).toBeDefined();
    expect(trace).not.toContain('hold');
  });

  it('ends nobody when it fails: the message comes again, and is decided then', async () => {
    const world = twins();
    await deliver(world, GRANTED, FIRST);
    let isOut = true;
    const deps = through(world, async (port: Port, call) => {
      if (port === 'hold' && isOut) throw new Error('no counts at present');
      return call();
    });

    const failed = await deliver(deps, SECOND);
    const meanwhile = (await heldIn(world))?.consent;
    isOut = false;
    const again = await deliver(deps, SECOND);

    expect(failed.map(endOf)).toEqual(['STORE_UNAVAILABLE']);
    expect(meanwhile).toMatchObject({ status: 'suspect', strikes: [{ at: FIRST.at }] });
    expect(again.map(endOf)).toEqual(['done']);
    expect((await heldIn(world))?.consent.status).toBe('expired');
  });

  it('counts an end once, however often its save is lost to others', async () => {
    const world = twins();
    await deliver(world, GRANTED, FIRST);
    let lost = 3;
    const asked: Port[] = [];
    const deps = through(world, async (port, call) => {
      asked.push(port);
      if (port !== 'save' || lost === 0) return call();
      lost -= 1;
      // What a store answers whom another has outrun.
      return 'conflict' as Awaited<ReturnType<typeof call>>;
    });

    await deliver(deps, SECOND);

    expect(asked.filter((port) => port === 'hold')).toHaveLength(1);
    expect((await heldIn(world))?.consent.status).toBe('expired');
  });

  it('lets 19 of a bank go, and tells nobody of the others', async () => {
    const world = twins();
    for (let n = 0; n < 30; n += 1) {
      for (const event of [GRANTED, FIRST, SECOND]) await deliver(world, of(`c-${n}`, event));
    }

    const notices = world.performed.flatMap((one) =>
      one.do === 'PublishNotice' && one.notice.body.type === 'reconsent.required' ? [one] : [],
    );
    expect(notices).toHaveLength(19);
    expect(world.lines.filter(({ notes }) => notes.includes('ending-held'))).toHaveLength(11);
  });
});

describe('active consents', () => {
  const ok = (time: string) => answer(time, 'OK', { bank: BANK });

  it('are counted once a week, after their success is saved', async () => {
    const world = twins();
    const { deps, trace } = traced(world);

    await deliver(deps, ok('2026-11-20T08:00Z'), ok('2026-11-20T08:01Z'));
    const first = trace.splice(0);
    await deliver(deps, ok('2026-11-21T08:00Z'));
    const sameWeek = trace.splice(0);
    await deliver(deps, ok('2026-11-26T08:00Z'));

    expect(first).toEqual(['load', 'save', 'active']);
    expect(sameWeek).toEqual(['load', 'save']);
    expect(trace).toEqual(['load', 'save', 'active']);
  });

  it('that cannot be counted cost their event a note, and nothing else', async () => {
    const world = twins();
    const deps = through(world, async (port: Port, call) => {
      if (port === 'active') throw new Error('no counts at present');
      return call();
    });

    const results = await deliver(deps, ok('2026-11-20T08:00Z'), ok('2026-11-20T08:01Z'));

    expect(results.map(endOf)).toEqual(['done', 'done']);
    expect((await heldIn(world))?.consent.status).toBe('valid');
    expect(world.lines.map(({ notes }) => notes)).toEqual([[], ['activity-not-counted']]);
  });

  it.each([
    ['a success that is counted', ok('2026-11-20T08:00Z')],
    ['an error, which is none', answer('2026-11-20T08:00Z', 'TECHNICAL')],
    ['the first word of a consent, that it is over', withdrawn('2026-11-20T08:00Z', 'psu')],
  ])('are no matter for a note: %s', async (_, event) => {
    const world = twins();

    await deliver(world, event);

    expect(world.lines.flatMap(({ notes }) => notes)).not.toContain('activity-not-counted');
  });

  it('make a share: of 500, twenty-four may end within an hour', async () => {
    const world = twins();
    for (let n = 0; n < 500; n += 1) {
      await deliver(world, of(`c-${n}`, ok(new Date(at('2026-11-19T00:00Z') + n).toISOString())));
    }
    const strikes = [at('2026-11-22T08:00Z'), at('2026-11-22T08:00Z') + DAY];
    for (let n = 0; n < 30; n += 1) {
      for (const time of strikes) {
        const said = answer(new Date(time).toISOString(), 'CONSENT.EXPIRED');
        await deliver(world, of(`c-${n}`, said));
      }
    }

    expect(world.lines.filter(({ notes }) => notes.includes('ended'))).toHaveLength(24);
  });
});
