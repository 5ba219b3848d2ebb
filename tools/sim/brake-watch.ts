/**
 * What the brake promises, seen from outside: by the ends and holds that are stored, and by what
 * persons have decided. Counts that were lost or made twice only ever hold more. (rule 20)
 */
import { type BankDecision, brakeBankOf, endingSpans } from '../../shared/consent/brake.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import { HOUR, type Instant } from '../../shared/consent/instant.ts';
import type { Provider } from '../../shared/consent/provider.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import type { Bank } from './bank.ts';
import { HELD_IN_TIME, NOT_ALL_ASKED } from './invariants.ts';
import { SIMULATED_POLICIES } from './policies.ts';
import type { Table } from './table.ts';
import type { World } from './world.ts';

const HOLD_MS = 72 * HOUR;
/** By then the sweep has seen a timer that did not fire, however often it failed itself. */
const SWEPT_AFTER_MS = 6 * HOUR;
/** A count that was sent twice counts twice, and the more are alive the more may go. */
const COUNTS_PER_CONSENT_MAX = 2;

interface Decided extends BankDecision {
  readonly decidedAt: Instant;
}

export class BrakeWatch {
  readonly #world: World;
  readonly #table: Table;
  readonly #bankOf: ReadonlyMap<string, Bank>;
  /** What was decided for a bank, the latest last. */
  readonly #decided = new Map<string, Decided[]>();
  /** The ends that the brake let go, by bank and span. */
  readonly #letGo = new Map<string, number>();
  readonly #released = new Set<string>();

  constructor(world: World, table: Table, bankOf: ReadonlyMap<string, Bank>) {
    this.#world = world;
    this.#table = table;
    this.#bankOf = bankOf;
    table.onDecided = (bankId, decision) => {
      const decided = { ...decision, decidedAt: world.agenda.now };
      this.#decided.set(bankId, [...(this.#decided.get(bankId) ?? []), decided]);
    };
  }

  /** Whether a person has ended this life, which was held. */
  wasReleased({ consentId, generation }: Pick<Consent, 'consentId' | 'generation'>): boolean {
    return this.#released.has(`${consentId} ${generation}`);
  }

  /** A message of an operator's has been done with. */
  acknowledged(body: string, consent: Consent): void {
    if (consent.held === undefined) return;
    const { type, time, data } = JSON.parse(body);
    const isRelease = type === typeOf('ending.decided') && data.decision === 'release';
    if (!isRelease || consent.held.since > Date.parse(time)) return;
    this.#world.break(HELD_IN_TIME, `${consent.consentId} is held, and was released at ${time}`);
  }

  stored(before: Consent | undefined, { consent, outbox }: Held): void {
    const { held, end, generation } = consent;
    const isNews = held !== undefined && held.until !== before?.held?.until;
    if (isNews) this.#judgeHold(before, consent, held);
    if (before?.held !== undefined && held === undefined && end === undefined) {
      this.#world.count('held: taken back');
    }
    if (end?.by !== 'bank' || before?.end !== undefined) return;

    const decidedAt = outbox
      .flatMap((effect) => (effect.do === 'PublishNotice' ? [effect.notice] : []))
      .find(({ body }) => body.type === 'reconsent.required')?.at;
    if (decidedAt === undefined || isPastDate(before, consent, decidedAt)) return;
    if (before?.held === undefined) return this.#judgeEnd(consent, decidedAt);
    if (end.at >= before.held.until) return this.#world.count('held: ended by its date');
    this.#released.add(`${consent.consentId} ${generation}`);
    this.#world.count('held: released');
    const { since } = before.held;
    if (this.#since(since, consent).some(({ releasedUntil }) => releasedUntil)) return;
    this.#world.break(NOT_ALL_ASKED, `${consent.consentId} was held, and nobody has released it`);
  }

  #judgeHold(before: Consent | undefined, after: Consent, held: NonNullable<Consent['held']>) {
    const { consentId, generation } = after;
    const { now } = this.#world.agenda;
    const { since, until } = held;
    if (before?.held?.since === since) {
      this.#world.count('held: for longer');
      const isAsked = this.#since(since, after).some(({ heldUntil }) => heldUntil);
      if (!isAsked) this.#world.break(HELD_IN_TIME, `${consentId} is held on by nobody's word`);
    } else {
      this.#world.count('held');
      const inForce = this.#inForce(after, since);
      if (inForce.every(({ releasedUntil = 0 }) => since < releasedUntil)) {
        this.#world.break(HELD_IN_TIME, `${consentId} is held, and its bank was released`);
      }
    }
    const hours = (until - now) / HOUR;
    if (hours > HOLD_MS / HOUR)
      this.#world.break(HELD_IN_TIME, `${consentId} is held for ${hours} hours`);
    this.#world.agenda.at(until + SWEPT_AFTER_MS, () => {
      const consent = this.#table.held(consentId)?.consent;
      if (consent?.generation !== generation || consent.held?.until !== until) return;
      this.#world.break(HELD_IN_TIME, `${consentId} is held, though its time was over at ${until}`);
    });
  }

  /** Of the ends of a span each was counted before it was let go, and saw those before it. */
  #judgeEnd(consent: Consent, decidedAt: Instant): void {
    const inForce = this.#inForce(consent, decidedAt);
    if (inForce.some(({ releasedUntil = 0 }) => decidedAt < releasedUntil)) return;
    const isHeld = inForce.every(({ heldUntil = 0 }) => decidedAt < heldUntil);
    const bankId = brakeBankOf(consent);
    const policy = SIMULATED_POLICIES[consent.provider as Provider];
    const span = `${bankId} ${endingSpans(decidedAt, policy).current}`;
    const letGo = (this.#letGo.get(span) ?? 0) + 1;
    this.#letGo.set(span, letGo);

    const banks = [...this.#bankOf.values()].filter(({ traits }) => traits.id === bankId);
    const counted = banks.length * COUNTS_PER_CONSENT_MAX;
    const share = Math.ceil((counted * policy.brakeSharePercent) / 100);
    const isTooMany = letGo >= Math.max(policy.brakeEndingsMin, share);
    if (!isTooMany && !isHeld) return;
    const why = isTooMany ? `number ${letGo} of its day` : 'let go while all are held';
    this.#world.break(NOT_ALL_ASKED, `${consent.consentId} of ${bankId} is ${why}`);
  }

  /** What was decided from `since` on. */
  #since(since: Instant, consent: Consent): readonly Decided[] {
    return this.#of(consent).filter(({ decidedAt }) => decidedAt >= since);
  }

  /** What may have been read between `since` and now: the latest from before, and what followed. */
  #inForce(consent: Consent, since: Instant): readonly BankDecision[] {
    const before = this.#of(consent).findLast(({ decidedAt }) => decidedAt < since);
    return [before ?? {}, ...this.#since(since, consent)];
  }

  #of(consent: Consent): readonly Decided[] {
    return this.#decided.get(brakeBankOf(consent)) ?? [];
  }
}

/** Ended by a date that was known: of that nobody asks the brake. (rule 6) */
function isPastDate(before: Consent | undefined, after: Consent, decidedAt: Instant): boolean {
  const validUntil = after.validUntil ?? before?.validUntil;
  if (validUntil === undefined) return false;
  const last = after.strikes.at(-1)?.errors.at(-1);
  const isOutlived = last?.category === 'CONSENT.EXPIRED' && last.at >= validUntil;
  return isOutlived || validUntil <= decidedAt;
}
