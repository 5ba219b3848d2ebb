/**
 * For programs that call banks: one function around each call. It lets the call begin or says why
 * not, hands out the latest token, and sees that the one in the answer is kept and the answer
 * reported, whatever comes of the call. Nothing but two AWS clients is needed. (docs/callers.md)
 */
import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { MINUTE, SECOND } from '../consent/instant.ts';
import { LEASE_MAX_MS } from '../consent/lease.ts';
import { POLICIES } from '../consent/policy.ts';
import type { Clock } from '../lifecycle/ports.ts';
import { source } from '../messages/cloud-event.ts';
import { refusalOf } from '../messages/refusal.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { DynamoLeases } from '../store/dynamo-leases.ts';
import { type Grant, grantReport, type Reports, report } from './report.ts';
import { type Failed, type Make, type Requests, requestsFor, type Wanted } from './requests.ts';
import type { Turns } from './turns.ts';
import { type Surroundings, type WithConsent, withConsentOn } from './with-consent.ts';

/** Klarna answers after 130 seconds at the latest (002): who gives up earlier loses a token. */
const TIMEOUT_MS = 150 * SECOND;
/** What remains of a turn for the token to be written down. */
const TURN_REST_MS = 30 * SECOND;
/** A turn of the greatest length would seem too long to a program whose clock is a bit behind. */
const TIMEOUT_MS_MAX = LEASE_MAX_MS - TURN_REST_MS - MINUTE;
/** Less than the rest of a turn, and more than a date in whole seconds is inexact. */
const CLOCK_OFF_MIN_MS = 10 * SECOND;

export interface CallerOptions extends Reports {
  readonly dynamo: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds after which a call is aborted: 150,000 unless said, 510,000 at most. */
  readonly timeoutMs?: number;
}

export interface Caller {
  readonly withConsent: WithConsent;
  /** Reports that a PSU has consented, anew or for the first time. Throws as `report` does. */
  granted(consentId: string, grant: Grant): Promise<void>;
  /** Reports that a consent was ended on our side. Throws as `report` does. */
  withdrawn(consentId: string, by: 'psu' | 'tpp'): Promise<void>;
  /** For the queue `bank-call-requests.fifo`. */
  consumeRequests(make: Make, failed: Failed, wanted?: Wanted): Requests;
}

export type { BankResponse } from './answer.ts';
export type { CallToMake } from './call-to-make.ts';
// biome-ignore lint/performance/noBarrelFile: programs catch it, and this file is their way in.
export { type Grant, UnreportedResult } from './report.ts';
export type { Failed, Make, RequestedCall, Requests, Wanted } from './requests.ts';
export type { Outcome, WithConsent } from './with-consent.ts';

const SYSTEM: Surroundings = {
  clock: systemClock,
  newId: randomUUID,
  timeout: (ms) => AbortSignal.timeout(ms),
};

const given = (what: string) => z.string(what).check(z.minLength(1, what));
const msExpected = `a whole number from 1 to ${TIMEOUT_MS_MAX}`;

const settings = z.object({
  tableName: given('the name of the table'),
  bankCallResultsUrl: given('the URL of the queue bank-call-results'),
  source,
  timeoutMs: z
    .int(msExpected)
    .check(z.minimum(1, msExpected), z.maximum(TIMEOUT_MS_MAX, msExpected)),
});

/**
 * `around` says what is different, such as the clock of the local AWS. Throws a TypeError for
 * options with which a call would be made and could not be reported.
 */
export function createCaller(options: CallerOptions, around: Partial<Surroundings> = {}): Caller {
  const { dynamo, tableName, timeoutMs = TIMEOUT_MS } = options;
  const read = settings.safeParse({ ...options, timeoutMs });
  if (!read.success) throw new TypeError(refusalOf(read.error, { ...options, timeoutMs }));
  const { newId, timeout, clock: own } = { ...SYSTEM, ...around };
  const clock = correctedBy(dynamo, own);
  const turns: Turns = {
    leases: new DynamoLeases(dynamo, tableName, newId),
    policies: POLICIES,
    clock,
    turnMs: timeoutMs + TURN_REST_MS,
  };
  const head = (consentId: string) => ({ id: newId(), consentId, at: clock() });

  const withConsent = withConsentOn(turns, options, { clock, newId, timeout }, timeoutMs);
  return {
    withConsent,
    granted: async (consentId, grant) => report(grantReport(head(consentId), grant), options),
    withdrawn: (consentId, by) =>
      report({ ...head(consentId), name: 'consent.withdrawn', data: { by } }, options),
    consumeRequests: (make, failed, wanted = () => true) =>
      requestsFor(withConsent, make, { sqs: options.sqs, clock, failed, wanted }),
  };
}

/**
 * Where a program's clock is off by minutes or days, the SDK has learnt by how much from AWS: anew
 * with each answer, whose date has whole seconds. So a small change is none, or what comes later
 * would be dated earlier, and taken for old news.
 */
function correctedBy(dynamo: DynamoDBClient, clock: Clock): Clock {
  let off = 0;
  return () => {
    const told = dynamo.config.systemClockOffset;
    if (Math.abs(told - off) >= CLOCK_OFF_MIN_MS) off = told;
    return clock() + off;
  };
}
