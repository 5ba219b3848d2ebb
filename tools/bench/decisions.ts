/**
 * The decisions that a worker makes most, on a consent in the middle of its life: with a full token
 * lineage, a full list of known events and a day's ledger.
 */
import type { Category } from '../../shared/consent/category.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { BankCallCompleted } from '../../shared/consent/event.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { Secret } from '../../shared/consent/secret.ts';
import { fingerprintOf, keyOf, refOf } from '../../shared/intake/names.ts';

const START = Date.UTC(2026, 10, 22, 8);
const OPERATIONS = ['accounts', 'balances', 'transactions'] as const;
const LIFE = 60;
const EVENTS = 512;
/** So many at a time that the measuring does not count. */
export const DECISIONS_PER_RUN = 100;

export interface Measured {
  readonly name: string;
  readonly run: () => void;
}

export function decisions(): readonly Measured[] {
  const consent = inMidLife();
  const after = (category: Category, rotates = true) =>
    Array.from({ length: EVENTS }, (_, index) => answer(LIFE + 1 + index, category, rotates));
  const [applied] = [answer(LIFE, 'OK')];
  return [
    measured('success that rotates the token', consent, after('OK')),
    measured('success without a token', consent, after('OK', false)),
    measured('first strike', consent, after('CONSENT.EXPIRED')),
    measured('first step of the ladder', consent, after('BANK.TECHNICAL')),
    measured('a day that is used up', consent, after('CONSENT.LIMIT_EXCEEDED')),
    measured('duplicate', consent, [applied]),
    measured('mix: 90 success, 5 ladder, 3 duplicate, 2 strike', consent, [
      ...after('OK').slice(0, 90),
      ...after('BANK.TECHNICAL').slice(0, 5),
      ...Array.from({ length: 3 }, () => applied),
      ...after('CONSENT.EXPIRED').slice(0, 2),
    ]),
  ];
}

function measured(name: string, consent: Consent, events: readonly BankCallCompleted[]): Measured {
  let turn = 0;
  return {
    name,
    run: () => {
      for (let count = 0; count < DECISIONS_PER_RUN; count += 1) {
        const event = events[turn % events.length];
        turn += 1;
        if (event !== undefined) decide(consent, event, POLICIES);
      }
    },
  };
}

function inMidLife(): Consent {
  let consent: Consent | undefined;
  for (let number = 1; number <= LIFE; number += 1) {
    const decision = decide(consent, answer(number, 'OK'), POLICIES);
    if (decision.outcome === 'advanced') consent = decision.next;
  }
  if (consent === undefined) throw new Error('sixty successes made no consent');
  return consent;
}

/** Answer number `number` of a life in which each uses the token that the one before brought. */
function answer(number: number, category: Category, rotates = true): BankCallCompleted {
  const at = START + number * 60_000;
  return {
    type: 'BankCallCompleted',
    id: `call-${number}-${category}`,
    key: keyOf(`call-${number}-${category}`),
    consentId: 'consent-1',
    ref: refOf('consent-1'),
    at,
    now: at,
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044', timeZone: 'Europe/Berlin' },
    call: { operation: OPERATIONS[number % OPERATIONS.length] ?? 'accounts', attended: false },
    usedFingerprint: fingerprintOf(`token-${Math.min(number - 1, LIFE)}`),
    finding: { category, scope: 'consent', row: `code ${category}` },
    ...(rotates && {
      token: {
        secret: new Secret(`token-${number}`),
        fingerprint: fingerprintOf(`token-${number}`),
      },
    }),
  };
}
