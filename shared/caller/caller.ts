/**
 * For programs that call banks: one function around each call. It lets the call begin or says why
 * not, hands out the latest token, and sees that the one in the answer is kept and the answer
 * reported, whatever comes of the call. Nothing but two AWS clients is needed. (docs/callers.md)
 */
import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SECOND } from '../consent/instant.ts';
import { LEASE_MAX_MS } from '../consent/lease.ts';
import { POLICIES } from '../consent/policy.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { DynamoLeases } from '../store/dynamo-leases.ts';
import { type Grant, grantReport, type Reports, report } from './report.ts';
import { type Failed, type Make, type Requests, requestsFor } from './requests.ts';
import type { Turns } from './turns.ts';
import { type Surroundings, type WithConsent, withConsentOn } from './with-consent.ts';

/** Klarna answers after 130 seconds at the latest (002): who gives up earlier loses a token. */
const TIMEOUT_MS = 150 * SECOND;
/** What remains of a turn for the token to be written down. */
const TURN_REST_MS = 30 * SECOND;
const TIMEOUT_MS_MAX = LEASE_MAX_MS - TURN_REST_MS;

export interface CallerOptions extends Reports {
  readonly dynamo: DynamoDBClient;
  readonly tableName: string;
  /** Milliseconds after which a call is aborted: 150,000 unless said, 570,000 at most. */
  readonly timeoutMs?: number;
}

export interface Caller {
  readonly withConsent: WithConsent;
  /** Reports that a PSU has consented, anew or for the first time. Throws as `report` does. */
  granted(consentId: string, grant: Grant): Promise<void>;
  /** Reports that a consent was ended on our side. Throws as `report` does. */
  withdrawn(consentId: string, by: 'psu' | 'tpp'): Promise<void>;
  /** For the queue `bank-call-requests.fifo`. */
  consumeRequests(make: Make, failed: Failed): Requests;
}

export type { BankResponse } from './answer.ts';
export type { CallToMake } from './call-to-make.ts';
// biome-ignore lint/performance/noBarrelFile: programs catch it, and this file is their way in.
export { type Grant, UnreportedResult } from './report.ts';
export type { Failed, Make, RequestedCall, Requests } from './requests.ts';
export type { Outcome, WithConsent } from './with-consent.ts';

const SYSTEM: Surroundings = {
  clock: systemClock,
  newId: randomUUID,
  timeout: (ms) => AbortSignal.timeout(ms),
};

/** `around` says what is different, such as the clock of the local AWS. */
export function createCaller(options: CallerOptions, around: Partial<Surroundings> = {}): Caller {
  const { dynamo, tableName, timeoutMs = TIMEOUT_MS } = options;
  if (!(timeoutMs > 0 && timeoutMs <= TIMEOUT_MS_MAX)) {
    throw new RangeError(`timeoutMs ${timeoutMs} is refused; expected 1 to ${TIMEOUT_MS_MAX}`);
  }
  const surroundings = { ...SYSTEM, ...around };
  const { newId, timeout } = surroundings;
  // Where a program's clock is off by minutes or days, the SDK has learnt by how much from AWS.
  const clock = () => surroundings.clock() + dynamo.config.systemClockOffset;
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
    granted: (consentId, grant) => report(grantReport(head(consentId), grant), options),
    withdrawn: (consentId, by) =>
      report({ ...head(consentId), name: 'consent.withdrawn', data: { by } }, options),
    consumeRequests: (make, failed) =>
      requestsFor(withConsent, make, { sqs: options.sqs, clock, failed }),
  };
}
