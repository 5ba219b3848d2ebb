/**
 * The decider is total: whatever is stored and whatever happens, sensible or not, it decides, and
 * what it makes of a consent can be stored and read again. What intake lets nobody send is left
 * out: a zone that the runtime does not know, a time that no date can have.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import {
  type BankCallCompleted,
  type ConsentEvent,
  type ConsentGranted,
  type ConsentReplaced,
  type ConsentWithdrawn,
  ENDING_DECISIONS,
  type EndingDecided,
  type TimerDue,
  type TokenRescued,
} from '../../shared/consent/event.ts';
import type { Account, ErrorDetail, Finding, RetryHint } from '../../shared/consent/finding.ts';
import { DAY } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Bank } from '../../shared/consent/provider.ts';
import { Secret, type Token } from '../../shared/consent/secret.ts';
import { callKey } from '../../shared/consent/waiting.ts';
import { fromItem, toItem } from '../../shared/store/consent-item.ts';
import { arbitrary, category, count, list, provider, secret, text } from '../support/arbitrary.ts';
import { arbitraryConsent } from '../support/arbitrary-consent.ts';
import { call, words } from '../support/arbitrary-effect.ts';
import { revealed } from '../support/revealed.ts';
import { at } from '../support/story.ts';

const RUNS = { numRuns: 500 };
const FROM = at('2026-11-22T08:00Z');

const instant = fc.oneof(
  fc.integer({ min: FROM - 3 * DAY, max: FROM + 3 * DAY }),
  fc.integer({ min: at('0001-01-01T00:00Z'), max: at('9999-12-31T00:00Z') }),
);
const zone = fc.constantFrom('Europe/Berlin', 'America/Havana', 'Pacific/Apia', 'UTC');
const bank = arbitrary<Bank>(
  { id: text, timeZone: zone, unattendedCallsPerDayMax: fc.nat({ max: 5 }) },
  'id',
  'timeZone',
  'unattendedCallsPerDayMax',
);
const token = arbitrary<Token>({ secret, fingerprint: text });
const retry: fc.Arbitrary<RetryHint> = fc.oneof(
  fc.record({ afterMs: fc.nat() }),
  fc.record({ at: instant }),
);
const finding = arbitrary<Finding>(
  {
    category,
    scope: fc.constantFrom('consent', 'account', 'call', 'bank', 'provider', 'client', 'user'),
    row: text,
    consentToken: secret,
    transferToken: secret,
    retry,
    accounts: list(
      arbitrary<Account>({ id: text, iban: text, currency: text, reference: text }, 'iban'),
    ),
    correlation: words,
    details: list(arbitrary<ErrorDetail>({ code: text, location: text }, 'code', 'location')),
  },
  'consentToken',
  'transferToken',
  'retry',
  'accounts',
  'correlation',
  'details',
);
const happening = {
  id: text,
  key: text,
  consentId: text,
  ref: text,
  at: instant,
  now: instant,
  clockAhead: fc.boolean(),
};

const event: fc.Arbitrary<ConsentEvent> = fc.oneof(
  arbitrary<BankCallCompleted>(
    {
      ...happening,
      type: fc.constant('BankCallCompleted'),
      provider,
      bank,
      call,
      usedFingerprint: text,
      requestId: text,
      finding,
      token,
    },
    'clockAhead',
    'bank',
    'usedFingerprint',
    'requestId',
    'token',
  ),
  arbitrary<ConsentGranted>(
    {
      ...happening,
      type: fc.constant('ConsentGranted'),
      provider,
      bank,
      token,
      validUntil: instant,
      supersedes: text,
    },
    'clockAhead',
    'bank',
    'token',
    'validUntil',
    'supersedes',
  ),
  arbitrary<ConsentWithdrawn>(
    { ...happening, type: fc.constant('ConsentWithdrawn'), by: fc.constantFrom('psu', 'tpp') },
    'clockAhead',
  ),
  arbitrary<ConsentReplaced>(
    { ...happening, type: fc.constant('ConsentReplaced'), by: text },
    'clockAhead',
  ),
  arbitrary<EndingDecided>(
    {
      ...happening,
      type: fc.constant('EndingDecided'),
      decision: fc.constantFrom(...ENDING_DECISIONS),
    },
    'clockAhead',
  ),
  arbitrary<TokenRescued>(
    { ...happening, type: fc.constant('TokenRescued'), provider, usedFingerprint: text, token },
    'clockAhead',
    'provider',
    'usedFingerprint',
  ),
  arbitrary<TimerDue>(
    { ...happening, type: fc.constant('TimerDue'), generation: count, number: count },
    'clockAhead',
  ),
);

/** A consent whose times are near those of the events, and half of the time one that lives. */
const state = fc
  .record({ any: arbitraryConsent, known: bank, lives: fc.boolean() })
  .map(({ any, known, lives }): Consent => {
    const { end, ...rest } = nearby(any);
    const calls = rest.calls.map((held) => ({ ...held, key: callKey(held.call) }));
    return { ...rest, ...(!lives && end && { end }), calls, bank: known };
  });

function nearby<Value>(value: Value): Value;
function nearby(value: unknown): unknown {
  if (typeof value === 'number' && value > DAY) return FROM - 3 * DAY + (value % (6 * DAY));
  if (Array.isArray(value)) return value.map(nearby);
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, nearby(held)]));
}

/** What happens, half of the time to what the consent itself knows of. */
const met = fc.tuple(state, event, fc.boolean()).map(([consent, one, known]) => {
  const { timer, generation, token: held, calls } = consent;
  const isTimer = known && one.type === 'TimerDue' && timer !== undefined;
  const isAnswer = known && one.type === 'BankCallCompleted';
  const waiting = calls[0];
  return {
    consent,
    event: {
      ...one,
      ...(isTimer && { generation, number: timer.number }),
      ...(isAnswer && held && { usedFingerprint: held.fingerprint }),
      ...(isAnswer && waiting && { call: waiting.call }),
      ...(isAnswer && waiting?.request && { requestId: waiting.request.id }),
    },
  };
});

describe('whatever is stored and whatever happens', () => {
  it('there is a decision, and its consent can be stored and read again', () => {
    const outcomes = new Set<string>();

    fc.assert(
      fc.property(met, fc.constantFrom(undefined, 'hold'), ({ consent, event: one }, brake) => {
        const decision = decide(consent, one, POLICIES, brake);

        outcomes.add(`${one.type} ${decision.outcome}`);
        if (decision.outcome === 'ignored') return;
        const { next, effects } = decision;
        const item = toItem({ consent: next, outbox: effects, now: one.now }, 'r1');
        const held = { consent: next, outbox: effects, revision: 'r1' };
        expect(revealed(fromItem(item))).toEqual(revealed(held));
      }),
      RUNS,
    );

    // Seven kinds of events, each of which has been applied and been ignored.
    expect(outcomes.size).toBe(14);
  });

  it('there is a decision on a consent never seen', () => {
    fc.assert(
      fc.property(event, (one) => {
        const decision = decide(undefined, one, POLICIES);

        expect(decision.outcome === 'ignored' || decision.next.version === 1).toBe(true);
      }),
    );
  });
});
