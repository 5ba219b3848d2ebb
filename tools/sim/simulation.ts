/**
 * One history: some banks, so many consents, so many days with faults and a few without, and at the
 * end a look at what is left. It follows from the seed alone.
 */
import { CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { REQUEST_RECEIVES_MAX, REQUEST_VISIBILITY_SECONDS } from '../../infra/request-delivery.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { SCHEDULE_GROUP } from '../local/resources.ts';
import type { Aws } from './aws.ts';
import { Bank, LIE_LENGTHS_MS, TROUBLE_LENGTHS_MS } from './bank.ts';
import { Callers } from './callers.ts';
import type { Rates } from './faults.ts';
import { lookAtItems } from './kept-items.ts';
import { Operator } from './operator.ts';
import { Queue } from './queue.ts';
import { RequestServer } from './request-server.ts';
import { look } from './rest.ts';
import { Scheduler } from './scheduler.ts';
import { Table } from './table.ts';
import { Watch } from './watch.ts';
import { type Mutation, Workers } from './workers.ts';
import { type Broken, World } from './world.ts';

/** Three weeks before the clocks change in Berlin. */
const FROM: Instant = Date.UTC(2026, 9, 5);
/** Two strikes take a day and 20 minutes, and three of them two days. */
const CALM_DAYS = 5;
/** As deployed, but that fewer receives suffice: what fails here for long is to be sent again. */
const VISIBILITY_MS = 3 * MINUTE;
const RECEIVES_MAX = 6;

export interface Wish {
  readonly seed: number;
  readonly consents: number;
  readonly days: number;
  readonly mutation?: Mutation;
  /** Instead of those that follow from the seed. */
  readonly rates?: Partial<Rates>;
}

export interface Outcome {
  readonly seed: number;
  readonly hash: string;
  readonly steps: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly broken: Broken | undefined;
  readonly lastLines: readonly string[];
}

interface Parts {
  readonly world: World;
  readonly table: Table;
  readonly results: Queue;
  readonly timers: Queue;
  readonly requests: Queue;
  readonly scheduler: Scheduler;
  readonly watch: Watch;
  readonly bankOf: Map<string, Bank>;
}

interface Stage extends Parts {
  readonly aws: Aws;
  readonly banks: readonly Bank[];
  readonly callers: Callers;
}

/** Never throws for what an invariant finds: that is in the outcome. */
export async function simulate(wish: Wish): Promise<Outcome> {
  const { seed, consents, days, mutation = {}, rates } = wish;
  const world = new World(seed, FROM, rates);
  const stage = stageOf(world);
  const { watch, callers, banks, results, timers } = stage;
  const workers = new Workers(stage.aws, watch, mutation);
  workers.feed(results);
  workers.feed(timers);
  workers.sweepRegularly();

  const random = world.random('opening');
  for (let number = 1; number <= consents; number += 1) {
    const bank = random.pick(banks);
    const at = FROM + random.within(0, Math.floor((days * DAY) / 3));
    world.agenda.at(at, () => callers.open(`consent-${number}`, bank));
  }
  everyDay(stage);
  new Operator(stage.aws, banks).lookRegularly();
  await play(world, FROM + days * DAY);
  world.calm = true;
  for (const bank of banks) bank.calmDown(world.agenda.now);
  await play(world, FROM + (days + CALM_DAYS) * DAY);
  if (world.broken === undefined) look(stage);
  if (world.broken === undefined) lookAtItems(world, stage.table);
  return {
    seed,
    hash: world.hash(),
    steps: world.steps,
    counts: world.counts,
    broken: world.broken,
    lastLines: world.lastLines(),
  };
}

/** Lets happen what is to happen; a promise's consequences run before the next thing begins. */
export async function play(world: World, until: Instant): Promise<void> {
  while (world.broken === undefined && world.agenda.step(until)) {
    if (!world.woken) continue;
    world.woken = false;
    await consequences();
  }
}

/** Of what has been settled, to their end: a tick comes when no promise has anything left to do. */
function consequences(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

export function stageOf(world: World): Stage {
  const table = new Table();
  const results = feeding(world, 'bank-call-results');
  const timers = feeding(world, 'due-timers');
  const requests = requestQueue(world);
  const scheduler = new Scheduler(world, ({ input }) => timers.send(input));
  scheduler.answer(new CreateScheduleGroupCommand({ Name: SCHEDULE_GROUP }));
  const bankOf = new Map<string, Bank>();
  const watch = new Watch(world, table, bankOf);
  const parts = { world, table, results, timers, requests, scheduler, watch, bankOf };
  const aws = awsOf(parts);
  const callers = new Callers(parts, aws);
  watch.onAsked = (consentId) => callers.asked(consentId);
  const missed = (text: string) => watch.ends.missed(JSON.parse(text).subject);
  new RequestServer(world, requests, (text) => callers.serve(text), missed);
  return { ...parts, aws, callers, banks: banksOf(world) };
}

/** A queue that feeds a function. */
function feeding(world: World, name: string): Queue {
  const letters = new Queue(world, { name: `${name}-dlq`, visibilityMs: VISIBILITY_MS });
  const deadLetters = { queue: letters, receivesMax: RECEIVES_MAX };
  return new Queue(world, { name, visibilityMs: VISIBILITY_MS, deadLetters });
}

function requestQueue(world: World): Queue {
  const fifo = { isFifo: true, visibilityMs: REQUEST_VISIBILITY_SECONDS * SECOND };
  const queue = new Queue(world, { name: 'bank-call-requests-dlq.fifo', ...fifo });
  const deadLetters = { queue, receivesMax: REQUEST_RECEIVES_MAX };
  return new Queue(world, { name: 'bank-call-requests.fifo', ...fifo, deadLetters });
}

function awsOf({ world, table, results, timers, requests, scheduler, watch }: Parts): Aws {
  const taken = new Set<string>();
  const all = [results, timers, requests].flatMap((queue) => {
    const letters = queue.traits.deadLetters?.queue;
    return letters === undefined ? [queue] : [queue, letters];
  });
  const tokensAllowed = results.traits.deadLetters?.queue;
  return {
    ...{ world, table, scheduler },
    queues: new Map(all.map((queue) => [queue.name, queue])),
    onSend: (queue, body) => {
      if (queue !== tokensAllowed) watch.text(body);
      if (queue === requests) watch.requested(body);
      else if (queue !== results && queue !== timers) watch.aside(body);
    },
    onNotice: (text) => {
      const isNew = !taken.has(text);
      taken.add(text);
      world.log(`publishes ${JSON.parse(text).id}${isNew ? '' : ' again'}`);
      watch.published(text);
    },
    onSchedule: (name) => watch.scheduled(name),
    onText: (text) => watch.text(text),
  };
}

function banksOf(world: World): readonly Bank[] {
  const random = world.random('banks');
  const zones = ['Europe/Berlin', 'America/New_York', 'Europe/London', 'Asia/Tokyo'];
  const providers = [
    'klarna-consent',
    'klarna-consent',
    'klarna-xs2a',
    'hamsterbank',
    'keybank',
  ] as const;
  return providers.map(
    (provider, index) =>
      new Bank({
        id: `bank-${index}`,
        provider,
        timeZone: random.pick(zones),
        callsPerDayMax: random.within(2, 8),
        rolling: random.chance(0.3),
        rotates: provider === 'klarna-consent',
      }),
  );
}

/** What befalls banks and consents in the course of a day. */
function everyDay(stage: Stage): void {
  const { world, table, banks, results, timers } = stage;
  const random = world.random('days');
  const { now } = world.agenda;
  for (const bank of banks) {
    if (!world.happens('bank-out')) continue;
    const from = now + random.within(0, DAY);
    const status = random.pick([503, 500, 504, 'silent'] as const);
    bank.outage = { from, to: from + random.within(5 * MINUTE, 8 * HOUR), status };
  }
  for (const bank of banks) {
    // The others' documents have no word for it.
    if (bank.traits.provider !== 'hamsterbank' || !world.happens('quota-used-up')) continue;
    world.agenda.after(random.within(0, DAY), () => bank.useUpQuota(world.agenda.now));
  }
  troubles(stage);
  for (const { consent } of table.all()) {
    const at = now + random.within(0, DAY);
    if (consent.end === undefined) befall(stage, consent.consentId, at);
  }
  results.redrive();
  timers.redrive();
  world.agenda.after(DAY, () => everyDay(stage));
}

/** A bank takes nearly all its consents for expired: so long that it confirms it, or not. */
function troubles({ world, banks }: Stage): void {
  const random = world.random('troubles');
  for (const bank of banks) {
    if (!bank.tellsEnds || !world.happens('bank-in-trouble')) continue;
    const [wait, lasts] = [random.within(0, DAY), random.pick(TROUBLE_LENGTHS_MS)];
    world.agenda.after(wait, () => {
      const { now } = world.agenda;
      if (!world.calm) bank.trouble = { from: now, to: now + lasts };
    });
  }
}

function befall({ world, bankOf, callers }: Stage, consentId: string, at: Instant): void {
  const random = world.random('fates');
  const bank = bankOf.get(consentId);
  if (bank === undefined) return;
  const { agenda } = world;
  if (bank.tellsEnds && world.happens('bank-lies')) {
    const [says, ms] = [random.pick(['expired', 'revoked'] as const), random.pick(LIE_LENGTHS_MS)];
    bank.mandate(consentId, agenda.now).lie = { from: at, to: at + ms, says };
  }
  if (bank.tellsEnds && world.happens('bank-ends')) {
    const endsAs = random.pick(['expired', 'revoked'] as const);
    agenda.at(at, () => Object.assign(bank.mandate(consentId, at), { alive: false, endsAs }));
  }
  if (world.happens('accounts-renamed')) {
    agenda.at(at, () => {
      bank.mandate(consentId, at).renamed += 1;
    });
  }
  if (world.happens('withdrawal')) agenda.at(at, () => callers.withdraw(consentId));
  if (world.happens('renewal')) agenda.at(at, () => callers.renew(consentId));
}
