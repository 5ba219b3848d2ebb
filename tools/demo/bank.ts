/**
 * A bank with a truth of its own: which consents live, which token is the current one, how many
 * calls its day still has room for, which accounts exist, which payments were booked. It knows
 * nothing of the worker; its ledger is what the worker's status is compared with at the end.
 */
import { randomBytes } from 'node:crypto';
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { Provider } from '../../shared/consent/provider.ts';
import { LANGUAGES, type Refusal } from './languages.ts';

/** Every token begins with it, so that one in an output is found by searching for this. */
export const TOKEN_MARK = 'demo-token.';
const TOKEN_BYTES = 24;

export type Fate = 'alive' | 'expired' | 'revoked' | 'terminated' | 'replaced';

/** An answer that the bank gives although the truth is another, or gives to nobody at all. */
export interface Hiccup {
  readonly consentId: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly says: Refusal;
}

export interface BankOptions {
  readonly id: string;
  readonly provider: Provider;
  readonly timeZone: string;
  readonly hiccups: readonly Hiccup[];
  readonly rotatesTokens?: boolean;
  /** Unattended calls per consent and day, by the bank's own calendar. */
  readonly callsPerDayMax?: number;
  /** Calls of the whole client in a calendar month (UTC). */
  readonly callsPerMonthMax?: number;
  /** Transactions older than this are not to be had. */
  readonly historyFrom?: string;
}

export interface Answered {
  readonly at: Instant;
  readonly said: Refusal | 'OK';
  /** It spoke against a consent that was alive, for a caller who had done nothing wrong. */
  readonly wrongly: boolean;
}

export interface Truth {
  readonly fate: Fate;
  readonly endedAt?: Instant;
  readonly answers: readonly Answered[];
  readonly tokensHandedOut: number;
  /** The current one; it is compared, never printed. */
  readonly token?: string;
  readonly payments: readonly string[];
  readonly accountsRenamed: number;
}

export interface Request {
  readonly consentId: string;
  readonly call: Call;
  readonly at: Instant;
  readonly token?: string;
}

export interface BankModel extends BankOptions {
  /** A PSU has consented: the first token, where this bank has tokens. */
  open(consentId: string, expiresAt?: Instant): string | undefined;
  end(consentId: string, fate: Fate, at: Instant): void;
  /** The same accounts under new ids. */
  renameAccounts(consentId: string): void;
  /** Throws for a consent that was never opened. */
  answer(request: Request): RawResponse;
  truth(consentId: string, now: Instant): Truth;
}

interface Mandate {
  fate: Fate;
  endedAt?: Instant;
  readonly expiresAt?: Instant;
  token?: string;
  tokensHandedOut: number;
  accountsRenamed: number;
  readonly answers: Answered[];
  readonly payments: string[];
  readonly callsOfDay: Map<string, number>;
}

export function createBank(options: BankOptions): BankModel {
  const mandates = new Map<string, Mandate>();
  const callsOfMonth = new Map<string, number>();
  const language = LANGUAGES[options.provider];
  const dayOf = new Intl.DateTimeFormat('sv-SE', {
    timeZone: options.timeZone,
    dateStyle: 'short',
  });
  let answered = 0;

  const mandateOf = (consentId: string): Mandate => {
    const mandate = mandates.get(consentId);
    if (mandate === undefined) throw new Error(`${options.id} knows no consent ${consentId}`);
    return mandate;
  };
  const judge = (mandate: Mandate, request: Request): Refusal | 'OK' => {
    const month = new Date(request.at).toISOString().slice(0, 'yyyy-mm'.length);
    const used = count(callsOfMonth, month);
    if (used > (options.callsPerMonthMax ?? Infinity)) return 'quota-used-up';
    const hiccup = hiccupAt(options, request);
    if (hiccup !== undefined && hiccup !== 'answer-lost') return hiccup;

    const said = refusalBy(options, mandate, request, dayOf.format(request.at));
    if (said !== undefined) return said;
    if (request.call.operation === 'transfer') pay(mandate, request.call);
    return hiccup ?? 'OK';
  };

  return {
    ...options,
    open: (consentId, expiresAt) => {
      const mandate = newMandate(expiresAt);
      mandates.set(consentId, mandate);
      if (options.rotatesTokens) mandate.token = mint();
      return mandate.token;
    },
    end: (consentId, fate, at) => {
      const mandate = mandateOf(consentId);
      mandate.fate = fate;
      mandate.endedAt = at;
    },
    renameAccounts: (consentId) => {
      mandateOf(consentId).accountsRenamed += 1;
    },
    answer: (request) => {
      const mandate = mandateOf(request.consentId);
      letExpire(mandate, request.at);
      const said = judge(mandate, request);
      answered += 1;
      mandate.answers.push({ at: request.at, said, wrongly: isWrong(mandate, said) });
      if (said !== 'OK' && said !== 'range-too-long') {
        return language.refuse(said, answered, undefined);
      }
      const token = options.rotatesTokens ? rotate(mandate) : undefined;
      if (said !== 'OK') return language.refuse(said, answered, token);
      return language.success(contentOf(mandate, request), answered, token);
    },
    truth: (consentId, now) => {
      const mandate = mandateOf(consentId);
      letExpire(mandate, now);
      return mandate;
    },
  };
}

function newMandate(expiresAt: Instant | undefined): Mandate {
  return {
    fate: 'alive',
    tokensHandedOut: 0,
    accountsRenamed: 0,
    answers: [],
    payments: [],
    callsOfDay: new Map(),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** What the truth, not chance, has against the call. */
function refusalBy(
  { rotatesTokens, callsPerDayMax = Infinity, historyFrom }: BankOptions,
  mandate: Mandate,
  { call, token }: Request,
  day: string,
): Refusal | undefined {
  if (mandate.fate !== 'alive') return mandate.fate === 'expired' ? 'expired' : 'revoked';
  if (rotatesTokens && token !== mandate.token) return 'stale-token';
  if (!call.attended && count(mandate.callsOfDay, day) > callsPerDayMax) return 'day-used-up';
  if (call.accountId !== undefined && !accountIdsOf(mandate).includes(call.accountId)) {
    return 'account-gone';
  }
  const from = call.parameters?.from;
  if (historyFrom !== undefined && typeof from === 'string' && from < historyFrom) {
    return 'range-too-long';
  }
  const paid = call.instructionId !== undefined && mandate.payments.includes(call.instructionId);
  return call.operation === 'transfer' && paid ? 'already-paid' : undefined;
}

function hiccupAt({ hiccups }: BankOptions, { consentId, at }: Request): Refusal | undefined {
  return hiccups.find((one) => one.consentId === consentId && one.from <= at && at < one.to)?.says;
}

const AGAINST_THE_CONSENT: readonly (Refusal | 'OK')[] = ['expired', 'revoked', 'not-found'];

function isWrong({ fate }: Mandate, said: Refusal | 'OK'): boolean {
  return fate === 'alive' && AGAINST_THE_CONSENT.includes(said);
}

function letExpire(mandate: Mandate, now: Instant): void {
  const { expiresAt, fate } = mandate;
  if (expiresAt === undefined || expiresAt > now || fate !== 'alive') return;
  mandate.fate = 'expired';
  mandate.endedAt = expiresAt;
}

function pay(mandate: Mandate, { instructionId }: Call): void {
  mandate.payments.push(instructionId ?? 'without instruction');
}

function rotate(mandate: Mandate): string {
  mandate.tokensHandedOut += 1;
  mandate.token = mint();
  return mandate.token;
}

function mint(): string {
  return TOKEN_MARK + randomBytes(TOKEN_BYTES).toString('base64url');
}

function contentOf(mandate: Mandate, { call }: Request): object {
  if (call.operation !== 'accounts') return { transactions: [] };
  return { accounts: accountIdsOf(mandate).map((id) => ({ id, currency: 'EUR' })) };
}

function accountIdsOf({ accountsRenamed }: Mandate): readonly string[] {
  return [`current-${accountsRenamed}`, `savings-${accountsRenamed}`];
}

/** One more; how many that makes. */
function count(counts: Map<string, number>, key: string): number {
  const next = (counts.get(key) ?? 0) + 1;
  counts.set(key, next);
  return next;
}
