/**
 * Plays the month: the same local AWS as `npm start`, its clock moved from one thing that happens
 * to the next. In between everything comes to rest and every requested call is made, so a month
 * passes in seconds and nothing in it is out of order.
 */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Instant, MINUTE } from '../../shared/consent/instant.ts';
import type { Call } from '../local/call-log.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../local/local-aws.ts';
import { DEAD_LETTER_QUEUES, queueUrl } from '../local/resources.ts';
import { agendaOf, live } from './agenda.ts';
import { type BankModel, createBank } from './bank.ts';
import { type Caller, createCaller, type Report } from './caller.ts';
import {
  BANKS,
  type BankName,
  consentIdOf,
  HICCUPS,
  MONTH_END,
  MONTH_START,
  STORIES,
  type World,
} from './stories.ts';
import { type Heard, type Subscriber, subscribe } from './subscriber.ts';
import { type Table, tableOf } from './table.ts';

/** What has been counted up to the end of a day. */
export interface DayPassed {
  /** yyyy-mm-dd, UTC. */
  readonly day: string;
  readonly results: number;
  readonly requests: number;
  readonly notices: number;
}

/** All that the outcome is computed from. */
export interface Month {
  readonly now: Instant;
  readonly banks: Readonly<Record<BankName, BankModel>>;
  readonly table: Table;
  readonly caller: Caller;
  readonly notices: readonly Heard[];
  /** AWS calls of the worker's functions, by action. */
  readonly awsCalls: Readonly<Record<string, number>>;
  /** Each distinct AWS call, of the functions and of everybody else. */
  readonly calls: readonly Call[];
  /** Messages that were given up, in any dead-letter queue. */
  readonly deadLetters: number;
}

/**
 * Boots, plays and stops; `judge` sees the month while the table can still be read. The options are
 * the local AWS's own: other functions, under other names.
 */
export async function playMonth<Outcome>(
  tell: (passed: DayPassed) => void,
  judge: (month: Month) => Promise<Outcome>,
  options: Omit<LocalAwsOptions, 'port' | 'clockStart'> = {},
): Promise<Outcome> {
  const local = await startLocalAws({ ...options, port: 0, clockStart: MONTH_START });
  try {
    const table = tableOf(local);
    const banks = createBanks();
    const caller = createCaller(local, table, (consentId) => banks[bankNameOf(consentId)]);
    const subscriber = await subscribe(local);
    await play({ local, table, banks, caller, subscriber, tell });
    return await judge({
      now: local.clock.now(),
      banks,
      table,
      caller,
      notices: await subscriber.listen(),
      awsCalls: local.calls('functions'),
      calls: local.distinctCalls(),
      deadLetters: await deadLettersIn(local),
    });
  } finally {
    await local.stop();
  }
}

interface Stage {
  readonly local: LocalAws;
  readonly table: Table;
  readonly banks: Readonly<Record<BankName, BankModel>>;
  readonly caller: Caller;
  readonly subscriber: Subscriber;
  readonly tell: (passed: DayPassed) => void;
}

async function play(stage: Stage): Promise<void> {
  const { local, table, caller, subscriber, tell } = stage;
  const world = worldOf(stage);
  const consentIds = STORIES.map(consentIdOf);
  const coming = [...agendaOf(STORIES, MONTH_END)];
  let day = dayOf(MONTH_START);
  while (local.clock.now() < MONTH_END) {
    const moment = coming[0];
    const timer = await table.nextTimer(consentIds, local.clock.now());
    // Scheduler fires on whole minutes: a step in between would find nothing to do.
    const wakes = timer === undefined ? MONTH_END : Math.ceil(timer / MINUTE) * MINUTE;
    const next = Math.min(moment?.at ?? MONTH_END, wakes, MONTH_END);
    if (dayOf(next) !== day) {
      const notices = (await subscriber.listen()).length;
      tell({ day, results: caller.reported(), requests: caller.consumed.length, notices });
      day = dayOf(next);
    }

    if (next > local.clock.now()) await local.advance(next);
    if (moment !== undefined && moment.at <= next) {
      coming.shift();
      await live(moment, world);
      await rest(local);
    }
    await caller.serveRequests();
  }
}

async function rest(local: LocalAws): Promise<void> {
  const inFlight = await local.settle();
  if (inFlight.length > 0) throw new Error(`not at rest after 10 s: ${inFlight.join('; ')}`);
}

async function deadLettersIn({ client, url, named }: LocalAws): Promise<number> {
  const sqs = new SQSClient(client);
  let count = 0;
  for (const name of DEAD_LETTER_QUEUES) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl(url, named(name)),
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    count += Number(Attributes?.ApproximateNumberOfMessages);
  }
  return count;
}

function worldOf({ local, banks, caller }: Stage): World {
  const kept: Report[] = [];
  const bankOf = (consentId: string) => banks[bankNameOf(consentId)];
  return {
    caller,
    openAtBank: (consentId) => {
      bankOf(consentId).open(consentId);
    },
    endAtBank: (consentId, fate) => bankOf(consentId).end(consentId, fate, local.clock.now()),
    renameAccounts: (consentId) => bankOf(consentId).renameAccounts(consentId),
    keep: (report) => {
      if (report !== undefined) kept.push(report);
    },
    deliverKept: async () => {
      for (const report of kept.splice(0)) await report();
    },
  };
}

function createBanks(): Readonly<Record<BankName, BankModel>> {
  const bank = (provider: BankName) =>
    createBank({ ...BANKS[provider], provider, hiccups: HICCUPS });
  return {
    'klarna-consent': bank('klarna-consent'),
    'klarna-xs2a': bank('klarna-xs2a'),
    keybank: bank('keybank'),
    hamsterbank: bank('hamsterbank'),
  };
}

function bankNameOf(consentId: string): BankName {
  const story = STORIES.find((one) => consentIdOf(one) === consentId);
  if (story === undefined) throw new Error(`no story is told of ${consentId}`);
  return story.bank;
}

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 'yyyy-mm-dd'.length);
}
