/** Any effect that the types allow, for property tests. */
import fc from 'fast-check';
import type {
  Effect,
  Heard,
  HistoryEntry,
  Met,
  Owed,
  RequestCall,
  RequestReason,
  SetTimer,
  TimerName,
} from '../../shared/consent/effect.ts';
import type { Call, ErrorDetail } from '../../shared/consent/finding.ts';
import type {
  ConsentError,
  Notice,
  NoticeBody,
  PublishedStatus,
} from '../../shared/consent/notice.ts';
import type { Bank } from '../../shared/consent/provider.ts';
import type { Ancestor } from '../../shared/consent/secret.ts';
import { action, arbitrary, category, count, instant, list, provider, text } from './arbitrary.ts';

export const endReason = fc.constantFrom('CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT');
const publishedStatus = fc.constantFrom<PublishedStatus[]>(
  'received',
  'valid',
  'expired',
  'revokedByPsu',
  'terminatedByTpp',
  'replaced',
);
export const requestReason = fc.constantFrom<RequestReason[]>(
  'confirm',
  'limit-over',
  'retry',
  'stale-token',
  'fresh-accounts',
  'resume',
);
// Through JSON, as a message comes: without -0 and the like.
const parameters = fc
  .dictionary(text, fc.jsonValue({ maxDepth: 3 }))
  .map((any): Readonly<Record<string, unknown>> => JSON.parse(JSON.stringify(any)));
/** Named by a dialect's own words, never by a bank's. */
export const words = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,11}$/), text);
export const consentErrors = list(arbitrary<ConsentError>({ at: instant, category }));

export const ancestor = arbitrary<Ancestor>(
  { print: text, generation: count, wiped: fc.constant(true) },
  'wiped',
);
export const bank = arbitrary<Bank>(
  { id: text, timeZone: text, unattendedCallsPerDayMax: count },
  'id',
  'timeZone',
  'unattendedCallsPerDayMax',
);
export const call = arbitrary<Call>(
  { operation: text, accountId: text, parameters, instructionId: text, attended: fc.boolean() },
  'accountId',
  'parameters',
  'instructionId',
);
const timerName = arbitrary<TimerName>({ ref: text, generation: count, number: count });

type BodyOf<Type extends NoticeBody['type']> = Extract<NoticeBody, { readonly type: Type }>;

const noticeBody: fc.Arbitrary<NoticeBody> = fc.oneof(
  arbitrary<BodyOf<'reconsent.required'>>(
    {
      type: fc.constant('reconsent.required'),
      reason: endReason,
      firstErrorAt: instant,
      confirmedAt: instant,
      lastSuccessAt: instant,
      errors: consentErrors,
    },
    'firstErrorAt',
    'lastSuccessAt',
  ),
  arbitrary<BodyOf<'reconsent.withdrawn'>>({
    type: fc.constant('reconsent.withdrawn'),
    reason: text,
    withdraws: text,
  }),
  arbitrary<BodyOf<'consent.expiring'>>({
    type: fc.constant('consent.expiring'),
    reason: fc.constant('validUntil'),
    validUntil: instant,
  }),
  arbitrary<BodyOf<'consent.action-required'>>({
    type: fc.constant('consent.action-required'),
    reason: action,
    action,
  }),
  arbitrary<BodyOf<'account-cache.purged'>>({
    type: fc.constant('account-cache.purged'),
    reason: text,
    before: instant,
  }),
  arbitrary<BodyOf<'account-cache.relinked'>>({
    type: fc.constant('account-cache.relinked'),
    reason: text,
    before: instant,
  }),
  arbitrary<BodyOf<'consent.status-changed'>>({
    type: fc.constant('consent.status-changed'),
    reason: text,
    from: publishedStatus,
    to: publishedStatus,
  }),
);
const notice = arbitrary<Notice>(
  {
    id: text,
    consentId: text,
    at: instant,
    provider,
    bankId: text,
    generation: count,
    sequence: count,
    body: noticeBody,
  },
  'provider',
  'bankId',
);
const entry = arbitrary<HistoryEntry>(
  {
    version: count,
    at: instant,
    event: text,
    eventId: text,
    from: text,
    to: text,
    generation: count,
    operation: text,
    category: text,
    row: text,
    correlation: words,
    details: list(arbitrary<ErrorDetail>({ code: text, location: text }, 'code', 'location')),
    notes: list(text),
    effects: list(text),
    heard: arbitrary<Heard>(
      {
        lag: count,
        call: text,
        attended: fc.constant(true),
        requested: fc.constant(true),
        used: text,
        brought: text,
        foretold: arbitrary<NonNullable<Heard['foretold']>>(
          { fresh: fc.boolean(), lostRace: fc.boolean() },
          'fresh',
          'lostRace',
        ),
        retryAt: instant,
        validUntil: instant,
      },
      'lag',
      'call',
      'attended',
      'requested',
      'used',
      'brought',
      'foretold',
      'retryAt',
      'validUntil',
    ),
    met: arbitrary<Met>(
      {
        successAt: instant,
        held: text,
        heldSince: instant,
        knew: list(ancestor),
      },
      'successAt',
      'held',
      'heldSince',
      'knew',
    ),
    owed: arbitrary<Owed>(
      { timerAt: instant, request: count, notices: list(text) },
      'timerAt',
      'request',
      'notices',
    ),
  },
  'from',
  'operation',
  'category',
  'row',
  'correlation',
  'details',
  'heard',
  'met',
  'owed',
);

type EffectOf<Kind extends Effect['do']> = Extract<Effect, { readonly do: Kind }>;

export const effect: fc.Arbitrary<Effect> = fc.oneof(
  arbitrary<SetTimer>({
    do: fc.constant('SetTimer'),
    key: fc.constant('timer'),
    name: timerName,
    dueAt: instant,
    cancels: list(timerName),
  }),
  arbitrary<EffectOf<'CancelTimer'>>({
    do: fc.constant('CancelTimer'),
    key: fc.constant('timer'),
    cancels: list(timerName),
  }),
  arbitrary<RequestCall>({
    do: fc.constant('RequestCall'),
    key: text.map((key) => `request:${key}` as const),
    id: text,
    provider,
    bank,
    call,
    generation: count,
    reason: requestReason,
    attempt: count,
    at: instant,
    notAfter: instant,
  }),
  arbitrary<EffectOf<'PublishNotice'>>({
    do: fc.constant('PublishNotice'),
    key: text.map((key) => `notice:${key}` as const),
    notice,
  }),
  arbitrary<EffectOf<'PurgeAccounts'>>({
    do: fc.constant('PurgeAccounts'),
    key: fc.constant('purge'),
    before: instant,
  }),
  arbitrary<EffectOf<'ReplaceConsent'>>(
    {
      do: fc.constant('ReplaceConsent'),
      key: text.map((key) => `replace:${key}` as const),
      id: text,
      consentId: text,
      by: text,
      at: instant,
      bankId: text,
    },
    'bankId',
  ),
  arbitrary<EffectOf<'Remember'>>({
    do: fc.constant('Remember'),
    key: count.map((number) => `remember:${number}` as const),
    number: count,
    entry,
  }),
);
