/**
 * Every list of a consent is bounded, and so is what a message may say: the fullest record that the
 * bounds allow still fits into DynamoDB's item, or its tokens could not be kept any more. Types
 * hold it complete: nothing that may be missing is. An end alone is, for it empties the lists.
 */
import { describe, expect, it } from 'vitest';
import type { Consent, Strike, WaitingCall } from '../../shared/consent/consent.ts';
import { APPLIED_MAX } from '../../shared/consent/decide.ts';
import type {
  HistoryEntry,
  Remember,
  ReplaceConsent,
  RequestCall,
  SetTimer,
  TimerName,
} from '../../shared/consent/effect.ts';
import type { Call } from '../../shared/consent/finding.ts';
import { FORETOLD_MAX } from '../../shared/consent/lease.ts';
import { LEDGER_KEYS_MAX } from '../../shared/consent/ledger.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { ACTIONS } from '../../shared/consent/notice.ts';
import { RACES_MAX } from '../../shared/consent/races.ts';
import { Secret } from '../../shared/consent/secret.ts';
import { ERRORS_PER_STRIKE_MAX, STRIKES_MAX } from '../../shared/consent/strikes.ts';
import { callKey, TRANSFERS_MAX, WAITING_CALLS_MAX } from '../../shared/consent/waiting.ts';
import { TOKEN_BYTES_MAX } from '../../shared/intake/happening.ts';
import { TRANSFER_BYTES_MAX } from '../../shared/intake/read-result.ts';
import { CANCELS_MAX, LINES_OWED_MAX } from '../../shared/lifecycle/outbox.ts';
import {
  CONSENT_ID_BYTES_MAX,
  NAME_BYTES_MAX,
  OPERATION_BYTES_MAX,
  PARAMETERS_BYTES_MAX,
} from '../../shared/messages/wire.ts';
import { OUTBOX_MAX, toItem } from '../../shared/store/consent-item.ts';
import { aPurge } from '../support/a-consent.ts';

/** With all that may be missing. */
type Full<Value> = Value extends Secret
  ? Value
  : Value extends object
    ? { readonly [Field in keyof Value]-?: Full<Value[Field]> }
    : Value;

const NOW = Date.UTC(2026, 10, 22);
const REF = 'r'.repeat(22);
const KEY = 'k'.repeat(16);
const PRINT = 'p'.repeat(11);
const CONSENT_ID = 'c'.repeat(CONSENT_ID_BYTES_MAX);
const NAME = 'n'.repeat(NAME_BYTES_MAX);
const REQUEST_ID = `${REF}.g9999.r99999999`;
const BANK = { id: NAME, timeZone: 'America/Argentina/ComodRivadavia' };
const ROOMY = { ...BANK, unattendedCallsPerDayMax: 1_000 };
/** What a bank says of itself: at most 128 characters, printable. */
const WORD = 'w'.repeat(128);

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function call(index: number): Full<Call> {
  return {
    operation: 'o'.repeat(OPERATION_BYTES_MAX),
    accountId: String(index).padStart(NAME_BYTES_MAX, 'a'),
    instructionId: NAME,
    parameters: { p: 'p'.repeat(PARAMETERS_BYTES_MAX - '{"p":""}'.length) },
    attended: false,
  };
}

function waiting(index: number): Full<WaitingCall> {
  return {
    key: callKey(call(index)),
    call: call(index),
    reason: 'fresh-accounts',
    dueAt: NOW,
    failedAt: NOW,
    step: 6,
    repeated: true,
    refreshed: true,
    awaitsAccounts: false,
    attempts: 99,
    sendings: 4,
    request: { id: REQUEST_ID, sentAt: NOW },
    notAfter: NOW,
  };
}

function strike(index: number): Full<Strike> {
  const error = { at: NOW, category: 'CONSENT.NOT_AUTHORISED', used: PRINT } as const;
  return {
    at: NOW,
    category: 'CONSENT.NOT_AUTHORISED',
    errors: times(ERRORS_PER_STRIKE_MAX, () => error),
    call: call(index),
    fresh: false,
    reprieved: false,
  };
}

const FULLEST: Full<Omit<Consent, 'end'>> = {
  consentId: CONSENT_ID,
  ref: REF,
  status: 'suspect',
  version: 9_999,
  generation: 9_999,
  provider: 'klarna-consent',
  bank: ROOMY,
  grantedAt: NOW,
  grantKey: KEY,
  validUntil: NOW,
  validUntilTold: true,
  expiringAt: NOW,
  supersedes: CONSENT_ID,
  token: {
    secret: new Secret('t'.repeat(TOKEN_BYTES_MAX)),
    fingerprint: `sha256:${'f'.repeat(43)}`,
    receivedAt: NOW,
    renewed: true,
  },
  lineage: times(LINEAGE_MAX, () => ({ print: PRINT, generation: 9_999, wiped: true })),
  evidenceAt: NOW,
  strangerAt: NOW,
  lastSuccessAt: NOW,
  failingSince: NOW,
  strikes: times(STRIKES_MAX, strike),
  held: { since: NOW, until: NOW },
  confirming: waiting(99),
  calls: times(WAITING_CALLS_MAX, waiting),
  races: times(RACES_MAX, (n) => ({ key: callKey(call(n)), lost: 3 })),
  limit: { since: NOW, until: NOW, waits: 7 },
  ledger: {
    dayStart: NOW,
    counts: Object.fromEntries(
      times(LEDGER_KEYS_MAX, (n) => {
        const { operation, accountId } = call(n);
        return [`${operation}|${accountId}`, 4];
      }),
    ),
    purges: 2,
  },
  lease: { resultKey: KEY, until: NOW, requestId: REQUEST_ID },
  foretold: times(FORETOLD_MAX, () => ({
    key: KEY,
    fresh: false,
    lostRace: false,
    requestId: REQUEST_ID,
  })),
  transfers: times(TRANSFERS_MAX, () => ({
    instructionId: NAME,
    firstAttemptAt: NOW,
    token: new Secret('t'.repeat(TRANSFER_BYTES_MAX)),
    tokenAt: NOW,
  })),
  accountsRefused: 2,
  relinkFrom: NOW,
  timer: { number: 99, dueAt: NOW },
  timersSet: 99,
  requestsMade: 99,
  actions: ACTIONS,
  applied: times(APPLIED_MAX, () => KEY),
  remembered: 9_999,
};

function requested(index: number): Full<RequestCall> {
  return {
    do: 'RequestCall',
    key: `request:${callKey(call(index))}`,
    id: REQUEST_ID,
    provider: 'klarna-consent',
    bank: ROOMY,
    call: call(index),
    generation: 9_999,
    reason: 'fresh-accounts',
    attempt: 99,
    at: NOW,
    notAfter: NOW,
  };
}

/** All waiting calls are found unanswered by one look at the dates, and are sent again. */
const ENTRY: Full<HistoryEntry> = {
  version: 9_999,
  at: NOW,
  event: 'BankCallCompleted',
  eventId: NAME,
  from: 'terminatedByTpp',
  to: 'terminatedByTpp',
  generation: 9_999,
  operation: 'o'.repeat(OPERATION_BYTES_MAX),
  category: 'NOT_SUPPORTED.AUTHENTICATION_METHOD.ON_MOBILE_DEVICE',
  row: `unknown code ${'c'.repeat(64)}`,
  // No dialect looks for more.
  correlation: { 'X-CorrelationId': WORD, TransactionId: WORD, TransactionTime: WORD },
  details: times(8, () => ({ code: WORD, location: WORD })),
  notes: times(WAITING_CALLS_MAX + 8, () => 'unanswered'),
  effects: times(WAITING_CALLS_MAX + 8, () => 'RequestCall'),
  heard: {
    lag: NOW,
    call: 'c'.repeat(7),
    attended: true,
    requested: true,
    used: PRINT,
    brought: PRINT,
    foretold: { fresh: false, lostRace: false },
    retryAt: NOW,
    validUntil: NOW,
  },
  met: {
    successAt: NOW,
    held: PRINT,
    heldSince: NOW,
    knew: times(2, () => ({ print: PRINT, generation: 9_999, wiped: true })),
  },
  owed: { timerAt: NOW, request: 99, notices: times(6, () => `9999.action-required.${WORD}`) },
};

function remembered(number: number): Full<Remember> {
  return { do: 'Remember', key: `remember:${number}`, number, entry: ENTRY };
}

function timer(number: number): TimerName {
  return { ref: REF, generation: 9_999, number };
}

const TIMER: Full<SetTimer> = {
  do: 'SetTimer',
  key: 'timer',
  name: timer(99),
  dueAt: NOW,
  cancels: times(CANCELS_MAX, timer),
};

/** The longest of what else can be owed, and no two of one key: a notice names one consent only. */
function replaced(index: number): Full<ReplaceConsent> {
  const consentId = String(index).padStart(CONSENT_ID_BYTES_MAX, 'c');
  return {
    do: 'ReplaceConsent',
    key: `replace:${consentId}`,
    id: `${REF}.g9999.replaces.${KEY}`,
    consentId,
    by: CONSENT_ID,
    at: NOW,
    bankId: NAME,
  };
}

describe('the fullest consent', () => {
  it('fits into an item, with all that can be owed for it', () => {
    const keyed = [
      ...times(WAITING_CALLS_MAX + 1, requested),
      ...times(LINES_OWED_MAX, remembered),
      TIMER,
      aPurge(NOW),
    ];
    const outbox = [...keyed, ...times(OUTBOX_MAX - keyed.length, replaced)];

    expect(() => toItem({ consent: FULLEST, outbox, now: NOW }, 'revision')).not.toThrow();
  });
});
