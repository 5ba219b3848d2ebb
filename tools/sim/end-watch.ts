/** Whether the end of a consent is found out in time, from the first true word of it. (rule 5) */
import { isEnded } from '../../shared/consent/consent.ts';
import { DAY } from '../../shared/consent/instant.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import type { Bank, Mandate } from './bank.ts';
import { FOUND_IN_TIME, FOUND_WITHIN_MS, type Reported } from './invariants.ts';
import type { Table } from './table.ts';
import type { World } from './world.ts';

export class EndWatch {
  readonly #world: World;
  readonly #table: Table;
  readonly #bankOf: ReadonlyMap<string, Bank>;
  readonly #ending = new Map<string, Mandate>();
  readonly #missed = new Map<string, Set<number>>();

  constructor(world: World, table: Table, bankOf: ReadonlyMap<string, Bank>) {
    this.#world = world;
    this.#table = table;
    this.#bankOf = bankOf;
  }

  /** A call that should have told something of the consent did not: it is made again in a day. */
  missed(consentId: string): void {
    this.#missed.get(consentId)?.add(Math.floor(this.#world.agenda.now / DAY));
  }

  /** `reported`: all that was ever told of the consent. */
  heard(report: Reported, consent: Held['consent'], reported: readonly Reported[]): void {
    const { consentId, said, why, far, time } = report;
    if (far || why !== 'truth' || (said !== 'expired' && said !== 'revoked')) return;
    // Older than the newest evidence it makes no strike, and than a grant it is of another life.
    const isNewer = (one: Reported) => ['OK', 'granted'].includes(one.said) && one.time >= time;
    if (reported.some(isNewer)) return;
    const bank = this.#bankOf.get(consentId);
    const mandate = bank?.mandate(consentId, this.#world.agenda.now);
    if (!bank?.tellsEnds || mandate === undefined || mandate.alive || isEnded(consent)) return;
    if (this.#ending.get(consentId) === mandate) return;
    this.#ending.set(consentId, mandate);
    this.#missed.set(consentId, new Set());
    this.#world.agenda.after(FOUND_WITHIN_MS, () => this.#findOut(consentId, mandate));
  }

  /** Each day on which a call told nothing is one more. */
  #findOut(consentId: string, mandate: Mandate): void {
    const { agenda } = this.#world;
    const consent = this.#table.held(consentId)?.consent;
    const isNew = this.#bankOf.get(consentId)?.mandate(consentId, agenda.now) !== mandate;
    if (isNew || consent === undefined || isEnded(consent)) return;
    const days = this.#missed.get(consentId)?.size ?? 0;
    this.#missed.set(consentId, new Set());
    // What is held is found out already; once that is taken back all begins anew. (rule 20)
    const ms = consent.held === undefined ? days * DAY : FOUND_WITHIN_MS;
    if (ms > 0) return agenda.after(ms, () => this.#findOut(consentId, mandate));
    this.#world.break(FOUND_IN_TIME, `${consentId} has ended, and is ${consent.status}`);
  }
}
