/**
 * What is still to happen, in the order of its time; of one time, in the order it was put here.
 * Time moves only when the next thing begins, so a month takes no longer than its events.
 */
import type { Instant } from '../../shared/consent/instant.ts';

interface Entry {
  readonly at: Instant;
  readonly number: number;
  readonly begin: () => void;
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}

export class Agenda {
  now: Instant;
  readonly #heap: Entry[] = [];
  #put = 0;

  constructor(from: Instant) {
    this.now = from;
  }

  /** What is put in the past happens now. */
  at(time: Instant, begin: () => void): void {
    this.#put += 1;
    const entry = { at: Math.max(time, this.now), number: this.#put, begin };
    let place = this.#heap.length;
    for (let up = (place - 1) >> 1; place > 0; up = (place - 1) >> 1) {
      const above = this.#heap[up];
      if (above === undefined || isBefore(above, entry)) break;
      this.#heap[place] = above;
      place = up;
    }
    this.#heap[place] = entry;
  }

  after(ms: number, begin: () => void): void {
    this.at(this.now + ms, begin);
  }

  /** Begins what is next, unless that is later than `until`; whether there was something. */
  step(until: Instant): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > until) return false;

    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    this.now = first.at;
    first.begin();
    return true;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (isBefore(entry, below)) break;
      heap[place] = below;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = entry;
  }
}
