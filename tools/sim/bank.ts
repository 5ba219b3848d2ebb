/**
 * A bank with a truth of its own: who has consented, which token is the current one, how many calls
 * the day still has room for. It words its answers as its document does. Sometimes it lies, and
 * keeps a record of it, for by that record the worker is judged.
 */
import { bankDayOf, nextMonthOf } from '../../shared/consent/bank-day.ts';
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import { hash32 } from '../../shared/consent/hash32.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../shared/consent/instant.ts';
import type { Provider } from '../../shared/consent/provider.ts';
import { LANGUAGES, type Refusal } from '../demo/languages.ts';
import { TOKEN_MARK } from './world.ts';

export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export interface Lie extends Span {
  readonly says: 'expired' | 'revoked';
}

export interface Mandate {
  readonly consentId: string;
  alive: boolean;
  endsAs: 'expired' | 'revoked';
  validUntil?: Instant;
  /** Number of the current token; 0 before the first. */
  token: number;
  /** Number of the last one that no caller has heard of; 0 if none was lost. */
  lostToken: number;
  renamed: number;
  lie?: Lie;
  readonly calls: Map<string, readonly Instant[]>;
  readonly answers: Answered[];
}

export type Said = Refusal | 'OK' | 'out';

/** What was answered, and why: `used` and `current` number the tokens. */
export interface Answered {
  readonly at: Instant;
  readonly said: Said;
  readonly why: 'truth' | 'lie' | 'stale';
  readonly used: number;
  readonly current: number;
  readonly call: Call;
}

export interface BankTraits {
  readonly id: string;
  readonly provider: Provider;
  readonly timeZone: string;
  readonly callsPerDayMax: number;
  /** Counts the last 24 hours and not the day. */
  readonly rolling: boolean;
  readonly rotates: boolean;
}

export interface Answer {
  readonly response: RawResponse | null;
  /** The number of the token that came with it; 0 if none did. */
  readonly token: number;
}

export function tokenText(consentId: string, number: number): string {
  return `${TOKEN_MARK}${consentId}.${number}`;
}

/** The number of a token; 0 for none. */
export function tokenNumber(text: string | undefined): number {
  return text === undefined ? 0 : Number(text.slice(text.lastIndexOf('.') + 1));
}

export class Bank {
  readonly traits: BankTraits;
  /** When it serves nobody. */
  outage: (Span & { readonly status: number | 'silent' }) | undefined;
  /** When it says to nearly all its consents that they have expired. */
  trouble: Span | undefined;
  readonly #mandates = new Map<string, Mandate>();
  readonly #payments = new Map<string, readonly Instant[]>();
  #quotaUsedUpUntil: Instant = 0;
  #answered = 0;

  constructor(traits: BankTraits) {
    this.traits = traits;
  }

  /** KeyBank has no word for the end of a consent: only a date or its owner can end one. */
  get tellsEnds(): boolean {
    return this.traits.provider !== 'keybank';
  }

  /** A PSU has consented, perhaps once more. */
  consent(consentId: string, validUntil?: Instant): Mandate {
    const known = this.#mandates.get(consentId);
    const mandate: Mandate = {
      consentId,
      alive: true,
      endsAs: 'revoked',
      token: this.traits.rotates ? (known?.token ?? 0) + 1 : 0,
      lostToken: 0,
      renamed: known?.renamed ?? 0,
      calls: known?.calls ?? new Map(),
      answers: known?.answers ?? [],
      ...(validUntil !== undefined && { validUntil }),
    };
    this.#mandates.set(consentId, mandate);
    return mandate;
  }

  /** Throws for a consent that was never given. */
  mandate(consentId: string, now: Instant): Mandate {
    const mandate = this.#mandates.get(consentId);
    if (mandate === undefined) throw new Error(`${this.traits.id} knows no ${consentId}`);
    if (mandate.alive && mandate.validUntil !== undefined && mandate.validUntil <= now) {
      mandate.alive = false;
      mandate.endsAs = 'expired';
    }
    return mandate;
  }

  /** Its client has made all the calls of the month, for whichever consent. */
  useUpQuota(at: Instant): void {
    this.#quotaUsedUpUntil = nextMonthOf(at);
  }

  /** No more outages, troubles and quotas. */
  calmDown(at: Instant): void {
    this.outage = undefined;
    if (this.trouble !== undefined && at < this.trouble.to)
      this.trouble = { ...this.trouble, to: at };
    this.#quotaUsedUpUntil = 0;
  }

  /** How often the payment was made. */
  timesPaid(instructionId: string): number {
    return this.#payments.get(instructionId)?.length ?? 0;
  }

  answer(consentId: string, call: Call, used: number, at: Instant): Answer {
    const mandate = this.mandate(consentId, at);
    this.#answered += 1;
    const { outage } = this;
    const given = { at, used, current: mandate.token, call };
    if (outage !== undefined && outage.from <= at && at < outage.to) {
      mandate.answers.push({ ...given, said: 'out', why: 'truth' });
      const { status } = outage;
      // Whoever has no answer does not know whether the payment was made.
      if (mandate.alive && (status === 'silent' || status === 504)) this.#pay(call, at);
      if (status === 'silent') return { response: null, token: 0 };
      return { response: { status, headers: {}, body: '' }, token: 0 };
    }
    const [said, why] = this.#judge(mandate, call, used, at);
    mandate.answers.push({ ...given, said, why });
    const language = LANGUAGES[this.traits.provider];
    if (said !== 'OK') return { response: this.#refuse(said), token: 0 };

    if (this.traits.rotates) mandate.token += 1;
    const token = mandate.token === 0 ? undefined : tokenText(consentId, mandate.token);
    const content =
      call.operation === 'accounts' ? { accounts: [{ id: accountOf(mandate) }] } : { items: [] };
    return { response: language.success(content, this.#answered, token), token: mandate.token };
  }

  #judge(mandate: Mandate, call: Call, used: number, at: Instant): [Refusal | 'OK', Why] {
    const lies = [this.#troubleOf(mandate.consentId), mandate.lie];
    const lie = lies.find((one) => one !== undefined && one.from <= at && at < one.to);
    const { rotates, provider } = this.traits;
    if (at < this.#quotaUsedUpUntil) return ['quota-used-up', 'truth'];
    if (!mandate.alive) return [mandate.endsAs, 'truth'];
    if (lie !== undefined) return [lie.says, 'lie'];
    if (rotates && used !== mandate.token) return ['stale-token', 'stale'];
    if (provider.startsWith('klarna')) {
      if (this.#isUsedUp(mandate, call, at)) return ['day-used-up', 'truth'];
      if (call.accountId !== undefined && call.accountId !== accountOf(mandate)) {
        return ['account-gone', 'truth'];
      }
    }
    return [this.#pay(call, at) ? 'OK' : 'already-paid', 'truth'];
  }

  /** Some are always spared. */
  #troubleOf(consentId: string): Lie | undefined {
    const { trouble } = this;
    const isSpared = hash32(consentId, trouble?.from) % SPARED_ONE_IN === 0;
    return isSpared || trouble === undefined ? undefined : { ...trouble, says: 'expired' };
  }

  /** Whether there was nothing to pay, or it was paid: not where the bank knows the instruction. */
  #pay({ operation, instructionId }: Call, at: Instant): boolean {
    if (operation !== 'transfer' || instructionId === undefined) return true;
    const paid = this.#payments.get(instructionId) ?? [];
    const isKnown = paid.some((one) => at - one < INSTRUCTION_KNOWN_MS);
    if (this.traits.provider === 'hamsterbank' && isKnown) return false;
    this.#payments.set(instructionId, [...paid, at]);
    return true;
  }

  #isUsedUp({ calls }: Mandate, { operation, attended }: Call, at: Instant): boolean {
    if (attended) return false;
    const { rolling, timeZone, callsPerDayMax } = this.traits;
    const since = rolling ? at - DAY : bankDayOf(at, timeZone).start;
    const counted = (calls.get(operation) ?? []).filter((one) => one > since);
    calls.set(operation, [...counted, at]);
    return counted.length >= callsPerDayMax;
  }

  /** Where its document has no word for it, a status has to do. */
  #refuse(said: Refusal): RawResponse {
    if (this.traits.provider === 'keybank') return { status: 403, headers: {}, body: '' };
    return LANGUAGES[this.traits.provider].refuse(said, this.#answered, undefined);
  }
}

/** The hour that a payment may be repeated in, and what a clock may be ahead. (rules 9, 15) */
const INSTRUCTION_KNOWN_MS = HOUR + 5 * MINUTE;

const SPARED_ONE_IN = 10;

type Why = Answered['why'];

export function accountOf({ consentId, renamed }: Mandate): string {
  return `${consentId}-account-${renamed}`;
}

/** How long a lie lasts: seldom so long that the same call hears it again a day later. */
export const LIE_LENGTHS_MS: readonly number[] = [0.2, 1, 3, 26].map((hours) => hours * HOUR);

/** How long a trouble lasts: in the longest ones it confirms what it has said. */
export const TROUBLE_LENGTHS_MS: readonly number[] = [4, 30, 60].map((hours) => hours * HOUR);
