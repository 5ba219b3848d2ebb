/**
 * A worker made of twins: the store and the account cache in memory, and a world that writes down
 * what is performed. The spine itself is the real one, so what a test sees is what Lambda would do.
 */
import type { Effect } from '../../shared/consent/effect.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { advance, type Deps, type Result } from '../../shared/lifecycle/advance.ts';
import type { BatchDeps, Message } from '../../shared/lifecycle/batch.ts';
import type { Held, JournalLine } from '../../shared/lifecycle/ports.ts';
import { MemoryAccountCache } from '../../shared/store/memory-account-cache.ts';
import { MemoryBrake } from '../../shared/store/memory-brake.ts';
import { MemoryConsentStore } from '../../shared/store/memory-consent-store.ts';
import { CONSENT_ID } from './story.ts';

export interface Twins extends BatchDeps {
  now: Instant;
  /** What cannot be performed at present; nothing at first. */
  outage: (effect: Effect) => boolean;
  readonly brake: MemoryBrake;
  readonly performed: Effect[];
  readonly lines: JournalLine[];
  readonly asideReasons: Map<string, string>;
  readonly causes: Map<string, unknown>;
}

export function twins(): Twins {
  const cache = new MemoryAccountCache();
  const world: Twins = {
    now: 0,
    outage: () => false,
    performed: [],
    lines: [],
    asideReasons: new Map(),
    causes: new Map(),
    store: new MemoryConsentStore(),
    cache,
    brake: new MemoryBrake(),
    policies: POLICIES,
    journal: { decided: (line) => world.lines.push(line) },
    clock: () => world.now,
    perform: async (effect, consentId) => {
      if (world.outage(effect)) throw new Error(`no ${effect.do} at present`);
      if (effect.do === 'PurgeAccounts') await cache.purge(consentId, effect.before);
      world.performed.push(effect);
    },
    setAside: async ({ messageId }, reason) => {
      world.asideReasons.set(messageId, reason);
    },
    hasTime: () => true,
    failed: ({ messageId }, cause) => world.causes.set(messageId, cause),
  };
  return world;
}

/** The consent of the stories, or another one, as it is stored. */
export async function heldIn(
  { store }: Pick<Deps, 'store'>,
  consentId: string = CONSENT_ID,
): Promise<Held | undefined> {
  return (await store.load([consentId])).get(consentId);
}

/** Brings the events of one consent to the spine, in one go. */
export async function deliver(deps: Deps, ...events: readonly ConsentEvent[]) {
  return advance(await heldIn(deps, events[0]?.consentId), events, deps);
}

/** The code of what kept an event from being done; `done` if nothing did. */
export function endOf(result: Result | undefined): unknown {
  if (result === undefined || result.done) return result && 'done';
  return result.cause instanceof Error && 'code' in result.cause ? result.cause.code : result.cause;
}

export function messageOf(event: ConsentEvent): Message {
  return { messageId: event.id, body: '', reading: { kind: 'event', event } };
}

/** The same event of another consent. */
export function of<Event extends ConsentEvent>(consentId: string, event: Event): Event {
  return { ...event, consentId, ref: `ref-of-${consentId}` };
}

export type Port =
  | 'load'
  | 'save'
  | 'overdue'
  | 'perform'
  | 'cache'
  | 'hold'
  | 'active'
  | 'set aside';
export type Around = <Answer>(port: Port, call: () => Promise<Answer>) => Promise<Answer>;

/** The same worker, each of its calls to the world led through `around`. */
export function through<Worker extends BatchDeps>(worker: Worker, around: Around): BatchDeps {
  const { store, cache, brake, perform, setAside } = worker;
  return {
    policies: worker.policies,
    journal: worker.journal,
    clock: worker.clock,
    hasTime: worker.hasTime,
    failed: worker.failed,
    store: {
      load: (ids) => around('load', () => store.load(ids)),
      save: (next, revision) => around('save', () => store.save(next, revision)),
      overdue: (before, max) => around('overdue', () => store.overdue(before, max)),
    },
    cache: {
      put: (list) => around('cache', () => cache.put(list)),
      get: (consentId) => cache.get(consentId),
      purge: (consentId, before) => cache.purge(consentId, before),
    },
    brake: {
      hold: (ending) => around('hold', () => brake.hold(ending)),
      active: (alive) => around('active', () => brake.active(alive)),
    },
    perform: (effect, consentId) => around('perform', () => perform(effect, consentId)),
    setAside: (message, reason) => around('set aside', () => setAside(message, reason)),
  };
}

/** The same worker, and the names of its calls to the world, in order. */
export function traced(worker: BatchDeps): { readonly deps: BatchDeps; readonly trace: Port[] } {
  const trace: Port[] = [];
  const deps = through(worker, (port, call) => {
    trace.push(port);
    return call();
  });
  return { deps, trace };
}
