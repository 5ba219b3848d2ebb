/**
 * A world small enough to be gone through entirely: two workers, a queue, one timer that may fire,
 * one accident that may happen. It is a value, so each of its moments can be gone on from in every
 * way. The store keeps to the contract of the real one: a save that has not seen the last is a
 * conflict. (test/contracts)
 */
import type { Consent } from '../../shared/consent/consent.ts';
import { type Effect, type SetTimer, scheduleName } from '../../shared/consent/effect.ts';
import type { ConsentEvent, TimerDue } from '../../shared/consent/event.ts';
import { waitingCalls } from '../../shared/consent/waiting.ts';
import type { Held, Save } from '../../shared/lifecycle/ports.ts';
import { revealed } from '../support/revealed.ts';
import { timerDue } from '../support/story.ts';
import { type Answer, type Call, FAILS, LedWorkers, type Place, type Work } from './led-worker.ts';

/** What is stored, under a name of its own. Contents never come back, so the name is a revision. */
interface Shelf {
  readonly revision: string;
  readonly consent: Consent;
  readonly outbox: readonly Effect[];
  /** All that has ever been owed. */
  readonly owed: ReadonlySet<string>;
}

const CONFLICT: Answer = { name: 'conflict', value: 'conflict' };
const PERFORMED: Answer = { name: 'performed', value: undefined };

export interface World {
  readonly shelf: Shelf;
  readonly queue: readonly ConsentEvent[];
  readonly workers: readonly (Place | undefined)[];
  readonly performed: ReadonlySet<string>;
  /** Timers that stand at the Scheduler. */
  readonly standing: ReadonlyMap<string, SetTimer>;
  readonly mayFire: boolean;
  /** The one accident that may still happen. */
  readonly accident: Accident;
}

/** `death` of a worker, or any `failure`: of a worker, or of a call before or after its effect. */
export type Accident = 'none' | 'death' | 'failure';

interface Move {
  readonly name: string;
  readonly to: World;
  /** What the call did that it must not. */
  readonly wrong?: string;
}

export function nameOf(effect: Effect): string {
  switch (effect.do) {
    case 'SetTimer':
      return `SetTimer ${effect.name.generation}.${effect.name.number}`;
    case 'PublishNotice':
      return `PublishNotice ${effect.notice.body.type} ${effect.notice.id}`;
    case 'RequestCall':
    case 'ReplaceConsent':
      return `${effect.do} ${effect.id}`;
    case 'Remember':
      return `Remember ${effect.number} ${effect.entry.eventId}`;
    case 'PurgeAccounts':
      return `PurgeAccounts ${effect.before}`;
    case 'CancelTimer':
      return `CancelTimer ${effect.cancels.map((one) => `${one.generation}.${one.number}`)}`;
    default:
      return effect satisfies never;
  }
}

/** What the Scheduler sends when this timer is due. */
export function dueFor({ name, dueAt }: SetTimer): TimerDue {
  return timerDue(new Date(dueAt).toISOString(), name.generation, name.number);
}

export class SmallWorlds {
  readonly #workers: LedWorkers;
  readonly #shelves = new Map<string, Shelf>();
  readonly #timers = new Map<string, TimerDue>();
  readonly #done = new Map<ReadonlySet<string>, Map<Shelf, string>>();
  readonly #performed = new Map<string, ReadonlySet<string>>();

  constructor(work: Work) {
    this.#workers = new LedWorkers(work);
  }

  begin(consent: Consent, queue: readonly ConsentEvent[], accident: Accident): World {
    return {
      shelf: this.#shelf({ consent, outbox: [], now: 0 }, new Set()),
      queue: sorted(queue),
      workers: [undefined, undefined],
      performed: new Set(),
      standing: new Map(),
      mayFire: true,
      accident,
    };
  }

  /** The same for two worlds that have the same future; the two workers are alike. */
  keyOf({ shelf, queue, workers, performed, standing, mayFire, accident }: World): string {
    const places = workers.map((place) => place?.id ?? 0).toSorted((a, b) => a - b);
    const timers = mayFire ? [...standing.keys()].toSorted() : '';
    const ids = queue.map(({ id }) => id);
    const done = this.#doneOn(shelf, performed);
    return [shelf.revision, ids, places, done, timers, mayFire, accident].join('|');
  }

  #doneOn(shelf: Shelf, performed: ReadonlySet<string>): string {
    const known = this.#done.get(performed)?.get(shelf);
    if (known !== undefined) return known;
    const done = [...performed]
      .filter((name) => matters(name, shelf))
      .toSorted()
      .join();
    const perShelf = this.#done.get(performed) ?? new Map<Shelf, string>();
    this.#done.set(performed, perShelf.set(shelf, done));
    return done;
  }

  /**
   * All that can happen next. What nobody else can tell from its happening later, such as a notice
   * or the end of a worker's run, comes first: any other order of the same makes the same world.
   */
  async movesOf(world: World): Promise<readonly Move[]> {
    const alone = world.workers.findIndex((place) => place !== undefined && isUnseen(place));
    if (alone >= 0) return this.#movesOfWorker(world, alone);
    const idle = world.workers.indexOf(undefined);
    const moving = [...world.workers.entries()].filter(
      ([index, place]) => place !== undefined || index === idle,
    );
    const moves = await Promise.all(moving.map(([index]) => this.#movesOfWorker(world, index)));
    return [...moves.flat(), ...this.#firing(world)];
  }

  async #movesOfWorker(world: World, index: number): Promise<readonly Move[]> {
    const place = world.workers[index];
    const name = `worker ${index}`;
    const at = (next: Place | undefined, more: Partial<World> = {}): World => ({
      ...world,
      ...more,
      workers: world.workers.with(index, next),
    });
    if (place === undefined) {
      const taken = [...new Set(world.queue)].map(async (event) => {
        const queue = world.queue.toSpliced(world.queue.indexOf(event), 1);
        return {
          name: `${name} takes ${event.id}`,
          to: at(await this.#workers.start(event), { queue }),
        };
      });
      return Promise.all(taken);
    }

    const back = { queue: sorted([...world.queue, place.event]) };
    const dies = { name: `${name} dies`, to: at(undefined, { ...back, accident: 'none' }) };
    const accidents = world.accident === 'none' ? [] : [dies];
    if (place.call === undefined) {
      const to = at(undefined, place.again ? back : {});
      return [{ name: `${name} ${place.again ? 'gives back' : 'is done'}`, to }, ...accidents];
    }
    const { port } = place.call;
    const { answer, more, wrong } = this.#answered(world, place.call);
    const to = at(await this.#workers.goOn(place, answer), more);
    const goesOn = { name: `${name}: ${port}`, to, ...(wrong !== undefined && { wrong }) };
    if (world.accident !== 'failure') return [goesOn, ...accidents];

    const failed = await this.#workers.goOn(place, FAILS);
    const before = { name: `${name}: ${port} fails before`, to: at(failed, { accident: 'none' }) };
    if (more === undefined) return [goesOn, before, ...accidents];
    const late = at(failed, { ...more, accident: 'none' });
    return [goesOn, before, { name: `${name}: ${port} fails after`, to: late }, ...accidents];
  }

  #firing(world: World): readonly Move[] {
    if (!world.mayFire) return [];
    return [...world.standing].map(([name, timer]) => {
      const known = this.#timers.get(`${name} ${timer.dueAt}`);
      const event = known ?? dueFor(timer);
      this.#timers.set(`${name} ${timer.dueAt}`, event);
      const to = { ...world, queue: sorted([...world.queue, event]), mayFire: false };
      return { name: `timer ${name} fires`, to };
    });
  }

  /** What a call is answered, and what it makes of the world. */
  #answered(
    world: World,
    call: Call,
  ): { readonly answer: Answer; readonly more?: Partial<World>; readonly wrong?: string } {
    const { shelf, performed } = world;
    if (call.port === 'load') return { answer: heldOn(shelf) };
    if (call.port === 'save') {
      if (call.revision !== shelf.revision) return { answer: CONFLICT };
      const next = this.#shelf(call.next, shelf.owed);
      const isDecision = next.consent.version > shelf.consent.version;
      const kept = new Set(next.outbox.map(nameOf));
      const lost = shelf.outbox.map(nameOf).find((one) => !kept.has(one) && !performed.has(one));
      const wrong = isDecision || lost === undefined ? {} : { wrong: `never performed: ${lost}` };
      return { answer: heldOn(next), more: { shelf: next }, ...wrong };
    }
    const { effect } = call;
    const name = nameOf(effect);
    const wrong = shelf.owed.has(name) ? {} : { wrong: `performed before it was saved: ${name}` };
    const standing = afterEffect(world.standing, effect);
    return {
      answer: PERFORMED,
      more: { performed: this.#with(performed, name), standing },
      ...wrong,
    };
  }

  /** The same set for the same names. */
  #with(performed: ReadonlySet<string>, name: string): ReadonlySet<string> {
    if (performed.has(name)) return performed;
    const names = [...performed, name].toSorted();
    const set = this.#performed.get(names.join()) ?? new Set(names);
    this.#performed.set(names.join(), set);
    return set;
  }

  #shelf({ consent, outbox }: Save, before: ReadonlySet<string>): Shelf {
    const owed = new Set([...before, ...outbox.map(nameOf)]);
    const content = JSON.stringify([revealed(consent), outbox, [...owed].toSorted()]);
    const known = this.#shelves.get(content);
    if (known !== undefined) return known;
    const shelf = { revision: `r${this.#shelves.size + 1}`, consent, outbox, owed };
    this.#shelves.set(content, shelf);
    return shelf;
  }
}

/** Who has performed a timer or a request that has been replaced since makes no difference. */
function matters(name: string, { consent, outbox }: Shelf): boolean {
  if (!/^(SetTimer|CancelTimer|RequestCall) /.test(name)) return true;
  return neededBy(consent).has(name) || outbox.some((effect) => nameOf(effect) === name);
}

/** What must have been performed for a consent to get on. */
export function neededBy(consent: Consent): ReadonlySet<string> {
  const { timer, generation, end } = consent;
  const sent = waitingCalls(consent).flatMap(({ request }) => request?.id ?? []);
  return new Set([
    ...(timer ? [`SetTimer ${generation}.${timer.number}`] : []),
    ...(end?.required ? [`PublishNotice reconsent.required ${end.required}`] : []),
    ...sent.map((id) => `RequestCall ${id}`),
  ]);
}

/**
 * Timers are seen by the Scheduler, loads and saves by the other worker; but who loads late might
 * as well have taken the message late.
 */
function isUnseen({ call, answers }: Place): boolean {
  if (call === undefined || answers.length === 0) return true;
  return call.port === 'perform' && call.effect.key !== 'timer';
}

function heldOn({ revision, consent, outbox }: Shelf): Answer {
  const held: Held = { consent, outbox, revision };
  return { name: revision, value: held };
}

function afterEffect(
  standing: ReadonlyMap<string, SetTimer>,
  effect: Effect,
): ReadonlyMap<string, SetTimer> {
  if (effect.do !== 'SetTimer' && effect.do !== 'CancelTimer') return standing;
  const next = new Map(standing);
  for (const name of effect.cancels) next.delete(scheduleName(name));
  if (effect.do === 'SetTimer') next.set(scheduleName(effect.name), effect);
  return next;
}

function sorted(queue: readonly ConsentEvent[]): readonly ConsentEvent[] {
  return queue.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
