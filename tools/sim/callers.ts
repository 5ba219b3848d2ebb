/**
 * The owner's programs and the PSUs: a daily job and a server for requested calls, which use the
 * client library, an app that does by hand what docs/failures.md asks of a caller, and people who
 * consent, pay, withdraw, and consent anew when they are asked. Where they stumble the world has it
 * so, and it is counted.
 */
import type { Call } from '../../shared/consent/finding.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import type { Aws } from './aws.ts';
import { accountOf, type Bank, tokenText } from './bank.ts';
import { bankFor, callBank, type Town } from './bank-calls.ts';
import { CLOCK_OFF_MAX_MS } from './faults.ts';
import { Programs, tokenIn } from './programs.ts';

const REPORT_MS = 2 * SECOND;
const REPORT_LATE_MAX_MS = 5 * HOUR;
const CLOCK_FAR_OFF_DAYS = [-3, -1, 2];
const ASKED_AGAIN = 0.8;
const NEW_CONSENT_ID = 0.3;
const LIFETIME_TOLD = 0.5;
const WEEKLY = 1 / 2;

type Producer = 'job' | 'server' | 'app';

export class Callers {
  readonly #town: Town;
  readonly #clocks: Readonly<Record<Producer, number>>;
  readonly #programs: Programs;
  #sent = 0;
  #payments = 0;

  constructor(town: Town, aws: Aws) {
    this.#town = town;
    const random = town.world.random('clocks');
    const off = () => random.within(-CLOCK_OFF_MAX_MS, CLOCK_OFF_MAX_MS);
    this.#clocks = { job: off(), server: off(), app: off() };
    this.#programs = new Programs(town, aws, this.#clocks);
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
    this.#tell(this.#nextId(), 'consent.withdrawn', consentId, this.#time('app'), { by });
  }

  /** A PSU consents once more before the end, as apps ask for when a date is near. */
  renew(consentId: string): void {
    if (this.#mandate(consentId).alive) this.#consent(consentId);
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

  /** A request has come out of the callers' queue; whether it is done. */
  serve(text: string): Promise<boolean> {
    return this.#programs.serve(text);
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
    if (attended) this.#callByHand(consentId, call, held.token?.secret.reveal());
    else void this.#programs.call('job', consentId, call);
  }

  /** One sync of the job: accounts, balances, transactions, each as the library lets it. */
  sync(consentId: string): void {
    void this.#syncThrough(consentId);
  }

  async #syncThrough(consentId: string): Promise<void> {
    const { world } = this.#town;
    for (const call of callsOf(accountOf(this.#mandate(consentId)), false)) {
      if (!(await this.#programs.call('job', consentId, call))) return;
      await world.pause(world.random('job').within(SECOND, MINUTE));
    }
  }

  /** The PSU has opened the app, which knows of no library: the latest token that it can see. */
  visit(consentId: string): void {
    const held = this.#held(consentId);
    if (held === undefined || held.end !== undefined) return;
    this.#syncByHand(consentId, undefined);
  }

  /** Each call with the token of the one before, as long as that is known. */
  #syncByHand(consentId: string, first: string | undefined): void {
    const { world } = this.#town;
    const random = world.random('job');
    const next = (calls: readonly Call[], carried: string | undefined) => {
      const [call, ...rest] = calls;
      if (call === undefined) return;
      const token = carried ?? this.#held(consentId)?.token?.secret.reveal();
      const heard = this.#callByHand(consentId, call, token);
      world.agenda.after(random.within(SECOND, MINUTE), () => next(rest, heard));
    };
    next(callsOf(accountOf(this.#mandate(consentId)), true), first);
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
    if (world.happens('psu-visit')) later(() => this.visit(consentId));
    if (world.happens('payment')) later(() => this.pay(consentId));
    world.agenda.after(DAY, () => this.#everyDay(consentId, every, day + 1));
  }

  /** Makes a call and reports it by its own means; the token that came with the answer. */
  #callByHand(consentId: string, call: Call, token: string | undefined): string | undefined {
    const { world, watch } = this.#town;
    const far = world.happens('clock-off-by-days');
    const off = far ? world.random('clocks').pick(CLOCK_FAR_OFF_DAYS) * DAY : 0;
    const time = this.#time('app') + off;
    const reportId = this.#nextId();
    const response = callBank({ consentId, call, token, reportId, time, far }, this.#town);
    const { provider, id, timeZone } = this.#bank(consentId).traits;
    const broken = world.happens('report-broken');
    if (broken) watch.ends.missed(consentId);
    this.#tell(reportId, 'bank-call.completed', consentId, time, {
      provider,
      bank: { id, timeZone },
      call: broken ? 'broken' : call,
      ...(token !== undefined && { usedTokenFingerprint: fingerprintOf(token) }),
      response,
      ...(response === null && { failure: 'timeout' }),
    });
    return response === null ? undefined : tokenIn(response.body);
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
    const granted = this.#nextId();
    this.#tell(granted, 'consent.granted', consentId, time, {
      provider,
      bank: { id, timeZone },
      ...(token !== undefined && { consentToken: token }),
      ...(validUntil !== undefined && { validUntil: new Date(validUntil).toISOString() }),
      ...(supersedes !== undefined && { supersedes }),
    });
    const [at, said, why] = [world.agenda.now, 'granted', 'truth'] as const;
    const { token: number } = mandate;
    watch.reported({ id: granted, consentId, at, time, token: number, said, why, far: false });
    // The app need not wait until the worker has heard of its token.
    if (world.happens('visit-at-once')) {
      const soon = world.random('first visits').within(SECOND, MINUTE);
      world.agenda.after(soon, () => this.#syncByHand(consentId, token));
    }
  }

  #nextId(): string {
    this.#sent += 1;
    return `report-${this.#sent}`;
  }

  /** Sends what a producer has to say, now or late. */
  #tell(id: string, name: string, subject: string, time: Instant, data: object): void {
    const { world, results } = this.#town;
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
    return bankFor(consentId, this.#town.bankOf);
  }
}

function callsOf(accountId: string, attended: boolean): readonly Call[] {
  return [
    { operation: 'accounts', attended },
    { operation: 'balances', accountId, attended },
    { operation: 'transactions', accountId, attended },
  ];
}
