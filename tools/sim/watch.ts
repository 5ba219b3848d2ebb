/**
 * Sees everything that leaves the worker and everything it stores, keeps what was reported beside
 * it, and asks the invariants after each step about the consent that the step touched.
 */

import { isEnded } from '../../shared/consent/consent.ts';
import { scheduleName } from '../../shared/consent/effect.ts';
import type { Call } from '../../shared/consent/finding.ts';
import type { Notice } from '../../shared/consent/notice.ts';
import { callKey } from '../../shared/consent/waiting.ts';
import { keyOf } from '../../shared/intake/names.ts';
import type { Held, JournalLine } from '../../shared/lifecycle/ports.ts';
import type { Bank } from './bank.ts';
import { BrakeWatch } from './brake-watch.ts';
import { EndWatch } from './end-watch.ts';
import {
  ACKNOWLEDGED,
  ATTENDED,
  attendedLeftOut,
  CLOCKS_DISAGREE,
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
  PAID_ONCE,
  payableAgain,
  RENEWED_TOO_LATE,
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
  readonly ends: EndWatch;
  /** Called with each notice that asks for a new consent, once. */
  onAsked: (consentId: string) => void = () => {};
  readonly #world: World;
  readonly #table: Table;
  readonly #bankOf: Map<string, Bank>;
  readonly #brake: BrakeWatch;
  readonly #reports = new Map<string, Reported[]>();
  readonly #underWay = new Map<string, Reported>();
  readonly #begun = new Map<string, Set<string>>();
  /** Of the calls that were begun. */
  readonly #keys = new Set<string>();
  readonly #told = new Map<string, Reported>();
  readonly #lastOf = new Map<string, Reported>();
  readonly #decided = new Map<string, JournalLine>();
  readonly #aside = new Set<string>();
  readonly #notices = new Map<string, Notice>();
  readonly #saved = new Set<string>();
  /** Notices of an end that a date has made while a grant was under way. */
  readonly #renewed = new Set<string>();
  readonly #asked = new Map<string, string>();

  constructor(world: World, table: Table, bankOf: Map<string, Bank>) {
    this.#world = world;
    this.#table = table;
    this.#bankOf = bankOf;
    this.#brake = new BrakeWatch(world, table, bankOf);
    this.ends = new EndWatch(world, table, bankOf);
    table.onPut = (before, after) => this.#stored(before, after);
  }

  reported(report: Reported): void {
    this.#begun.get(report.consentId)?.delete(report.id);
    this.#keys.add(keyOf(report.id));
    // What was wrong with the life before is over.
    if (report.said === 'granted') this.excused.delete(report.consentId);
    const known = this.#reports.get(report.consentId);
    if (known === undefined) this.#reports.set(report.consentId, [report]);
    else known.push(report);
    this.#underWay.set(report.id, report);
    const { instructionId } = report.call ?? {};
    if (instructionId === undefined) return;
    const times = this.#bankOf.get(report.consentId)?.timesPaid(instructionId) ?? 0;
    if (times > 1) this.#world.break(PAID_ONCE, `${instructionId} was made ${times} times`);
  }

  /** A program has been let begin a call: its report will tell of it, unless it dies. */
  begun(id: string, consentId: string): void {
    const known = this.#begun.get(consentId);
    if (known === undefined) this.#begun.set(consentId, new Set([id]));
    else known.add(id);
    this.#keys.add(keyOf(id));
  }

  /** Who was to tell it has died. */
  unreported(id: string): void {
    this.#underWay.delete(id);
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
    const { id, subject, data } = JSON.parse(text);
    this.#performed(id);
    const { now } = this.#world.agenda;
    this.#judge(PAID_ONCE, payableAgain(id, data, this.#of(subject), now));
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
    const publishedBefore = this.#asked.get(life);
    const mandate = this.#bankOf.get(subject)?.mandate(subject, this.#world.agenda.now);
    if (mandate === undefined) return;
    const [reported, excuse] = [this.#of(subject), this.excused.get(subject)];
    const isReleased = this.#brake.wasReleased(notice);
    const isRenewed = this.#renewed.has(id);
    const circumstances = { publishedBefore, mandate, reported, excuse, isReleased, isRenewed };
    const verdict = oneNotice(notice, circumstances);
    if (publishedBefore === undefined && verdict && 'exception' in verdict) {
      this.excused.set(subject, verdict.exception);
    }
    if (publishedBefore !== id) this.#judge(ONE_NOTICE, verdict);
    this.#asked.set(life, id);
    if (publishedBefore === undefined) this.onAsked(subject);
  }

  acknowledged(queue: string, body: string): void {
    const { id, subject } = JSON.parse(body);
    this.#world.log(`acknowledged ${id}`);
    const why = this.#unapplied(queue, id, subject, body);
    if (why !== undefined) this.#world.break(ACKNOWLEDGED, `${id}: ${why}`);

    const report = this.#underWay.get(id);
    this.#underWay.delete(id);
    const consent = this.#table.held(subject)?.consent;
    if (consent !== undefined) this.#brake.acknowledged(body, consent);
    if (report === undefined || consent === undefined) return;
    if (!this.#aside.has(body)) {
      const { call } = report;
      // One at which somebody is present neither waits nor has another wait.
      if (call && !call.attended) this.#lastOf.set(lastKey(consent, call), report);
      this.ends.heard(report, consent, this.#of(subject));
    }
    const isLate = this.excused.get(subject) === RENEWED_TOO_LATE;
    if (isLate && report.said === 'granted') this.excused.delete(subject);
    if (consent.end !== undefined) return this.#proven(report, consent);
    if (report.token <= (this.#told.get(subject)?.token ?? 0)) return;
    this.#told.set(subject, report);
    this.#judgeToken(consent);
  }

  /** A success after all the errors of an end has to undo it: nothing is excused any more. */
  #proven({ said, far, time }: Reported, { consentId, end, strikes }: Held['consent']): void {
    if (said !== 'OK' || far || end?.by !== 'bank') return;
    const errors = strikes.flatMap((strike) => strike.errors);
    if (errors.every(({ at }) => at < time)) this.excused.delete(consentId);
  }

  /** How many calls for it are being made; one whose turn was just written has not said so yet. */
  #begunOf({ consentId, lease }: Held['consent']): number {
    const begun = this.#begun.get(consentId);
    const isNew = lease !== undefined && !this.#keys.has(lease.resultKey);
    return (begun?.size ?? 0) + (isNew ? 1 : 0);
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
      if (effect.do === 'PublishNotice') this.#noticed(effect.notice, consent);
      if (effect.do === 'RequestCall') this.#saved.add(effect.id);
      if (effect.do === 'SetTimer') this.#saved.add(scheduleName(effect.name));
    }
    if (consent.end !== undefined) this.#told.delete(consent.consentId);
    this.#judgeToken(consent);
    this.#brake.stored(before?.consent, after);
    this.#judge(NO_EARLY_END, noEarlyEnd(before?.consent, consent, now));
    const last = (call: Call) => this.#lastOf.get(lastKey(consent, call));
    this.#judge(NO_EARLY_CALL, noEarlyCall(before?.consent, consent, now, last));
    const reported = this.#of(consent.consentId);
    this.#judge(ATTENDED, attendedLeftOut(consent, reported, this.#begunOf(consent)));
    if (before === undefined) return;
    this.#judge(ENDED_STAYS, endedStays(before.consent, consent, reported));
  }

  #noticed(notice: Notice, { consentId, end }: Held['consent']): void {
    const { id } = notice;
    const isUnheard = (one: Reported) => one.said === 'granted' && this.#underWay.has(one.id);
    const isNew = !this.#saved.has(id) && end?.by === 'lifetime';
    if (isNew && this.#of(consentId).some(isUnheard)) this.#renewed.add(id);
    this.#notices.set(id, notice);
    this.#saved.add(id);
  }

  #judgeToken(consent: Held['consent']): void {
    const { consentId } = consent;
    const verdict = newestToken(consent, this.#told.get(consentId), this.#of(consentId));
    const isExcused = this.excused.get(consentId) === CLOCKS_DISAGREE;
    if (verdict === undefined && isExcused && !isEnded(consent)) this.excused.delete(consentId);
    if (verdict && 'exception' in verdict) {
      if (isExcused) return;
      this.excused.set(consentId, verdict.exception);
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

/** A new life waits for nothing that was told in the one before. (rule 3) */
function lastKey({ consentId, generation }: Held['consent'], call: Call): string {
  return `${consentId} ${generation} ${callKey(call)}`;
}
