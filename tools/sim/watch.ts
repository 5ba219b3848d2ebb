/**
 * Sees everything that leaves the worker and everything it stores, keeps what was reported beside
 * it, and asks the invariants after each step about the consent that the step touched.
 */

import { scheduleName } from '../../shared/consent/effect.ts';
import type { Notice } from '../../shared/consent/notice.ts';
import { keyOf } from '../../shared/intake/names.ts';
import type { Held, JournalLine } from '../../shared/lifecycle/ports.ts';
import type { Bank } from './bank.ts';
import {
  ACKNOWLEDGED,
  ENDED_STAYS,
  endedStays,
  NEWEST_TOKEN,
  NO_EARLY_CALL,
  NO_EARLY_END,
  NO_SECRET,
  newestToken,
  noEarlyCall,
  noEarlyEnd,
  ONE_NOTICE,
  oneNotice,
  type Reported,
  SAVED_FIRST,
  type Verdict,
} from './invariants.ts';
import type { Table } from './table.ts';
import { TOKEN_MARK, type World } from './world.ts';

/** The last ids that a consent remembers. (rule 15) */
const APPLIED_MAX = 32;

export class Watch {
  /** Consents that cannot but differ from their bank until the next grant, and why. */
  readonly excused = new Map<string, string>();
  /** Called with each notice that asks for a new consent, once. */
  onAsked: (consentId: string) => void = () => {};
  readonly #world: World;
  readonly #table: Table;
  readonly #bankOf: Map<string, Bank>;
  readonly #reports = new Map<string, Reported[]>();
  readonly #underWay = new Map<string, Reported>();
  readonly #told = new Map<string, Reported>();
  readonly #decided = new Map<string, JournalLine>();
  readonly #aside = new Set<string>();
  readonly #notices = new Map<string, Notice>();
  readonly #saved = new Set<string>();
  readonly #asked = new Map<string, string>();

  constructor(world: World, table: Table, bankOf: Map<string, Bank>) {
    this.#world = world;
    this.#table = table;
    this.#bankOf = bankOf;
    table.onPut = (before, after) => this.#stored(before, after);
  }

  reported(report: Reported): void {
    // What was wrong with the life before is over.
    if (report.said === 'granted') this.excused.delete(report.consentId);
    const known = this.#reports.get(report.consentId);
    if (known === undefined) this.#reports.set(report.consentId, [report]);
    else known.push(report);
    this.#underWay.set(report.id, report);
  }

  /** Whether a successor of token number `used` was reported, and is not acknowledged yet. */
  isUnderWay(consentId: string, used: number): boolean {
    return this.#of(consentId).some(({ id, token }) => token > used && this.#underWay.has(id));
  }

  decided(line: JournalLine): void {
    const { eventId, outcome, reason = '', notes, effects } = line;
    this.#world.log(`decided ${eventId} ${outcome} ${reason} ${notes} ${effects}`);
    this.text(JSON.stringify(line));
    if (this.#decided.get(eventId)?.outcome !== 'advanced') this.#decided.set(eventId, line);
  }

  /** What leaves the worker, apart from what may hold tokens. (rule 18) */
  text(text: string): void {
    if (text.includes(TOKEN_MARK)) this.#world.break(NO_SECRET, 'a token is in what was sent');
  }

  aside(body: string): void {
    this.#aside.add(body);
  }

  requested(text: string): void {
    this.#performed(JSON.parse(text).id);
  }

  scheduled(name: string): void {
    this.#performed(name);
  }

  published(text: string): void {
    const { id, subject } = JSON.parse(text);
    this.#performed(id);
    const notice = this.#notices.get(id);
    if (notice?.body.type !== 'reconsent.required') return;

    const life = `${subject} ${notice.generation}`;
    const before = this.#asked.get(life);
    const mandate = this.#bankOf.get(subject)?.mandate(subject, this.#world.agenda.now);
    if (mandate === undefined) return;
    const verdict = oneNotice(notice, before, mandate, this.#of(subject));
    if (before === undefined && verdict && 'exception' in verdict) {
      this.excused.set(subject, verdict.exception);
    }
    if (before !== id) this.#judge(ONE_NOTICE, verdict);
    this.#asked.set(life, id);
    if (before === undefined) this.onAsked(subject);
  }

  acknowledged(queue: string, body: string): void {
    const { id, subject } = JSON.parse(body);
    this.#world.log(`acknowledged ${id}`);
    const why = this.#unapplied(queue, id, subject, body);
    if (why !== undefined) this.#world.break(ACKNOWLEDGED, `${id}: ${why}`);

    const report = this.#underWay.get(id);
    this.#underWay.delete(id);
    const consent = this.#table.held(subject)?.consent;
    if (report === undefined || consent === undefined || consent.end !== undefined) return;
    if (report.token <= (this.#told.get(subject)?.token ?? 0)) return;
    this.#told.set(subject, report);
    this.#judgeToken(consent);
  }

  #unapplied(queue: string, id: string, subject: string, body: string): string | undefined {
    if (this.#aside.has(body)) return undefined;
    const line = this.#decided.get(id);
    if (line === undefined) return 'nobody has decided it';
    if (line.outcome === 'ignored' || queue === 'due-timers') return undefined;

    const consent = this.#table.held(subject)?.consent;
    if (consent?.applied.includes(keyOf(id))) return undefined;
    const isLongAgo = (consent?.version ?? 0) - (line.version ?? 0) >= APPLIED_MAX;
    return isLongAgo ? undefined : 'decided, but it is not in the table';
  }

  #stored(before: Held | undefined, after: Held): void {
    const { consent, outbox } = after;
    const { now } = this.#world.agenda;
    for (const effect of outbox) {
      if (effect.do === 'PublishNotice') {
        this.#notices.set(effect.notice.id, effect.notice);
        this.#saved.add(effect.notice.id);
      }
      if (effect.do === 'RequestCall') this.#saved.add(effect.id);
      if (effect.do === 'SetTimer') this.#saved.add(scheduleName(effect.name));
    }
    if (consent.end !== undefined) this.#told.delete(consent.consentId);
    this.#judgeToken(consent);
    this.#judge(NO_EARLY_END, noEarlyEnd(before?.consent, consent, now));
    this.#judge(NO_EARLY_CALL, noEarlyCall(before?.consent, consent, now));
    if (before === undefined) return;
    const reported = this.#of(consent.consentId);
    this.#judge(ENDED_STAYS, endedStays(before.consent, consent, reported));
  }

  #judgeToken(consent: Held['consent']): void {
    const verdict = newestToken(consent, this.#told.get(consent.consentId));
    if (verdict && 'exception' in verdict) {
      this.excused.set(consent.consentId, verdict.exception);
      this.#told.delete(consent.consentId);
    }
    this.#judge(NEWEST_TOKEN, verdict);
  }

  #performed(id: string): void {
    if (!this.#saved.has(id)) this.#world.break(SAVED_FIRST, `${id} was never in the table`);
  }

  #judge(invariant: string, verdict: Verdict): void {
    if (verdict === undefined) return;
    if ('exception' in verdict) return this.#world.count(verdict.exception);
    this.#world.break(invariant, verdict.why);
  }

  #of(consentId: string): readonly Reported[] {
    return this.#reports.get(consentId) ?? [];
  }
}
