/**
 * What is done about each category, as data: one row per category, found by its longest prefix.
 * A provider may have rows and values of its own. A value's name says its unit.
 */
import { type Category, longestPrefix } from './category.ts';
import { PROVIDERS, type Provider } from './provider.ts';

export type Reaction =
  | { readonly do: 'prove-alive' }
  | { readonly do: 'strike' }
  | { readonly do: 'await-next-day' }
  | { readonly do: 'refetch-accounts' }
  | { readonly do: 'await-authorisation' }
  | Ladder
  | { readonly do: 'await-next-month'; readonly spreadHours: number }
  | { readonly do: 'refresh-access-token' }
  /** `ask`: an `action-required` notice when it is given up. */
  | { readonly do: 'repeat-once'; readonly afterHours: number; readonly ask: boolean }
  | { readonly do: 'give-up'; readonly ask: boolean };

export interface Ladder {
  readonly do: 'climb-ladder';
  readonly minutes: readonly number[];
  /** Whether the last step is repeated at the top; else it gives up there. */
  readonly endless: boolean;
}

/** How many strikes end a consent, by the newest strike's category, and over how long. */
export interface Finality {
  readonly strikes: number;
  readonly spanDays: number;
}

export interface Policy {
  readonly reactions: Readonly<Partial<Record<Category, Reaction>>>;
  readonly finality: Readonly<Record<'CONSENT.EXPIRED' | 'CONSENT.REVOKED' | 'CONSENT', Finality>>;
  readonly strikeWindowMinutes: number;
  readonly confirmAfterMinutes: number;
  readonly freshTokenReprievesMax: number;
  readonly lostRacesMax: number;
  readonly resumeAfterMinutes: number;
  readonly retryAfterMaxHours: number;
  readonly quotaWaitMaxDays: number;
  readonly daySpreadMinutes: number;
  readonly rollingWaitHours: number;
  readonly limitWaitsMax: number;
  readonly unansweredAfterHours: number;
  readonly sendingsMax: number;
  readonly confirmSendingsAsk: number;
  readonly requestLifeHours: number;
  readonly lateSendingMinutes: number;
  readonly noSuccessDays: number;
  readonly purgesPerDayMax: number;
  readonly accountsRefusedMax: number;
  readonly expiringNoticeDays: number;
  readonly expiringLifetimeDays: number;
  readonly paymentLifeHours: number;
  readonly earlySeconds: number;
  readonly brakeEndingsMin: number;
  readonly brakeSharePercent: number;
  readonly brakeWindowMinutes: number;
  readonly brakeActiveDays: number;
  readonly brakeHoldHours: number;
  /** Requests of our own per operation, account and bank day, when the bank states none. */
  readonly unattendedCallsPerDayMax?: number;
  readonly rotatesTokens: boolean;
  readonly idempotentPayments: boolean;
}

const LADDER = {
  do: 'climb-ladder',
  minutes: [30, 60, 120, 240, 480, 960],
  endless: false,
} as const satisfies Ladder;

const GIVE_UP = { do: 'give-up', ask: false } as const satisfies Reaction;
const STRIKE = { do: 'strike' } as const satisfies Reaction;
const ASK_NEXT_DAY = { do: 'repeat-once', afterHours: 24, ask: true } as const satisfies Reaction;
const REPEAT_NEXT_DAY = {
  do: 'repeat-once',
  afterHours: 24,
  ask: false,
} as const satisfies Reaction;

const DEFAULT: Policy = {
  reactions: {
    OK: { do: 'prove-alive' },
    'CONSENT.EXPIRED': STRIKE,
    'CONSENT.REVOKED': STRIKE,
    CONSENT: STRIKE,
    'CONSENT.LIMIT_EXCEEDED': { do: 'await-next-day' },
    'CONSENT.RESOURCE_NOT_GRANTED': { do: 'refetch-accounts' },
    'CONSENT.NOT_AUTHORISED': { do: 'await-authorisation' },
    'CONSENT.PERMISSION_DENIED': { do: 'give-up', ask: true },
    BANK: LADDER,
    'BANK.TRANSFER_DENIED': GIVE_UP,
    TECHNICAL: LADDER,
    MAINTENANCE: LADDER,
    NO_RESPONSE: LADDER,
    UNKNOWN: LADDER,
    RATE_LIMIT: LADDER,
    'RATE_LIMIT.CLIENT_QUOTA': { do: 'await-next-month', spreadHours: 6 },
    'CREDENTIAL.ACCESS_TOKEN': { do: 'refresh-access-token' },
    CREDENTIAL: { ...LADDER, endless: true },
    'USER.ACCESS_DENIED': ASK_NEXT_DAY,
    'USER.CONFIGURATION': ASK_NEXT_DAY,
    USER: REPEAT_NEXT_DAY,
    'USER.SESSION': GIVE_UP,
    'USER.SESSION.DUPLICATE': REPEAT_NEXT_DAY,
    'USER.ABORTED': GIVE_UP,
    'USER.TRANSFER_DENIED': GIVE_UP,
    NOT_SUPPORTED: REPEAT_NEXT_DAY,
    'NOT_SUPPORTED.*': GIVE_UP,
    'NOT_SUPPORTED.SEVERAL_ACCESSORS': GIVE_UP,
    'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE': GIVE_UP,
    'NOT_SUPPORTED.BUSINESS_ACCOUNT': GIVE_UP,
    'NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE': GIVE_UP,
    'NOT_SUPPORTED.AUTHENTICATION_METHOD': GIVE_UP,
    REQUEST: GIVE_UP,
  },
  finality: {
    'CONSENT.EXPIRED': { strikes: 2, spanDays: 0 },
    'CONSENT.REVOKED': { strikes: 2, spanDays: 0 },
    CONSENT: { strikes: 3, spanDays: 2 },
  },
  strikeWindowMinutes: 30,
  confirmAfterMinutes: 24 * 60 + 20,
  freshTokenReprievesMax: 2,
  lostRacesMax: 3,
  resumeAfterMinutes: 10,
  retryAfterMaxHours: 24,
  quotaWaitMaxDays: 62,
  daySpreadMinutes: 15,
  rollingWaitHours: 24,
  limitWaitsMax: 7,
  unansweredAfterHours: 24,
  sendingsMax: 4,
  confirmSendingsAsk: 3,
  requestLifeHours: 20,
  lateSendingMinutes: 60,
  noSuccessDays: 7,
  purgesPerDayMax: 2,
  accountsRefusedMax: 2,
  expiringNoticeDays: 7,
  expiringLifetimeDays: 14,
  paymentLifeHours: 1,
  earlySeconds: 60,
  brakeEndingsMin: 20,
  brakeSharePercent: 5,
  brakeWindowMinutes: 60,
  brakeActiveDays: 7,
  brakeHoldHours: 72,
  rotatesTokens: false,
  idempotentPayments: false,
};

type Override = Partial<Policy>;

/** Four calls a day: what 000 calls typical. */
const OVERRIDES: Readonly<Record<Provider, Override>> = {
  'klarna-consent': { rotatesTokens: true, unattendedCallsPerDayMax: 4 },
  'klarna-xs2a': { unattendedCallsPerDayMax: 4 },
  keybank: {},
  /** 003 "Retry Logic": no 4xx but 429 is repeated, 500 is tried three times in all. */
  hamsterbank: {
    idempotentPayments: true,
    finality: {
      'CONSENT.EXPIRED': { strikes: 1, spanDays: 0 },
      'CONSENT.REVOKED': { strikes: 1, spanDays: 0 },
      CONSENT: { strikes: 2, spanDays: 0 },
    },
    reactions: {
      TECHNICAL: { ...LADDER, minutes: [30, 60] },
      'USER.ACCESS_DENIED.BLOCKED': { do: 'give-up', ask: true },
    },
  },
};

function policyOf(provider: Provider): Policy {
  const { reactions, ...rest } = OVERRIDES[provider];
  return { ...DEFAULT, ...rest, reactions: { ...DEFAULT.reactions, ...reactions } };
}

export type Policies = Readonly<Record<Provider, Policy>>;

export const POLICIES: Policies = Object.fromEntries(
  PROVIDERS.map((provider) => [provider, policyOf(provider)]),
) as Record<Provider, Policy>;

const UNREADABLE: Reaction = LADDER;

/** The row for a category. Each has one, as test/consent/policy.test.ts proves. */
export function reactionTo(policy: Policy, category: Category): Reaction {
  return longestPrefix(policy.reactions, category) ?? UNREADABLE;
}
