/**
 * Everything that can happen in a small world: two workers, three messages, a timer that may fire
 * at any time, and one accident, at any call: a worker dies, or in the smallest of these worlds the
 * call fails before or after it took effect. No way is cut short; whenever all is quiet, the
 * consent is one that the events make in some order, and what it owed has been performed.
 */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { takeBatch } from '../../shared/lifecycle/batch.ts';
import { revealed } from '../support/revealed.ts';
import { answer, given, granted } from '../support/story.ts';
import { messageOf } from '../support/twins.ts';
import type { Work } from './led-worker.ts';
import { type Accident, dueFor, nameOf, neededBy, SmallWorlds, type World } from './small-world.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const BEFORE = given().when(GRANTED).consent;
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { id: 'first' });
const SECOND = answer('2026-11-23T08:30Z', 'CONSENT.REVOKED', { id: 'second' });
const AFTER = answer('2026-11-23T09:00Z', 'OK', { id: 'after', used: 't0', token: 't1' });

const SHIPPED: Work = (event, deps) => takeBatch([messageOf(event)], deps);

/** Performs what it is about to save. */
const PERFORMS_FIRST: Work = (event, deps) => {
  const { store, perform } = deps;
  const save: typeof store.save = async (next, revision) => {
    for (const effect of next.outbox) await perform(effect, next.consent.consentId);
    return store.save({ ...next, outbox: [] }, revision);
  };
  return SHIPPED(event, { ...deps, store: { ...store, save } });
};

/** Clears what it owes, performed or not. */
const CLEARS_ANYWAY: Work = (event, deps) => {
  const perform: typeof deps.perform = async (...owed) => deps.perform(...owed).catch(() => {});
  return SHIPPED(event, { ...deps, perform });
};

/** Saves over whatever others have saved. */
const OVERWRITES: Work = (event, deps) => {
  const { store } = deps;
  const save: typeof store.save = async (next) => {
    const id = next.consent.consentId;
    return store.save(next, (await store.load([id])).get(id)?.revision);
  };
  return SHIPPED(event, { ...deps, store: { ...store, save } });
};

/** Is done with a message whatever came of it. */
const ACKNOWLEDGES_ANYWAY: Work = async (event, deps) => {
  await SHIPPED(event, deps).catch(() => []);
  return [];
};

interface Explored {
  readonly states: number;
  readonly schedules: bigint;
  /** The consents that are left when all is quiet. */
  readonly left: ReadonlySet<string>;
  /** Each thing that goes wrong, with the first schedule by which it does. */
  readonly wrongs: ReadonlyMap<string, readonly string[]>;
}

/** How a world came about, the last move first: a list would be copied at every step. */
interface Trail {
  readonly move: string;
  readonly before: Trail | undefined;
}

function movesOn(trail: Trail | undefined): readonly string[] {
  const moves: string[] = [];
  for (let one = trail; one !== undefined; one = one.before) moves.unshift(one.move);
  return moves;
}

async function explore(
  work: Work,
  messages: readonly ConsentEvent[],
  accident: Accident,
): Promise<Explored> {
  const worlds = new SmallWorlds(work);
  const inTurn = consentsInTurn(messages);
  const newest = messages.includes(AFTER) ? 't1' : 't0';
  const schedulesFrom = new Map<string, bigint>();
  const wrongs = new Map<string, readonly string[]>();
  const left = new Set<string>();

  const note = (wrong: string, trail: Trail | undefined) => {
    if (!wrongs.has(wrong)) wrongs.set(wrong, movesOn(trail));
  };

  const visit = async (world: World, key: string, trail?: Trail): Promise<bigint> => {
    const isQuiet = world.queue.length === 0 && world.workers.every((one) => one === undefined);
    if (isQuiet) {
      left.add(written(world.shelf.consent));
      for (const wrong of wrongsOf(world, inTurn, newest)) note(wrong, trail);
    }
    let schedules = isQuiet ? 1n : 0n;
    for (const { name, to, wrong } of await worlds.movesOf(world)) {
      const further = { move: name, before: trail };
      if (wrong !== undefined) note(wrong, further);
      const next = worlds.keyOf(to);
      schedules += schedulesFrom.get(next) ?? (await visit(to, next, further));
    }
    schedulesFrom.set(key, schedules);
    return schedules;
  };
  const first = worlds.begin(BEFORE, messages, accident);
  const schedules = await visit(first, worlds.keyOf(first));
  return { states: schedulesFrom.size, schedules, left, wrongs };
}

/** What the decider alone makes of the messages, one after the other in any order. */
function consentsInTurn(messages: readonly ConsentEvent[]): ReadonlySet<string> {
  const found = new Set<string>();
  type Timers = readonly ConsentEvent[] | 'fired';
  const visit = (consent: Consent, left: readonly ConsentEvent[], timers: Timers): void => {
    if (left.length === 0) found.add(written(consent));
    const come = (event: ConsentEvent, rest: readonly ConsentEvent[], still: Timers): void => {
      const decision = decide(consent, event, POLICIES);
      if (decision.outcome === 'ignored') return visit(consent, rest, still);
      const set = decision.effects.flatMap((one) => (one.do === 'SetTimer' ? [dueFor(one)] : []));
      visit(decision.next, rest, still === 'fired' ? still : [...still, ...set]);
    };
    for (const event of left) come(event, left.toSpliced(left.indexOf(event), 1), timers);
    if (timers !== 'fired') for (const event of timers) come(event, left, 'fired');
  };
  visit(BEFORE, messages, []);
  return found;
}

function written(consent: Consent): string {
  return JSON.stringify(revealed(consent));
}

/** What must be so whenever no message is left and nobody is at work. */
function wrongsOf(
  { shelf, performed, accident }: World,
  inTurn: ReadonlySet<string>,
  newest: string,
): readonly string[] {
  const { consent, outbox, owed } = shelf;
  const withdrawn = [...performed].filter((name) => name.includes('reconsent.withdrawn'));
  const asked = [...performed].filter((name) => name.includes('reconsent.required'));
  const missing = [...owed].filter((name) => !performed.has(name) && !mayBeDropped(name));
  const { end, token } = consent;
  return [
    ...(inTurn.has(written(consent)) ? [] : ['no order of the events makes this consent']),
    // After an accident the sweep may have to perform a few things again.
    ...(accident !== 'none' ? outbox.map((effect) => `not cleared: ${nameOf(effect)}`) : []),
    ...missing.map((name) => `lost: ${name}`),
    ...[...neededBy(consent)].filter((name) => !performed.has(name)).map((name) => `lost: ${name}`),
    ...(asked.length > 1 ? ['two notices ask for one consent'] : []),
    ...(asked.length > 0 && !end && withdrawn.length === 0 ? ['asked in vain'] : []),
    ...(end || token?.secret.reveal() === newest ? [] : ['the newest token is lost']),
  ];
}

/** What a newer decision may take the place of. */
function mayBeDropped(name: string): boolean {
  return /^(SetTimer|CancelTimer|RequestCall|PublishNotice reconsent.required)/.test(name);
}

// Half a minute on a quiet machine.
describe('in every schedule of two workers, a timer and an accident', { timeout: 240_000 }, () => {
  it.each([
    ['two strikes and a success', 'death', [FIRST, SECOND, AFTER]],
    ['two strikes, the second told twice', 'death', [FIRST, SECOND, SECOND]],
    ['a strike told twice, and a success', 'failure', [FIRST, FIRST, AFTER]],
  ] as const)('nothing is lost or done twice: %s', async (name, accident, messages) => {
    const { states, schedules, left, wrongs } = await explore(SHIPPED, messages, accident);

    process.stdout.write(`${name}: ${schedules} schedules, ${states} states\n`);
    expect(Object.fromEntries(wrongs)).toEqual({});
    // None is missing: whatever the decider can make of these messages has come about.
    expect(left).toEqual(consentsInTurn(messages));
  });

  it.each([
    ['performs before it saves', PERFORMS_FIRST, 'none', /^performed before it was saved/],
    ['clears what it has not performed', CLEARS_ANYWAY, 'failure', /^never performed/],
    ['overwrites what another has saved', OVERWRITES, 'none', /^no order of the events/],
    ['acknowledges what has failed', ACKNOWLEDGES_ANYWAY, 'failure', /^no order of the events/],
  ] as const)('a worker is found out that %s', async (_, mutant, accident, said) => {
    const { wrongs } = await explore(mutant, [FIRST, AFTER], accident);

    expect([...wrongs.keys()]).toContainEqual(expect.stringMatching(said));
  });
});
