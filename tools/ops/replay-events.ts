/**
 * Makes events of the entries of a history, as far as these tell: answers are read by the dialects
 * of this version, tokens are their fingerprints' beginnings, and a call is told from others by its
 * hash. What the history does not hold is not made up, but for what makes no difference. Pure.
 */
import { CATEGORIES, type Category } from '../../shared/consent/category.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import type { BankCallCompleted, ConsentEvent } from '../../shared/consent/event.ts';
import type { Call } from '../../shared/consent/finding.ts';
import { callHash } from '../../shared/consent/history.ts';
import type { Bank, Provider } from '../../shared/consent/provider.ts';
import { Secret, type Token } from '../../shared/consent/secret.ts';
import { waitingFor } from '../../shared/consent/waiting.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { scopeOf } from '../../shared/dialects/scope.ts';
import { rowOfCode, tableOf, UNKNOWN_CODE } from '../../shared/dialects/table.ts';
import { keyOf } from '../../shared/intake/names.ts';
import { rowNamed } from './chain.ts';

/** Stands for what the history knows of, and does not name. */
const NOT_TOLD = 'not told';

export interface Whose {
  readonly consentId: string;
  readonly ref: string;
  readonly provider: Provider;
  /** As it is known today. */
  readonly bank: Bank;
}

export type Made =
  | { readonly event: ConsentEvent; readonly why?: never }
  | { readonly event?: never; readonly why: string };

/** `state`: the consent so far, by which a timer and a request are named. Never throws. */
export function eventOf(entry: HistoryEntry, whose: Whose, state: Consent | undefined): Made {
  const { at, eventId: id, heard = {}, notes, to, effects } = entry;
  const { consentId, ref, provider, bank } = whose;
  const ahead = notes.includes('clock-ahead') && { clockAhead: true };
  const now = at + (heard.lag ?? 0);
  const happening = { id, key: keyOf(id), consentId, ref, at, now, ...ahead };
  const token = heard.brought === undefined ? undefined : tokenNamed(heard.brought);
  const used = heard.used !== undefined && { usedFingerprint: fingerprintOf(heard.used) };
  const isEnded = notes.includes('ended');
  switch (entry.event) {
    case 'BankCallCompleted':
      return answerOf(entry, { ...happening, ...used, ...(token && { token }) }, whose, state);
    case 'ConsentGranted':
      return {
        event: {
          type: 'ConsentGranted',
          ...happening,
          provider,
          bank,
          ...(token && { token }),
          ...(heard.validUntil !== undefined && { validUntil: heard.validUntil }),
          ...(effects.includes('ReplaceConsent') && { supersedes: NOT_TOLD }),
        },
      };
    case 'ConsentWithdrawn':
      return {
        event: { type: entry.event, ...happening, by: to === 'terminatedByTpp' ? 'tpp' : 'psu' },
      };
    case 'ConsentReplaced':
      return { event: { type: entry.event, ...happening, by: NOT_TOLD } };
    case 'EndingDecided':
      return { event: { type: entry.event, ...happening, decision: isEnded ? 'release' : 'hold' } };
    case 'TokenRescued':
      if (token === undefined) return { why: 'it does not tell the token' };
      return { event: { type: entry.event, ...happening, provider, ...used, token } };
    case 'TimerDue':
      if (state?.timer === undefined) return { why: 'no timer stands by what was decided again' };
      return {
        event: {
          type: entry.event,
          ...happening,
          generation: state.generation,
          number: state.timer.number,
        },
      };
    default:
      return { why: `"${entry.event}" is no event that this version knows` };
  }
}

type Answered = Omit<BankCallCompleted, 'type' | 'provider' | 'bank' | 'call' | 'finding'>;

function answerOf(
  entry: HistoryEntry,
  answered: Answered,
  { provider, bank }: Whose,
  state: Consent | undefined,
): Made {
  const { row = '', correlation, heard = {} } = entry;
  const category = categoryNow(entry, provider);
  if (category === undefined) return { why: `"${entry.category}" is no category any more` };

  const event: BankCallCompleted = {
    type: 'BankCallCompleted',
    ...answered,
    provider,
    bank,
    call: callOf(entry),
    finding: {
      category,
      scope: scopeOf(category),
      row,
      ...(heard.retryAt !== undefined && { retry: { at: heard.retryAt } }),
      ...(correlation && { correlation }),
    },
  };
  const request = heard.requested && state && waitingFor(state, event)?.request;
  return { event: request ? { ...event, requestId: request.id } : event };
}

/** By its hash, where it is more than its operation: neither account nor parameters are told. */
function callOf({ operation = NOT_TOLD, heard = {} }: HistoryEntry): Call {
  const bare = { operation, attended: heard.attended ?? false };
  if (heard.call === undefined || heard.call === callHash(bare)) return bare;
  const isPayment = operation.startsWith('transfer');
  return { ...bare, accountId: heard.call, ...(isPayment && { instructionId: NOT_TOLD }) };
}

/** As this version's dialect reads the row that matched then; as it was read, where it has none. */
export function categoryNow(
  { row = '', category }: Pick<HistoryEntry, 'row' | 'category'>,
  provider: Provider,
): Category | undefined {
  const code = row.startsWith(`${UNKNOWN_CODE.match} `) && row.slice(UNKNOWN_CODE.match.length + 1);
  const read = code ? rowOfCode(tableOf(DIALECTS[provider].rows), code) : rowNamed(row, provider);
  if (read === undefined || category === read.onAccount) return known(category);
  return read.category;
}

function known(category: string | undefined): Category | undefined {
  return CATEGORIES.find((one) => one === category);
}

export function fingerprintOf(print: string): string {
  return `sha256:${print}`;
}

function tokenNamed(print: string): Token {
  return { secret: new Secret(NOT_TOLD), fingerprint: fingerprintOf(print) };
}
