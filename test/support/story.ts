/**
 * The test language of the decider: `given(what happened).when(this happens)`, then a look at what
 * became of the consent and what is owed. Times are ISO strings, tokens are plain words.
 */
import { createHash } from 'node:crypto';
import type { Category, Scope } from '../../shared/consent/category.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import { type Decision, decide } from '../../shared/consent/decide.ts';
import type { Effect, RequestCall } from '../../shared/consent/effect.ts';
import type {
  BankCallCompleted,
  ConsentEvent,
  ConsentGranted,
  ConsentReplaced,
  ConsentWithdrawn,
  EndingDecided,
  EndingDecision,
  TimerDue,
  TokenRescued,
} from '../../shared/consent/event.ts';
import type { Call, Finding } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { NoticeBody, NoticeType } from '../../shared/consent/notice.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Bank, Provider } from '../../shared/consent/provider.ts';
import { Secret, type Token } from '../../shared/consent/secret.ts';

export const CONSENT_ID = 'consent-8f3a';
const REF = createHash('sha256').update(CONSENT_ID).digest('base64url').slice(0, 22);

export function at(iso: string): Instant {
  const instant = Date.parse(iso.includes('T') ? iso : iso.replace(' ', 'T'));
  if (Number.isNaN(instant)) throw new Error(`"${iso}" is no time`);
  return instant;
}

export function token(word: string): Token {
  const hash = createHash('sha256').update(word).digest('base64url');
  return { secret: new Secret(word), fingerprint: `sha256:${hash}` };
}

let ids = 0;

function happening(time: string, id?: string, now?: string) {
  ids += 1;
  const name = id ?? `event-${ids}`;
  const key = createHash('sha256').update(name).digest('base64url').slice(0, 16);
  const base = { id: name, key, consentId: CONSENT_ID, ref: REF };
  return { ...base, at: at(time), now: at(now ?? time) };
}

export interface Answer {
  readonly id?: string;
  readonly now?: string;
  readonly provider?: Provider;
  readonly bank?: Bank;
  readonly operation?: string;
  readonly accountId?: string;
  readonly instructionId?: string;
  readonly parameters?: Record<string, unknown>;
  readonly attended?: boolean;
  readonly used?: string;
  readonly token?: string;
  readonly transferToken?: string;
  readonly requestId?: string;
  readonly scope?: Scope;
  readonly retryAfterSeconds?: number;
  readonly accounts?: readonly string[];
}

/** A bank answers a call with `category`. */
export function answer(time: string, category: Category, more: Answer = {}): BankCallCompleted {
  const { accountId, instructionId, parameters, accounts, retryAfterSeconds } = more;
  const call: Call = {
    operation: more.operation ?? 'accounts',
    attended: more.attended ?? false,
    ...(accountId !== undefined && { accountId }),
    ...(instructionId !== undefined && { instructionId }),
    ...(parameters !== undefined && { parameters }),
  };
  const finding: Finding = {
    category,
    scope: more.scope ?? (category.startsWith('CREDENTIAL') ? 'client' : 'consent'),
    row: `code ${category}`,
    ...(more.transferToken !== undefined && { transferToken: new Secret(more.transferToken) }),
    ...(retryAfterSeconds !== undefined && { retry: { afterMs: retryAfterSeconds * 1_000 } }),
    ...(accounts && { accounts: accounts.map((id) => ({ id })) }),
  };
  return {
    ...happening(time, more.id, more.now),
    type: 'BankCallCompleted',
    provider: more.provider ?? 'klarna-consent',
    call,
    finding,
    ...(more.bank && { bank: more.bank }),
    ...(more.used !== undefined && { usedFingerprint: token(more.used).fingerprint }),
    ...(more.requestId !== undefined && { requestId: more.requestId }),
    ...(more.token !== undefined && { token: token(more.token) }),
  };
}

export interface Grant {
  readonly id?: string;
  readonly now?: string;
  readonly provider?: Provider;
  readonly bank?: Bank;
  readonly token?: string;
  readonly validUntil?: string;
  readonly supersedes?: string;
}

export function granted(time: string, more: Grant = {}): ConsentGranted {
  return {
    ...happening(time, more.id, more.now),
    type: 'ConsentGranted',
    provider: more.provider ?? 'klarna-consent',
    ...(more.bank && { bank: more.bank }),
    ...(more.token !== undefined && { token: token(more.token) }),
    ...(more.validUntil !== undefined && { validUntil: at(more.validUntil) }),
    ...(more.supersedes !== undefined && { supersedes: more.supersedes }),
  };
}

export function withdrawn(time: string, by: 'psu' | 'tpp'): ConsentWithdrawn {
  return { ...happening(time), type: 'ConsentWithdrawn', by };
}

export function replaced(time: string, by: string): ConsentReplaced {
  return { ...happening(time), type: 'ConsentReplaced', by };
}

export function endingDecided(time: string, decision: EndingDecision): EndingDecided {
  return { ...happening(time), type: 'EndingDecided', decision };
}

const heldByBrake = new WeakSet<ConsentEvent>();

/** The same event, at a bank of which too many consents are ending. */
export function braked<Event extends ConsentEvent>(event: Event): Event {
  const copy = { ...event };
  heldByBrake.add(copy);
  return copy;
}

export function isBraked(event: ConsentEvent): boolean {
  return heldByBrake.has(event);
}

export function rescued(
  time: string,
  word: string,
  more: Partial<TokenRescued> = {},
): TokenRescued {
  return { ...happening(time), type: 'TokenRescued', token: token(word), ...more };
}

export function timerDue(time: string, generation: number, number: number): TimerDue {
  return { ...happening(time), type: 'TimerDue', generation, number };
}

/** An event, or what is to be made of the consent so far: e.g. the timer it has set. */
export type Step = ConsentEvent | ((consent: Consent) => ConsentEvent);

/** The timer that is set fires, at `time` or at its own. */
export function itsTimer(time?: string): Step {
  return ({ generation, timer }) => {
    if (timer === undefined) throw new Error('no timer is set');
    const due = time ?? new Date(timer.dueAt).toISOString();
    return timerDue(due, generation, timer.number);
  };
}

export interface Outcome {
  readonly decision: Decision;
  readonly consent: Consent;
  readonly effects: readonly Effect[];
  readonly requests: readonly RequestCall[];
  readonly notices: readonly NoticeBody[];
  readonly notes: readonly string[];
  /** Why the last event was ignored. */
  readonly ignored: string | undefined;
  effect<Kind extends Effect['do']>(kind: Kind): Extract<Effect, { do: Kind }> | undefined;
  notice<Type extends NoticeType>(type: Type): Extract<NoticeBody, { type: Type }> | undefined;
}

export function given(...history: readonly Step[]): { when(step: Step): Outcome } {
  return {
    when(step) {
      const before = history.reduce<Consent | undefined>(
        (state, one) => play(state, one)[1],
        undefined,
      );
      const [decision, consent] = play(before, step);
      if (consent === undefined) throw new Error('nothing has happened to the consent');
      return outcomeOf(decision, consent);
    },
  };
}

export function when(step: Step): Outcome {
  return given().when(step);
}

function play(state: Consent | undefined, step: Step): [Decision, Consent | undefined] {
  if (typeof step === 'function' && state === undefined) throw new Error('nothing to go by');
  const event = typeof step === 'function' ? step(state as Consent) : step;
  const decision = decide(state, event, POLICIES, isBraked(event) ? 'hold' : undefined);
  return [decision, decision.outcome === 'advanced' ? decision.next : state];
}

function outcomeOf(decision: Decision, consent: Consent): Outcome {
  const effects = decision.outcome === 'advanced' ? decision.effects : [];
  const notices = effects.flatMap((one) => (one.do === 'PublishNotice' ? [one.notice.body] : []));
  return {
    decision,
    consent,
    effects,
    notices,
    requests: effects.filter((one) => one.do === 'RequestCall'),
    notes: decision.outcome === 'advanced' ? decision.notes : [],
    ignored: decision.outcome === 'ignored' ? decision.reason : undefined,
    effect: (kind) => effects.find((one): one is never => one.do === kind),
    notice: (type) => notices.find((one): one is never => one.type === type),
  };
}
