/**
 * Every list of a consent is bounded, and so is what a message may say: the fullest record that the
 * bounds allow still fits into DynamoDB's item, or its tokens could not be kept any more.
 */
import { describe, expect, it } from 'vitest';
import type { Consent, WaitingCall } from '../../shared/consent/consent.ts';
import type { Effect } from '../../shared/consent/effect.ts';
import type { Call } from '../../shared/consent/finding.ts';
import { FORETOLD_MAX } from '../../shared/consent/lease.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { Secret } from '../../shared/consent/secret.ts';
import { callKey, TRANSFERS_MAX, WAITING_CALLS_MAX } from '../../shared/consent/waiting.ts';
import { PARAMETERS_BYTES_MAX } from '../../shared/messages/wire.ts';
import { toItem } from '../../shared/store/consent-item.ts';
import { aConsent } from '../support/a-consent.ts';

const NOW = Date.UTC(2026, 10, 22);
const LATEST = { secret: new Secret('t'.repeat(32_768)), fingerprint: `sha256:${'f'.repeat(43)}` };
const BANK = { id: 'b'.repeat(256), timeZone: 'America/Argentina/ComodRivadavia' };

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function call(index: number): Call {
  return {
    operation: 'o'.repeat(64),
    accountId: String(index).padStart(256, 'a'),
    instructionId: 'i'.repeat(256),
    parameters: { page: 'p'.repeat(PARAMETERS_BYTES_MAX - 16) },
    attended: false,
  };
}

function waiting(index: number): WaitingCall {
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
    request: { id: 'r'.repeat(40), sentAt: NOW },
  };
}

const FULLEST: Consent = aConsent({
  consentId: 'c'.repeat(1_000),
  bank: BANK,
  supersedes: 's'.repeat(1_000),
  token: { ...LATEST, receivedAt: NOW, renewed: true },
  lineage: times(LINEAGE_MAX, (n) => ({ print: String(n).padStart(11), generation: 9 })),
  strikes: times(8, (n) => ({
    at: NOW,
    category: 'CONSENT.NOT_AUTHORISED' as const,
    errors: times(8, () => ({ at: NOW, category: 'CONSENT.NOT_AUTHORISED' as const })),
    call: call(n),
    fresh: false,
    reprieved: false,
  })),
  held: { since: NOW, until: NOW },
  confirming: waiting(99),
  calls: times(WAITING_CALLS_MAX, waiting),
  races: times(32, (n) => ({ key: callKey(call(n)), lost: 3 })),
  transfers: times(TRANSFERS_MAX, (n) => ({
    instructionId: String(n).padStart(256, 'i'),
    firstAttemptAt: NOW,
    token: new Secret('t'.repeat(4_096)),
    tokenAt: NOW,
  })),
  ledger: {
    dayStart: NOW,
    counts: Object.fromEntries(times(128, (n) => [String(n).padStart(64 + 1 + 256, 'a'), 4])),
    purges: 2,
  },
  lease: { resultKey: 'k'.repeat(16), until: NOW, requestId: 'r'.repeat(60) },
  foretold: times(FORETOLD_MAX, (n) => ({
    key: String(n).padStart(16, 'k'),
    fresh: false,
    lostRace: false,
    requestId: 'r'.repeat(60),
  })),
  applied: times(32, (n) => String(n).padStart(16, 'k')),
});

function requested(index: number): Effect {
  return {
    do: 'RequestCall',
    key: `request:${callKey(call(index))}`,
    id: 'r'.repeat(40),
    provider: 'klarna-consent',
    bank: BANK,
    call: call(index),
    generation: 9,
    reason: 'fresh-accounts',
    attempt: 1,
    at: NOW,
    notAfter: NOW,
  };
}

function remembered(number: number): Effect {
  const detail = { code: 'c'.repeat(128), location: 'l'.repeat(128) };
  const entry = {
    version: 99,
    at: NOW,
    event: 'BankCallCompleted',
    eventId: 'e'.repeat(256),
    to: 'suspect',
    generation: 9,
    correlation: Object.fromEntries(times(8, (n) => [`id-${n}`, 'x'.repeat(128)])),
    details: times(8, () => detail),
    notes: times(8, () => 'n'.repeat(32)),
    effects: times(40, () => 'RequestCall'),
    heard: { lag: NOW, call: 'c'.repeat(16), used: 'u'.repeat(11), brought: 'b'.repeat(11) },
    met: { successAt: NOW, held: 'h'.repeat(11), heldSince: NOW },
    owed: { timerAt: NOW, request: 99, notices: times(6, () => 'n'.repeat(60)) },
  };
  return { do: 'Remember', key: `remember:${number}`, number, entry };
}

function announced(number: number): Effect {
  const errors = times(64, () => ({ at: NOW, category: 'CONSENT.NOT_AUTHORISED' as const }));
  const body = {
    type: 'reconsent.required',
    reason: 'CONSENT',
    confirmedAt: NOW,
    errors: number === 0 ? errors : [],
  } as const;
  const notice = { id: 'n'.repeat(60), consentId: 'c'.repeat(1_000), at: NOW, body };
  return {
    do: 'PublishNotice',
    key: `notice:${number}`,
    notice: { ...notice, provider: 'klarna-consent', bankId: BANK.id, generation: 9, sequence: 9 },
  };
}

describe('the fullest consent', () => {
  it('fits into an item, with all that can be owed for it', () => {
    const outbox = [...times(32, requested), ...times(8, remembered), ...times(6, announced)];

    expect(() => toItem({ consent: FULLEST, outbox, now: NOW }, 'revision')).not.toThrow();
  });
});
