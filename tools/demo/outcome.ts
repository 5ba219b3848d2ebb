/**
 * What became of the month, computed: the worker's side from the table, the queues and the topics,
 * the banks' side from the banks' own ledgers, and whether the two agree. No story has a say in it.
 */
import type { Status } from '../../shared/consent/consent.ts';
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import type { NoticeType } from '../../shared/consent/notice.ts';
import type { BankModel, Fate, Truth } from './bank.ts';
import type { Consumed } from './caller.ts';
import type { Month } from './month.ts';
import { consentIdOf, STORIES, type Story } from './stories.ts';
import type { Heard } from './subscriber.ts';
import { type Told, tellOf } from './telling.ts';

export interface Answers {
  readonly said: string;
  readonly times: number;
  /** They spoke against a consent that was alive. */
  readonly wrongly: boolean;
}

export interface ConsentOutcome {
  readonly id: string;
  readonly title: string;
  readonly bank: Pick<BankModel, 'id' | 'provider' | 'timeZone'>;
  readonly truth: Pick<Truth, 'fate' | 'endedAt' | 'tokensHandedOut'> & {
    readonly answers: readonly Answers[];
    readonly payments: number;
    readonly accountsRenamed: number;
  };
  readonly status: Status | 'unknown';
  readonly generation: number;
  readonly agrees: boolean;
  /** The bank's current token is not the one in the table. */
  readonly tokenLost: boolean;
  readonly falseReconsentsAvoided: number;
  readonly told: readonly Told[];
  readonly requests: readonly Pick<Consumed, 'at' | 'operation' | 'reason' | 'done'>[];
  readonly notices: readonly Pick<Heard, 'at' | 'type' | 'reason'>[];
}

export interface Totals {
  readonly resultsIn: number;
  readonly callsRequested: number;
  readonly tokensRotated: number;
  readonly tokensLost: number;
  readonly falseReconsentsAvoided: number;
  /** Notices that asked a PSU, and were withdrawn. */
  readonly takenBack: number;
  /** Messages in any dead-letter queue. */
  readonly deadLetters: number;
  readonly notices: Readonly<Partial<Record<NoticeType, number>>>;
  readonly awsCalls: Readonly<Record<string, number>>;
  readonly disagreements: number;
}

export interface Outcome {
  readonly consents: readonly ConsentOutcome[];
  readonly totals: Totals;
}

/** What the worker may say of a consent, by what it truly is. A suspicion is no verdict. */
const AGREEING: Readonly<Record<Fate, readonly string[]>> = {
  alive: ['valid', 'suspect'],
  expired: ['expired'],
  revoked: ['revokedByPsu'],
  terminated: ['terminatedByTpp'],
  replaced: ['replaced'],
};

/** Whether the worker's word is right. Never throws. */
export function agrees(fate: Fate, status: Status | 'unknown'): boolean {
  return AGREEING[fate].includes(status);
}

export async function outcomeOf(month: Month): Promise<Outcome> {
  const consents: ConsentOutcome[] = [];
  for (const story of STORIES) consents.push(await consentOutcomeOf(story, month));

  const sum = (of: (one: ConsentOutcome) => number) =>
    consents.reduce((total, one) => total + of(one), 0);
  return {
    consents,
    totals: {
      resultsIn: month.caller.reported(),
      callsRequested: month.caller.consumed.length,
      tokensRotated: sum(({ truth }) => truth.tokensHandedOut),
      tokensLost: sum(({ tokenLost }) => Number(tokenLost)),
      falseReconsentsAvoided: sum((one) => one.falseReconsentsAvoided),
      takenBack: month.notices.filter(({ type }) => type === 'reconsent.withdrawn').length,
      deadLetters: month.deadLetters,
      notices: countsOf(month.notices.map(({ type }) => type)),
      awsCalls: month.awsCalls,
      disagreements: sum(({ agrees }) => Number(!agrees)),
    },
  };
}

async function consentOutcomeOf(story: Story, month: Month): Promise<ConsentOutcome> {
  const consentId = consentIdOf(story);
  const bank = month.banks[story.bank];
  const truth = bank.truth(consentId, month.now);
  const consent = await month.table.consent(consentId);
  const history = await month.table.history(consentId);
  const requests = month.caller.consumed.filter((one) => one.consentId === consentId);
  const notices = month.notices.filter((one) => one.consentId === consentId).toSorted(inOrder);
  const status = consent?.status ?? 'unknown';
  return {
    id: story.id,
    title: story.title,
    bank: { id: bank.id, provider: bank.provider, timeZone: bank.timeZone },
    truth: {
      fate: truth.fate,
      ...(truth.endedAt !== undefined && { endedAt: truth.endedAt }),
      tokensHandedOut: truth.tokensHandedOut,
      answers: answersOf(truth),
      payments: truth.payments.length,
      accountsRenamed: truth.accountsRenamed,
    },
    status,
    generation: consent?.generation ?? 0,
    agrees: agrees(truth.fate, status),
    tokenLost: truth.fate === 'alive' && consent?.token?.secret.reveal() !== truth.token,
    falseReconsentsAvoided: avoided(history, truth, notices),
    told: tellOf(history, requests, notices),
    requests: requests.map(({ at, operation, reason, done }) => ({ at, operation, reason, done })),
    notices: notices.map(({ at, type, reason }) => ({ at, type, reason })),
  };
}

/** By decision; notices of one decision by name, for SNS does not order them. */
function inOrder(a: Heard, b: Heard): number {
  return a.sequence - b.sequence || a.type.localeCompare(b.type);
}

const AGAINST_THE_CONSENT = ['CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT'];

/**
 * First errors that said a consent was over while its bank held it alive, where no notice that asks
 * the PSU stands at the end: who believes such an error asks for nothing.
 */
function avoided(
  history: readonly HistoryEntry[],
  { endedAt = Infinity }: Truth,
  notices: readonly Heard[],
): number {
  const withdrawn = new Set(notices.map(({ withdraws }) => withdraws));
  if (notices.some(({ id, type }) => type === 'reconsent.required' && !withdrawn.has(id))) return 0;

  const firstErrors = history.filter(
    ({ category = '', from, at, notes }) =>
      AGAINST_THE_CONSENT.includes(category) &&
      from !== 'suspect' &&
      (notes.includes('strike') || notes.includes('race-lost')) &&
      at < endedAt,
  );
  return firstErrors.length;
}

function answersOf({ answers }: Truth): readonly Answers[] {
  const alike = Map.groupBy(answers, ({ said, wrongly }) => `${said} ${wrongly}`);
  return [...alike.values()].flatMap((all) => {
    const [one] = all;
    return one ? [{ said: one.said, times: all.length, wrongly: one.wrongly }] : [];
  });
}

function countsOf<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
