/**
 * What everything in a simulation shares: the clock, the chance, the log, and the first invariant
 * that was broken. Each line of the log goes into a hash: two runs of a seed are the same run when
 * their hashes are.
 */
import { createHash } from 'node:crypto';
import type { Instant } from '../../shared/consent/instant.ts';
import { Agenda } from './agenda.ts';
import { type Fault, type Rates, ratesOf } from './faults.ts';
import { type Random, streamOf } from './random.ts';

/** By it a token is found wherever it should not be. (rule 18) */
export const TOKEN_MARK = 'sim-token.';
const LINES_KEPT = 30;

export interface Broken {
  readonly invariant: string;
  readonly why: string;
}

export class World {
  readonly seed: number;
  readonly agenda: Agenda;
  readonly rates: Rates;
  /** How often each fault and each exception has happened. */
  readonly counts = new Map<string, number>();
  /** No more faults: what is left is to come to rest. */
  calm = false;
  /** A promise of a worker has been settled: what follows from it has still to run. */
  woken = false;
  steps = 0;
  broken: Broken | undefined;
  readonly #streams = new Map<string, Random>();
  readonly #hash = createHash('sha256');
  /** Not yet in the hash, for many at once take it less time. */
  readonly #last: string[] = [];

  constructor(seed: number, from: Instant, rates: Partial<Rates> = {}) {
    this.seed = seed;
    this.agenda = new Agenda(from);
    this.rates = { ...ratesOf(seed), ...rates };
  }

  random(name: string): Random {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const stream = streamOf(this.seed, name);
    this.#streams.set(name, stream);
    return stream;
  }

  /** Whether the fault happens here; counted when it does. */
  happens(fault: Fault): boolean {
    if (this.calm || !this.random(fault).chance(this.rates[fault])) return false;
    this.count(fault);
    return true;
  }

  /** Until so many milliseconds have passed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.agenda.after(ms, () => {
        this.woken = true;
        resolve();
      });
    });
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  log(line: string): void {
    const dated = `${new Date(this.agenda.now).toISOString()} ${line}`;
    this.#last.push(dated);
    if (this.#last.length >= 2 * LINES_KEPT) {
      this.#hash.update(this.#last.splice(0, LINES_KEPT).join('\n'));
    }
    if (line.includes(TOKEN_MARK)) this.break('no secret travels', 'a token is in the log');
  }

  /** Only the first one counts: the others may follow from it. */
  break(invariant: string, why: string): void {
    this.broken ??= { invariant, why };
  }

  lastLines(): readonly string[] {
    return this.#last.slice(-LINES_KEPT);
  }

  hash(): string {
    return this.#hash.copy().update(this.#last.join('\n')).digest('hex');
  }
}
