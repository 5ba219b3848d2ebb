/** A batch: one read for all, each message by itself, and what cannot be read is set aside. */
import { describe, expect, it } from 'vitest';
import { type Message, takeBatch } from '../../shared/lifecycle/batch.ts';
import type { ConsentStore } from '../../shared/lifecycle/ports.ts';
import { CONSENTS_AT_ONCE_MAX } from '../../shared/lifecycle/side-by-side.ts';
import { impossibleItem } from '../../shared/store/impossible-item.ts';
import { answer, granted, rescued } from '../support/story.ts';
import {
  deliver,
  endOf,
  heldIn,
  messageOf,
  of,
  type Port,
  through,
  traced,
  twins,
} from '../support/twins.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

/** A plain success of a consent of its own. */
const success = (consentId: string, more: { token?: string; used?: string } = {}) =>
  messageOf(of(consentId, answer('2026-11-22T08:00Z', 'OK', more)));

function unreadable(messageId: string, word?: string): Message {
  const reading = {
    kind: 'unreadable',
    reason: `data: expected an object (${messageId})`,
    ...(word !== undefined && { rescued: rescued('2026-11-22T08:00Z', word) }),
  } as const;
  return { messageId, body: 'not for the log', reading };
}

function withStore(world: ReturnType<typeof twins>, methods: Partial<ConsentStore>) {
  const plain = through(world, (_, call) => call());
  return { ...plain, store: { ...plain.store, ...methods } };
}

describe('a batch', () => {
  it('of ten plain successes costs one read and ten writes', async () => {
    const world = twins();
    const { deps, trace } = traced(world);
    const ten = () => Array.from({ length: 10 }, (_, n) => success(`consent-${n}`));
    await takeBatch(ten(), world);
    const messages = ten();

    const again = await takeBatch(messages, deps);

    expect(again).toEqual([]);
    expect(trace.toSorted()).toEqual(['load', ...Array<Port>(10).fill('save')]);
  });

  it('takes the messages of one consent in order, whatever lies between them', async () => {
    const world = twins();
    const chain = (n: number) =>
      messageOf(
        answer(`2026-11-22T08:0${n}Z`, 'OK', { id: `r${n}`, used: `t${n}`, token: `t${n + 1}` }),
      );

    await takeBatch(
      [messageOf(GRANTED), success('other-1'), chain(0), success('other-2'), chain(1), chain(2)],
      world,
    );

    const { consentRef } = world.lines.find(({ eventId }) => eventId === 'r0') ?? {};
    const told = world.lines.filter((line) => line.consentRef === consentRef);
    expect(told.map(({ eventId }) => eventId)).toEqual([GRANTED.id, 'r0', 'r1', 'r2']);
    expect((await heldIn(world))?.consent.token?.secret.reveal()).toBe('t3');
  });

  it('works on a bounded number of consents side by side', async () => {
    const world = twins();
    let underWay = 0;
    let most = 0;
    const deps = through(world, async (_, call) => {
      underWay += 1;
      most = Math.max(most, underWay);
      const answered = await call();
      underWay -= 1;
      return answered;
    });
    const messages = Array.from({ length: 40 }, (_, n) => success(`consent-${n}`));

    await takeBatch(messages, deps);

    expect(most).toBe(CONSENTS_AT_ONCE_MAX);
    expect(world.lines).toHaveLength(40);
  });

  it('without a message asks for nothing', async () => {
    const { deps, trace } = traced(twins());

    expect(await takeBatch([], deps)).toEqual([]);
    expect(trace).toEqual([]);
  });

  it('reports the messages that are to come again, each with its cause', async () => {
    const world = twins();
    world.outage = ({ do: kind }) => kind === 'SetTimer';
    const struck = messageOf(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'));

    const again = await takeBatch([success('other'), struck], world);

    expect(again).toEqual([struck.messageId]);
    expect([...world.causes.keys()]).toEqual([struck.messageId]);
    expect(world.causes.get(struck.messageId)).toMatchObject({ code: 'EFFECT_OWED' });
  });
});

describe('a record that cannot be made sense of', () => {
  it('fails its own messages only', async () => {
    const world = twins();
    const impossible = impossibleItem('item 1', 'nothing of ours');
    const deps = withStore(world, {
      load: async (ids) => {
        if (ids.includes('broken')) throw impossible;
        return world.store.load(ids);
      },
    });
    const [one, two] = [success('broken'), success('broken')];

    const again = await takeBatch([success('a'), one, success('b'), two], deps);

    expect(again).toEqual([one.messageId, two.messageId]);
    expect([...world.causes.values()]).toEqual([impossible, impossible]);
    expect((await heldIn(world, 'a'))?.consent.status).toBe('valid');
    expect((await heldIn(world, 'b'))?.consent.status).toBe('valid');
  });

  it('is told from a store that cannot be read, which fails them all', async () => {
    const world = twins();
    const cause = new Error('throttled');
    const deps = withStore(world, { load: () => Promise.reject(cause) });

    const taking = takeBatch([success('a'), unreadable('m1')], deps);

    await expect(taking).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
    expect(world.asideReasons.size).toBe(0);
  });
});

describe('a consent that the read for all leaves unread', () => {
  /** A table that reads the consent alone, if at all. */
  const reading = (world: ReturnType<typeof twins>, alone: ConsentStore['load']) =>
    withStore(world, {
      load: async (ids) => {
        if (ids.length === 1) return alone(ids);
        const held = await world.store.load(ids);
        return new Map([...held].filter(([id]) => id !== 'hot'));
      },
    });

  it('is read by itself, and never taken for a new one', async () => {
    const world = twins();
    await takeBatch([success('hot')], world);
    const alone = reading(world, (ids) => world.store.load(ids));
    const { deps, trace } = traced({ ...world, ...alone });

    const again = await takeBatch([success('new'), success('hot')], deps);

    expect(again).toEqual([]);
    const calls = trace.filter((port) => port === 'load' || port === 'save');
    expect(calls.toSorted()).toEqual(['load', 'load', 'save', 'save']);
  });

  it('fails its own messages only where it cannot be read by itself either', async () => {
    const world = twins();
    const cause = new Error('throttled');
    const hot = success('hot');

    const again = await takeBatch(
      [success('a'), hot, success('b')],
      reading(world, () => Promise.reject(cause)),
    );

    expect(again).toEqual([hot.messageId]);
    expect(world.causes.get(hot.messageId)).toMatchObject({ code: 'STORE_UNAVAILABLE', cause });
    expect((await heldIn(world, 'a'))?.consent.status).toBe('valid');
    expect((await heldIn(world, 'b'))?.consent.status).toBe('valid');
  });
});

describe('a batch out of time', () => {
  it('begins with no further consent, and says so of each message left', async () => {
    const world = twins();
    let begun = 0;
    const hasTime = () => {
      begun += 1;
      return begun <= 2;
    };
    const messages = Array.from({ length: 12 }, (_, n) => success(`consent-${n}`));

    const again = await takeBatch(messages, { ...world, hasTime });

    expect(again).toHaveLength(10);
    expect(again.toSorted()).toEqual([...world.causes.keys()].toSorted());
    expect([...world.causes.values()].map((cause) => endOf({ done: false, cause }))).toEqual(
      Array(10).fill('OUT_OF_TIME'),
    );
    expect(world.lines).toHaveLength(2);
  });
});

describe('rule 16: an unreadable message', () => {
  it('is set aside with its reason, and the rest of the batch goes on', async () => {
    const world = twins();
    const { deps, trace } = traced(world);

    const again = await takeBatch([unreadable('m1'), success('a')], deps);

    expect(again).toEqual([]);
    expect([...world.asideReasons]).toEqual([['m1', 'data: expected an object (m1)']]);
    expect(trace).toEqual(['load', 'save', 'active', 'set aside']);
  });

  it('is set aside only once its token is kept', async () => {
    const world = twins();
    await takeBatch([messageOf(GRANTED)], world);
    const { deps, trace } = traced(world);

    await takeBatch([unreadable('m1', 't1')], deps);

    expect(trace).toEqual(['load', 'save', 'perform', 'save', 'set aside']);
    expect((await heldIn(world))?.consent.token?.secret.reveal()).toBe('t1');
  });

  it('comes again while its token cannot be kept', async () => {
    const world = twins();
    await takeBatch([messageOf(GRANTED)], world);
    const deps = withStore(world, { save: () => Promise.reject(new Error('throttled')) });

    const failing = await takeBatch([unreadable('m1', 't1')], deps);
    const asideMeanwhile = world.asideReasons.size;
    const again = await takeBatch([unreadable('m1', 't1')], world);

    expect([failing, asideMeanwhile]).toEqual([['m1'], 0]);
    expect([again, world.asideReasons.size]).toEqual([[], 1]);
    expect((await heldIn(world))?.consent.token?.secret.reveal()).toBe('t1');
  });

  it('is set aside though its token belongs nowhere', async () => {
    const world = twins();
    await deliver(world, granted('2026-11-01T10:00Z', { provider: 'keybank' }));
    world.lines.length = 0;

    const again = await takeBatch([unreadable('m1', 't1')], world);

    expect(again).toEqual([]);
    expect(world.asideReasons.size).toBe(1);
    expect(world.lines).toMatchObject([{ outcome: 'ignored', reason: 'token-not-kept' }]);
  });

  it('comes again when it cannot be set aside, and holds up no other', async () => {
    const world = twins();
    const cause = new Error('no queue');
    const setAside: typeof world.setAside = async (message, reason) => {
      if (message.messageId === 'm1') throw cause;
      return world.setAside(message, reason);
    };

    const again = await takeBatch([unreadable('m1'), unreadable('m2'), success('a')], {
      ...world,
      setAside,
    });

    expect(again).toEqual(['m1']);
    expect(world.causes.get('m1')).toMatchObject({ code: 'DEAD_LETTER_UNAVAILABLE', cause });
    expect([...world.asideReasons.keys()]).toEqual(['m2']);
  });
});
