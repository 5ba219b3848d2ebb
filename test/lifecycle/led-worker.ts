/**
 * A worker that is led: it gets the answers to its calls one by one, and can be stopped at each. A
 * promise cannot be copied, so it is led anew, from the start, to each place where it has not been.
 * Calls that it makes side by side are answered in their order.
 */
import type { Effect } from '../../shared/consent/effect.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { BatchDeps } from '../../shared/lifecycle/batch.ts';
import type { Held, Save } from '../../shared/lifecycle/ports.ts';

/** What Lambda does with one message: the ids of those to come again. */
export type Work = (event: ConsentEvent, deps: BatchDeps) => Promise<readonly string[]>;

export type Call =
  | { readonly port: 'load' }
  | { readonly port: 'save'; readonly next: Save; readonly revision: string | undefined }
  | { readonly port: 'perform'; readonly effect: Effect };

export interface Answer {
  readonly name: string;
  readonly value: unknown;
}

export const FAILS: Answer = { name: 'fails', value: new Error('the call failed') };
/** Where a worker stands: it waits for the answer to `call`, or it has come to an end. */
export interface Place {
  readonly id: number;
  readonly event: ConsentEvent;
  readonly answers: readonly Answer[];
  readonly call?: Call;
  /** The message is to come again; known at the end. */
  readonly again?: boolean;
  readonly next: Map<string, Place>;
}

export class LedWorkers {
  readonly #work: Work;
  readonly #starts = new Map<ConsentEvent, Place>();
  #places = 0;

  constructor(work: Work) {
    this.#work = work;
  }

  async start(event: ConsentEvent): Promise<Place> {
    const place = this.#starts.get(event) ?? (await this.#led(event, []));
    this.#starts.set(event, place);
    return place;
  }

  async goOn(place: Place, answer: Answer): Promise<Place> {
    const next =
      place.next.get(answer.name) ?? (await this.#led(place.event, [...place.answers, answer]));
    place.next.set(answer.name, next);
    return next;
  }

  /** Runs a worker from the start with these answers, up to the first call that has none yet. */
  async #led(event: ConsentEvent, answers: readonly Answer[]): Promise<Place> {
    const calls: Call[] = [];
    const ask = <Value>(call: Call): Promise<Value> => {
      const answer = answers[calls.push(call) - 1];
      if (answer === undefined) return new Promise(() => undefined);
      if (answer === FAILS) return Promise.reject(answer.value);
      return Promise.resolve(answer.value as Value); // It is what this world has answered.
    };
    let again: boolean | undefined;
    this.#work(event, depsOf(ask)).then(
      (ids) => {
        again = ids.length > 0;
      },
      () => {
        again = true;
      },
    );
    // Everything that can go on without another answer has done so by then.
    await new Promise(setImmediate);
    const call = calls[answers.length];
    this.#places += 1;
    const where = { id: this.#places, event, answers, next: new Map() };
    if (again !== undefined) return { ...where, again };
    if (call === undefined) throw new Error(`the worker of ${event.id} waits for nothing`);
    return { ...where, call };
  }
}

function depsOf(ask: <Value>(call: Call) => Promise<Value>): BatchDeps {
  return {
    store: {
      load: async () => {
        const held = await ask<Held>({ port: 'load' });
        return new Map([[held.consent.consentId, held]]);
      },
      save: (next, revision) => ask({ port: 'save', next, revision }),
      overdue: async () => [],
    },
    cache: {
      put: async () => 'cached',
      get: async () => undefined,
      purge: async () => undefined,
    },
    brake: { hold: async () => false, active: async () => undefined },
    perform: (effect) => ask({ port: 'perform', effect }),
    journal: { decided: () => undefined },
    policies: POLICIES,
    clock: () => 0,
    setAside: async () => undefined,
    hasTime: () => true,
    failed: () => undefined,
  };
}
