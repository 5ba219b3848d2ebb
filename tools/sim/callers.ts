/**
 * The owner's programs and the PSUs: a daily job, a server for requested calls, and people who
 * consent, withdraw, and consent anew when they are asked. They do what docs/failures.md asks of a
 * caller; where they stumble the world has it so, and it is counted.
 */
import type { Call } from '../../shared/consent/finding.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { bankCallRequested } from '../../shared/messages/bank-call-requested.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import { accountOf, type Bank, tokenNumber, tokenText } from './bank.ts';
import { CLOCK_OFF_MAX_MS } from './faults.ts';
import type { Queue } from './queue.ts';
import type { Table } from './table.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

const REPORT_MS = 2 * SECOND;
const REPORT_LATE_MAX_MS = 5 * HOUR;
const CLOCK_FAR_OFF_DAYS = [-3, -1, 2];
const ASKED_AGAIN = 0.8;
const NEW_CONSENT_ID = 0.3;
const LIFETIME_TOLD = 0.5;
const WEEKLY = 1 / 3;

type Producer = 'job' | 'server' | 'app';

export interface Town {
  readonly world: World;
  readonly table: Table;
  readonly results: Queue;
  readonly watch: Watch;
  /** Whose consent it is. */
  readonly bankOf: Map<string, Bank>;
}

interface CallMade {
  readonly consentId: string;
  readonly call: Call;
  readonly token: string | undefined;
  readonly by: Producer;
  readonly requestId?: string;
}

export class Callers {
  readonly #town: Town;
  readonly #clocks: Readonly<Record<Producer, number>>;
  readonly #served = new Set<string>();
  #sent = 0;
  #payments = 0;

  constructor(town: Town) {
    this.#town = town;
    const random = town.world.random('clocks');
    const off = () => random.within(-CLOCK_OFF_MAX_MS, CLOCK_OFF_MAX_MS);
    this.#clocks = { job: off(), server: off(), app: off() };
  }

  /** A PSU consents at `bank`, and the job begins to look after the consent. */
  open(consentId: string, bank: Bank, supersedes?: string): void {
    const { world, bankOf } = this.#town;
    bankOf.set(consentId, bank);
    this.#consent(consentId, supersedes);
    const random = world.random('daily');
    const [at, isWeekly] = [random.within(0, DAY), random.chance(WEEKLY)];
    world.agenda.after(at, () => this.#everyDay(consentId, isWeekly ? 7 : 1));
  }

  withdraw(consentId: string): void {
    const { world } = this.#town;
    this.#mandate(consentId).alive = false;
    const by = world.random('people').pick(['psu', 'tpp']);
    this.#tell('consent.withdrawn', consentId, this.#time('app'), { by });
  }

  /** A PSU has been asked to consent anew, and mostly does. */
  asked(consentId: string): void {
    const { world, table, bankOf } = this.#town;
    const random = world.random('people');
    const [does, anew] = [random.chance(ASKED_AGAIN), random.chance(NEW_CONSENT_ID)];
    if (!does) return;
    world.agenda.after(random.within(MINUTE, 2 * DAY), () => {
      const bank = bankOf.get(consentId);
      if (bank === undefined || table.held(consentId)?.consent.end?.required === undefined) return;
      world.count('asked-and-granted');
      if (!anew) return this.#consent(consentId);
      this.#mandate(consentId).alive = false;
      this.open(`${consentId}+`, bank, consentId);
    });
  }

  /** A request has come out of the callers' queue; `again` if nobody knows that it was served. */
  request(text: string, again: boolean): void {
    this.#serve(text, again);
  }

  /** The PSU, in the app or not, has something paid. */
  pay(consentId: string): void {
    const { world } = this.#town;
    const held = this.#held(consentId);
    if (held === undefined || held.end !== undefined) return;
    this.#payments += 1;
    const attended = world.random('people').chance(0.5);
    const call = {
      operation: 'transfer',
      accountId: accountOf(this.#mandate(consentId)),
      instructionId: `payment-${this.#payments}`,
      attended,
    };
    const by = attended ? 'app' : 'job';
    this.#call({ consentId, call, token: held.token?.secret.reveal(), by });
  }

  /**
   * One sync: accounts, balances, transactions, each with the latest token it knows. `attended`:
   * the PSU has opened the app.
   */
  sync(consentId: string, attended: boolean = false): void {
    const { world } = this.#town;
    const held = this.#held(consentId);
    if (held === undefined || held.end !== undefined) return;
    const accountId = accountOf(this.#mandate(consentId));
    const random = world.random('job');
    const next = (calls: readonly Call[], carried: string | undefined) => {
      const [call, ...rest] = calls;
      if (call === undefined) return;
      const token = carried ?? this.#held(consentId)?.token?.secret.reveal();
      const heard = this.#call({ consentId, call, token, by: attended ? 'app' : 'job' });
      world.agenda.after(random.within(SECOND, MINUTE), () => next(rest, heard));
    };
    next(
      [
        { operation: 'accounts', attended },
        { operation: 'balances', accountId, attended },
        { operation: 'transactions', accountId, attended },
      ],
      undefined,
    );
  }

  /** The job comes each day or each week; in the calm, where all is to be found out, each day. */
  #everyDay(consentId: string, every: number, day: number = 0): void {
    const { world } = this.#town;
    const random = world.random('job');
    const later = (begin: () => void) => world.agenda.after(random.within(HOUR, 12 * HOUR), begin);
    if (world.calm || day % every === 0) {
      this.sync(consentId);
      if (world.happens('second-sync')) later(() => this.sync(consentId));
    }
    if (world.happens('psu-visit')) later(() => this.sync(consentId, true));
    if (world.happens('payment')) later(() => this.pay(consentId));
    world.agenda.after(DAY, () => this.#everyDay(consentId, every, day + 1));
  }

  #serve(text: string, again: boolean): void {
    const { id, subject, data } = bankCallRequested.parse(JSON.parse(text));
    const { now } = this.#town.world.agenda;
    const held = this.#held(subject);
    if (this.#served.has(id) && !again) return;
    if (now > data.notAfter || held?.generation !== data.generation || held.end) return;
    this.#served.add(id);
    const token = held.token?.secret.reveal();
    this.#call({ consentId: subject, call: data.call, token, by: 'server', requestId: id });
  }

  /** Makes a call and reports it; the token that came with the answer. */
  #call({ consentId, call, token, by, requestId }: CallMade): string | undefined {
    const { world, watch } = this.#town;
    const { now } = world.agenda;
    const used = tokenNumber(token);
    const mandate = this.#mandate(consentId);
    const answer = this.#bank(consentId).answer(consentId, call, used, now);
    const given = mandate.answers.at(-1);
    const lost = world.happens('response-lost');
    if (lost && answer.token > 0) mandate.lostToken = answer.token;
    const response = lost ? null : answer.response;
    const far = world.happens('clock-off-by-days');
    const off = far ? world.random('clocks').pick(CLOCK_FAR_OFF_DAYS) * DAY : 0;
    const time = this.#time(by) + off;

    const { provider, id, timeZone } = this.#bank(consentId).traits;
    const data = {
      provider,
      bank: { id, timeZone },
      call,
      ...(token !== undefined && { usedTokenFingerprint: fingerprintOf(token) }),
      ...(requestId !== undefined && { requestId }),
      response,
      ...(response === null && { failure: 'timeout' }),
    };
    const broken = world.happens('report-broken');
    const said = lost || given === undefined ? 'out' : given.said;
    if (broken || said === 'out' || said === 'quota-used-up') watch.missed(consentId);
    const reported = this.#tell(
      'bank-call.completed',
      consentId,
      time,
      broken ? { ...data, call: 'broken' } : data,
    );
    watch.reported({
      id: reported,
      consentId,
      at: now,
      time,
      call,
      token: lost ? 0 : answer.token,
      said,
      why: this.#why(given?.why, mandate.lostToken > 0, consentId, used),
      far,
    });
    return response === null || answer.token === 0 ? undefined : tokenIn(response.body);
  }

  /** Whether a refused token was the caller's fault, or its successor is still under way. */
  #why(why: string | undefined, lost: boolean, consentId: string, used: number) {
    if (why === 'lie') return 'lie';
    if (why !== 'stale') return 'truth';
    if (lost) return 'token lost';
    return this.#town.watch.isUnderWay(consentId, used) ? 'answer under way' : 'stale';
  }

  #consent(consentId: string, supersedes?: string): void {
    const { world, watch } = this.#town;
    const random = world.random('people');
    const told = random.chance(LIFETIME_TOLD);
    const days = random.within(5, 120);
    const bank = this.#bank(consentId);
    const validUntil = told ? world.agenda.now + days * DAY : undefined;
    const mandate = bank.consent(consentId, validUntil);
    const { provider, id, timeZone } = bank.traits;
    const token = mandate.token === 0 ? undefined : tokenText(consentId, mandate.token);
    const time = this.#time('app');
    const granted = this.#tell('consent.granted', consentId, time, {
      provider,
      bank: { id, timeZone },
      ...(token !== undefined && { consentToken: token }),
      ...(validUntil !== undefined && { validUntil: new Date(validUntil).toISOString() }),
      ...(supersedes !== undefined && { supersedes }),
    });
    const [at, said, why] = [world.agenda.now, 'granted', 'truth'] as const;
    const { token: number } = mandate;
    watch.reported({ id: granted, consentId, at, time, token: number, said, why, far: false });
  }

  /** Sends what a producer has to say, now or late; its id. */
  #tell(name: string, subject: string, time: Instant, data: object): string {
    const { world, results } = this.#town;
    this.#sent += 1;
    const id = `report-${this.#sent}`;
    const body = JSON.stringify({
      specversion: '1.0',
      id,
      source: '/simulation',
      type: typeOf(name),
      subject,
      time: new Date(time).toISOString(),
      data,
    });
    const late = world.happens('report-late') ? REPORT_LATE_MAX_MS : REPORT_MS;
    world.agenda.after(world.random('reports').within(50, late), () => {
      world.log(`reports ${id} ${name} of ${subject}`);
      results.send(body);
    });
    return id;
  }

  #time(by: Producer): Instant {
    return this.#town.world.agenda.now + this.#clocks[by];
  }

  #held(consentId: string) {
    return this.#town.table.held(consentId)?.consent;
  }

  #mandate(consentId: string) {
    return this.#bank(consentId).mandate(consentId, this.#town.world.agenda.now);
  }

  #bank(consentId: string): Bank {
    const bank = this.#town.bankOf.get(consentId);
    if (bank === undefined) throw new Error(`no bank for ${consentId}`);
    return bank;
  }
}

function tokenIn(body: unknown): string | undefined {
  const data = (body as { readonly data?: { readonly consent_token?: string } }).data;
  return data?.consent_token;
}
