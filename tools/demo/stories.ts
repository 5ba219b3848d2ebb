/**
 * What happens in the month: only what banks, PSUs and the owner's programs do. Nothing here says
 * what becomes of it. Each consent has a story; the times are absolute, so nobody has to know
 * which month it is.
 */
import type { Call } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { BankOptions, Hiccup } from './bank.ts';
import type { Caller, Report } from './caller.ts';
import type { Refusal } from './languages.ts';

/** Summer time begins in Berlin on 28 March, in New York on the 14th; April brings a new quota. */
export const MONTH_START: Instant = Date.parse('2027-03-01T06:00:00Z');
export const MONTH_END: Instant = Date.parse('2027-04-02T18:00:00Z');

export type BankName = 'klarna-consent' | 'klarna-xs2a' | 'keybank' | 'hamsterbank';

/** What a story can do to the world at a time. */
export interface World {
  readonly caller: Caller;
  /** Consented long ago, without a word to the worker. */
  openAtBank(consentId: string): void;
  /** What the bank decides or is told. */
  endAtBank(consentId: string, fate: 'expired' | 'revoked' | 'replaced'): void;
  renameAccounts(consentId: string): void;
  /** A report that waits until it is fetched. */
  keep(report: Report | undefined): void;
  deliverKept(): Promise<void>;
}

export interface Act {
  readonly at: Instant;
  readonly do: (world: World, consentId: string) => Promise<void> | void;
}

export interface Job {
  /** The first run (UTC); the others follow every 24 hours. */
  readonly first: Instant;
  readonly weekends: boolean;
}

export interface Story {
  readonly id: string;
  readonly title: string;
  readonly bank: BankName;
  /** When the owner's job runs for this consent. */
  readonly job: Job;
  readonly acts: readonly Act[];
}

export const BANKS: Readonly<Record<BankName, Omit<BankOptions, 'provider' | 'hiccups'>>> = {
  'klarna-consent': {
    id: 'DE-37040044',
    timeZone: 'Europe/Berlin',
    rotatesTokens: true,
    callsPerDayMax: 4,
    historyFrom: '2026-12-01',
  },
  'klarna-xs2a': { id: 'AT-20111', timeZone: 'Europe/Vienna', callsPerDayMax: 4 },
  keybank: { id: 'US-041001039', timeZone: 'America/New_York' },
  hamsterbank: { id: 'GB-040004', timeZone: 'Europe/London', callsPerMonthMax: 76 },
};

export function consentIdOf({ id }: Pick<Story, 'id'>): string {
  return `demo-${id}`;
}

function act(time: string, does: Act['do']): Act {
  return { at: Date.parse(time), do: does };
}

const DAILY: Job = { first: Date.parse('2027-03-01T07:00:00Z'), weekends: true };
const ON_WEEKDAYS: Job = { ...DAILY, weekends: false };
const AT_NOON: Job = { ...DAILY, first: Date.parse('2027-03-01T12:00:00Z') };
const FROM_THE_19TH: Job = { ...DAILY, first: Date.parse('2027-03-19T07:00:00Z') };

const granted = act('2027-03-01T06:00:00Z', ({ caller }, id) => caller.grant(id, {}));

function calls(time: string, wanted?: Call): Act {
  return act(time, async ({ caller }, id) => {
    const report = await caller.call(id, wanted);
    await report?.();
  });
}

/** The PSU opens the app again and again on one day. */
function busyDay(day: string): readonly Act[] {
  return ['09:00', '11:00', '13:00', '14:00', '15:00'].map((time) => calls(`${day}T${time}Z`));
}

const RENT: Call = { operation: 'transfer', instructionId: 'rent-2027-03', attended: false };

export const STORIES: readonly Story[] = [
  {
    id: 'quiet-month',
    title: 'A quiet month',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [
      granted,
      calls('2027-03-09T15:00:00Z', {
        operation: 'transactions',
        parameters: { from: '2024-01-01' },
        attended: false,
      }),
    ],
  },
  {
    id: 'hiccup',
    title: 'A hiccup that heals',
    bank: 'klarna-consent',
    job: ON_WEEKDAYS,
    acts: [granted],
  },
  {
    id: 'true-expiry',
    title: 'A true expiry',
    bank: 'klarna-consent',
    job: ON_WEEKDAYS,
    acts: [granted, act('2027-03-11T23:00:00Z', (world, id) => world.endAtBank(id, 'expired'))],
  },
  {
    id: 'true-revocation',
    title: 'A true revocation',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [granted, act('2027-03-19T10:00:00Z', (world, id) => world.endAtBank(id, 'revoked'))],
  },
  {
    id: 'lost-race',
    title: 'A lost race for the token',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [
      granted,
      act('2027-03-10T09:00:00Z', async ({ caller }, id) => {
        for (const report of await caller.callTwice(id)) await report();
      }),
    ],
  },
  {
    id: 'used-up-day',
    title: 'Two used-up days across the change to summer time',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [granted, ...busyDay('2027-03-27'), ...busyDay('2027-03-28')],
  },
  {
    id: 'late-report',
    title: 'A success that is reported too late',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [
      granted,
      act('2027-03-16T07:20:00Z', async ({ caller, keep }, id) => keep(await caller.call(id))),
      calls('2027-03-16T07:40:00Z'),
      act('2027-03-16T09:00:00Z', ({ deliverKept }) => deliverKept()),
    ],
  },
  {
    id: 'superseded',
    title: 'A consent that is superseded',
    bank: 'klarna-consent',
    job: DAILY,
    acts: [granted, act('2027-03-19T06:30:00Z', (world, id) => world.endAtBank(id, 'replaced'))],
  },
  {
    id: 'successor',
    title: 'The consent that takes its place',
    bank: 'klarna-consent',
    job: FROM_THE_19TH,
    acts: [
      act('2027-03-19T06:30:00Z', ({ caller }, id) =>
        caller.grant(id, { supersedes: consentIdOf({ id: 'superseded' }) }),
      ),
    ],
  },
  {
    id: 'vanished-accounts',
    title: 'Accounts that vanish: the bank gives them new ids',
    bank: 'klarna-xs2a',
    job: DAILY,
    acts: [granted, act('2027-03-11T03:00:00Z', (world, id) => world.renameAccounts(id))],
  },
  {
    id: 'known-lifetime',
    title: 'A known lifetime that ends',
    bank: 'klarna-xs2a',
    job: DAILY,
    acts: [
      act('2027-03-01T06:00:00Z', ({ caller }, id) =>
        caller.grant(id, { validUntil: Date.parse('2027-03-25T23:00:00Z') }),
      ),
    ],
  },
  {
    id: 'withdrawn',
    title: 'Withdrawn by the PSU in our own app',
    bank: 'klarna-xs2a',
    job: DAILY,
    acts: [
      granted,
      act('2027-03-17T18:30:00Z', async (world, id) => {
        world.endAtBank(id, 'revoked');
        await world.caller.withdraw(id, 'psu');
      }),
    ],
  },
  {
    id: 'long-maintenance',
    title: 'A long maintenance; adopted without a grant',
    bank: 'keybank',
    job: AT_NOON,
    acts: [act('2027-03-01T06:00:00Z', (world, id) => world.openAtBank(id))],
  },
  {
    id: 'monthly-quota',
    title: 'A monthly quota, and a consent not found for an hour',
    bank: 'hamsterbank',
    job: DAILY,
    acts: [granted],
  },
  {
    id: 'payment',
    title: 'A payment whose answer is lost',
    bank: 'hamsterbank',
    job: DAILY,
    acts: [granted, calls('2027-03-12T10:00:00Z', RENT)],
  },
  {
    id: 'plain-revocation',
    title: 'A revocation said plainly',
    bank: 'hamsterbank',
    job: DAILY,
    acts: [granted, act('2027-03-18T15:00:00Z', (world, id) => world.endAtBank(id, 'revoked'))],
  },
];

function hiccup(id: string, from: string, to: string, says: Refusal): Hiccup {
  return { consentId: consentIdOf({ id }), from: Date.parse(from), to: Date.parse(to), says };
}

/** When banks say what is not so, or nothing at all. */
export const HICCUPS: readonly Hiccup[] = [
  hiccup('hiccup', '2027-03-05T06:30:00Z', '2027-03-05T12:00:00Z', 'expired'),
  hiccup('late-report', '2027-03-16T06:30:00Z', '2027-03-16T07:10:00Z', 'expired'),
  hiccup('long-maintenance', '2027-03-18T11:00:00Z', '2027-03-20T15:00:00Z', 'maintenance'),
  hiccup('monthly-quota', '2027-03-09T06:45:00Z', '2027-03-09T07:45:00Z', 'not-found'),
  hiccup('payment', '2027-03-12T09:55:00Z', '2027-03-12T10:05:00Z', 'answer-lost'),
];
