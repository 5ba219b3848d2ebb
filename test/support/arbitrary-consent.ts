/**
 * Any consent that the types allow, with any outbox, for property tests. It need not make sense:
 * what the types allow, the store has to keep.
 */
import fc from 'fast-check';
import {
  type Consent,
  type End,
  type HeldToken,
  type Ledger,
  type LimitWait,
  type Race,
  type SentRequest,
  STATUSES,
  type Strike,
  type StrikeError,
  type Transfer,
  type WaitingCall,
} from '../../shared/consent/consent.ts';
import type { Foretold, Lease } from '../../shared/consent/under-way.ts';
import type { Save } from '../../shared/lifecycle/ports.ts';
import {
  action,
  arbitrary,
  category,
  count,
  instant,
  list,
  provider,
  secret,
  text,
} from './arbitrary.ts';
import { ancestor, bank, call, effect, endReason, requestReason } from './arbitrary-effect.ts';

const LEDGER_KEY = /^[a-z]{1,8}\|[a-z0-9]{0,8}$/;

const waitingCall = arbitrary<WaitingCall>(
  {
    key: text,
    call,
    reason: requestReason,
    dueAt: instant,
    failedAt: instant,
    step: count,
    repeated: fc.boolean(),
    refreshed: fc.boolean(),
    awaitsAccounts: fc.boolean(),
    attempts: count,
    sendings: count,
    request: arbitrary<SentRequest>({ id: text, sentAt: instant }),
    notAfter: instant,
  },
  'request',
  'notAfter',
);
const token = arbitrary<HeldToken>({
  secret,
  fingerprint: text,
  receivedAt: instant,
  renewed: fc.boolean(),
});
const strike = arbitrary<Strike>({
  at: instant,
  category,
  errors: list(arbitrary<StrikeError>({ at: instant, category, used: text }, 'used')),
  call,
  fresh: fc.boolean(),
  reprieved: fc.boolean(),
});
const ledger = arbitrary<Ledger>({
  dayStart: instant,
  counts: fc.dictionary(fc.stringMatching(LEDGER_KEY), count),
  purges: count,
});
const transfer = arbitrary<Transfer>(
  { instructionId: text, firstAttemptAt: instant, token: secret, tokenAt: instant },
  'token',
  'tokenAt',
);
const end = arbitrary<End>(
  {
    at: instant,
    by: fc.constantFrom('bank', 'lifetime', 'psu', 'tpp', 'replacement'),
    reason: endReason,
    required: text,
  },
  'reason',
  'required',
);

export const arbitraryConsent: fc.Arbitrary<Consent> = arbitrary<Consent>(
  {
    consentId: text,
    ref: text,
    status: fc.constantFrom(...STATUSES),
    version: count,
    generation: count,
    provider,
    bank,
    grantedAt: instant,
    grantKey: text,
    validUntil: instant,
    validUntilTold: fc.boolean(),
    expiringAt: instant,
    supersedes: text,
    token,
    lineage: list(ancestor),
    evidenceAt: instant,
    strangerAt: instant,
    lastSuccessAt: instant,
    failingSince: instant,
    strikes: list(strike),
    held: fc.record({ since: instant, until: instant }),
    confirming: waitingCall,
    calls: list(waitingCall),
    races: list(arbitrary<Race>({ key: text, lost: count })),
    limit: arbitrary<LimitWait>({ since: instant, until: instant, waits: count }),
    ledger,
    lease: arbitrary<Lease>({ resultKey: text, until: instant, requestId: text }, 'requestId'),
    foretold: list(
      arbitrary<Foretold>(
        { key: text, fresh: fc.boolean(), lostRace: fc.boolean(), requestId: text },
        'requestId',
        'fresh',
        'lostRace',
      ),
    ),
    transfers: list(transfer),
    accountsRefused: count,
    relinkFrom: instant,
    timer: fc.record({ number: count, dueAt: instant }),
    timersSet: count,
    requestsMade: count,
    actions: list(action),
    end,
    applied: list(text),
    remembered: count,
  },
  'provider',
  'grantedAt',
  'grantKey',
  'validUntil',
  'expiringAt',
  'supersedes',
  'token',
  'evidenceAt',
  'strangerAt',
  'lastSuccessAt',
  'failingSince',
  'held',
  'confirming',
  'relinkFrom',
  'limit',
  'ledger',
  'lease',
  'foretold',
  'timer',
  'end',
);

export const arbitrarySave: fc.Arbitrary<Save> = arbitrary<Save>({
  consent: arbitraryConsent,
  outbox: list(effect),
  now: instant,
});
