/**
 * What the `STATE` item of the table looks like: the fields of `Consent` under their own names,
 * the outbox and the revision. The compiler proves below that the schema and `Consent` are the
 * same. Reading through it means that nothing but a `Consent` ever comes out of the table.
 */
import * as z from 'zod/mini';
import { type Consent, STATUSES } from '../consent/consent.ts';
import { Secret } from '../consent/secret.ts';
import {
  action,
  bank,
  call,
  category,
  consentError,
  count,
  effect,
  endReason,
  instant,
  provider,
  requestReason,
} from './effect-schema.ts';
import type { Frozen, Same } from './same-type.ts';

export const SCHEMA_VERSION = 1;

const secret = z.pipe(
  z.string(),
  z.transform((value: string) => new Secret(value)),
);

const waitingCall = z.object({
  key: z.string(),
  call,
  reason: requestReason,
  dueAt: instant,
  failedAt: instant,
  step: count,
  repeated: z.boolean(),
  refreshed: z.boolean(),
  awaitsAccounts: z.boolean(),
  attempts: count,
  sendings: count,
  request: z.exactOptional(z.object({ id: z.string(), sentAt: instant })),
  notAfter: z.exactOptional(instant),
});

const strike = z.object({
  at: instant,
  category,
  errors: z.array(z.extend(consentError, { used: z.exactOptional(z.string()) })),
  call,
  fresh: z.boolean(),
  reprieved: z.boolean(),
});

const transfer = z.object({
  instructionId: z.string(),
  firstAttemptAt: instant,
  token: z.exactOptional(secret),
  tokenAt: z.exactOptional(instant),
});

const end = z.object({
  at: instant,
  by: z.enum(['bank', 'lifetime', 'psu', 'tpp', 'replacement']),
  reason: z.exactOptional(endReason),
  required: z.exactOptional(z.string()),
});

const consentFields = {
  consentId: z.string(),
  ref: z.string(),
  status: z.enum(STATUSES),
  version: count,
  generation: count,
  provider: z.exactOptional(provider),
  bank,
  grantedAt: z.exactOptional(instant),
  grantKey: z.exactOptional(z.string()),
  validUntil: z.exactOptional(instant),
  validUntilTold: z.boolean(),
  expiringAt: z.exactOptional(instant),
  supersedes: z.exactOptional(z.string()),
  lineage: z.array(z.object({ print: z.string(), generation: count })),
  evidenceAt: z.exactOptional(instant),
  lastSuccessAt: z.exactOptional(instant),
  failingSince: z.exactOptional(instant),
  strikes: z.array(strike),
  confirming: z.exactOptional(waitingCall),
  calls: z.array(waitingCall),
  races: z.array(z.object({ key: z.string(), lost: count })),
  limit: z.exactOptional(z.object({ since: instant, until: instant, waits: count })),
  ledger: z.exactOptional(
    z.object({ dayStart: instant, counts: z.record(z.string(), count), purges: count }),
  ),
  transfers: z.array(transfer),
  accountsRefused: count,
  timer: z.exactOptional(z.object({ number: count, dueAt: instant })),
  timersSet: count,
  requestsMade: count,
  actions: z.array(action),
  end: z.exactOptional(end),
  applied: z.array(z.string()),
  remembered: count,
} as const;

true satisfies Same<z.output<z.ZodMiniObject<typeof consentFields>>, Omit<Consent, 'token'>>;

/** The four attributes that are `Consent.token`: all there, or none. */
const tokenFields = {
  token: z.exactOptional(secret),
  tokenFingerprint: z.exactOptional(z.string()),
  tokenReceivedAt: z.exactOptional(instant),
  tokenRenewed: z.exactOptional(z.boolean()),
} as const;

export const storedState = z.object({
  ...consentFields,
  ...tokenFields,
  schemaVersion: z.literal(SCHEMA_VERSION),
  outbox: z.array(effect),
  revision: z.string(),
});

export type StoredState = Frozen<z.input<typeof storedState>>;
export type StoredWaitingCall = Frozen<z.input<typeof waitingCall>>;
export type StoredTransfer = Frozen<z.input<typeof transfer>>;
