/**
 * What the `STATE` item of the table looks like: the fields of `Consent` under their own names,
 * the outbox and the revision. The compiler proves below that the schema and `Consent` are the
 * same. Reading through it means that nothing but a `Consent` ever comes out of the table.
 */
import * as z from 'zod/mini';
import { type Consent, STATUSES } from '../consent/consent.ts';
import { SCHEMA_VERSION } from '../consent/retention.ts';
import { Secret } from '../consent/secret.ts';
import { effect } from './effect-schema.ts';
import {
  action,
  ancestor,
  bank,
  call,
  category,
  consentError,
  count,
  endReason,
  flag,
  instant,
  optionalFlag,
  optionalInstant,
  optionalText,
  provider,
  requestReason,
  text,
} from './item-fields.ts';
import type { Frozen, Same } from './same-type.ts';

const secret = z.pipe(
  text,
  z.transform((value: string) => new Secret(value)),
);

const waitingCall = z.object({
  key: text,
  call,
  reason: requestReason,
  dueAt: instant,
  failedAt: instant,
  step: count,
  repeated: flag,
  refreshed: flag,
  awaitsAccounts: flag,
  attempts: count,
  sendings: count,
  request: z.exactOptional(z.object({ id: text, sentAt: instant })),
  notAfter: optionalInstant,
});

const strike = z.object({
  at: instant,
  category,
  errors: z.array(z.extend(consentError, { used: optionalText })),
  call,
  fresh: flag,
  reprieved: flag,
});

const transfer = z.object({
  instructionId: text,
  firstAttemptAt: instant,
  token: z.exactOptional(secret),
  tokenAt: optionalInstant,
});

const foretold = z.object({
  key: text,
  requestId: optionalText,
  fresh: optionalFlag,
  lostRace: optionalFlag,
});

const end = z.object({
  at: instant,
  by: z.enum(['bank', 'lifetime', 'psu', 'tpp', 'replacement']),
  reason: z.exactOptional(endReason),
  required: optionalText,
});

const consentFields = {
  consentId: text,
  ref: text,
  status: z.enum(STATUSES),
  version: count,
  generation: count,
  provider: z.exactOptional(provider),
  bank,
  grantedAt: optionalInstant,
  grantKey: optionalText,
  validUntil: optionalInstant,
  validUntilTold: flag,
  expiringAt: optionalInstant,
  supersedes: optionalText,
  lineage: z.array(ancestor),
  evidenceAt: optionalInstant,
  strangerAt: optionalInstant,
  lastSuccessAt: optionalInstant,
  failingSince: optionalInstant,
  strikes: z.array(strike),
  held: z.exactOptional(z.object({ since: instant, until: instant })),
  confirming: z.exactOptional(waitingCall),
  calls: z.array(waitingCall),
  races: z.array(z.object({ key: text, lost: count })),
  limit: z.exactOptional(z.object({ since: instant, until: instant, waits: count })),
  ledger: z.exactOptional(
    z.object({ dayStart: instant, counts: z.record(text, count), purges: count }),
  ),
  lease: z.exactOptional(z.object({ resultKey: text, until: instant, requestId: optionalText })),
  foretold: z.exactOptional(z.array(foretold)),
  transfers: z.array(transfer),
  accountsRefused: count,
  relinkFrom: optionalInstant,
  timer: z.exactOptional(z.object({ number: count, dueAt: instant })),
  timersSet: count,
  requestsMade: count,
  actions: z.array(action),
  end: z.exactOptional(end),
  applied: z.array(text),
  remembered: count,
} as const;

true satisfies Same<z.output<z.ZodMiniObject<typeof consentFields>>, Omit<Consent, 'token'>>;

/** The four attributes that are `Consent.token`: all there, or none. */
const tokenFields = {
  token: z.exactOptional(secret),
  tokenFingerprint: optionalText,
  tokenReceivedAt: optionalInstant,
  tokenRenewed: optionalFlag,
} as const;

export const storedState = z.object({
  ...consentFields,
  ...tokenFields,
  schemaVersion: z.literal(SCHEMA_VERSION),
  outbox: z.array(effect),
  revision: text,
});

export type StoredState = Frozen<z.input<typeof storedState>>;
export type StoredWaitingCall = Frozen<z.input<typeof waitingCall>>;
export type StoredTransfer = Frozen<z.input<typeof transfer>>;
