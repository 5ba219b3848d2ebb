/**
 * A call's turn: begun by one conditional write, ended by one, so that calls for one consent are
 * made one after the other and each with the latest token. Whoever dies in between loses the turn
 * when its time is up; what the bank's day was charged stays charged, for the call may have been
 * made. (docs/callers.md)
 */
import type { Consent } from '../consent/consent.ts';
import type { Call } from '../consent/finding.ts';
import { type Answered, begun, isNoted, noted, type Refusal, refusalOf } from '../consent/lease.ts';
import type { Policies } from '../consent/policy.ts';
import type { Provider } from '../consent/provider.ts';
import type { Clock } from '../lifecycle/ports.ts';
import type { DynamoLeases } from '../store/dynamo-leases.ts';

/** Losing more often than this to other writers means that something else is wrong. */
const ATTEMPTS_MAX = 8;

/** Or nothing has been heard of the consent, or only that it was ended on our own side. */
export type NotBegun = Refusal | { readonly reason: 'unknown-consent' };

export interface Turn {
  readonly consent: Consent;
  readonly provider: Provider;
  readonly resultKey: string;
}

export interface Turns {
  readonly leases: DynamoLeases;
  readonly policies: Policies;
  readonly clock: Clock;
  /** Milliseconds that a turn lasts at most. */
  readonly turnMs: number;
}

interface Wanted {
  readonly consentId: string;
  readonly call: Call;
  readonly requestId?: string;
  readonly resultKey: string;
}

/**
 * One read, and one conditional write if the call may begin; both again when somebody else has
 * written in between. Throws what DynamoDB answers, and when others were faster each time.
 */
export async function begin(wanted: Wanted, turns: Turns): Promise<Turn | NotBegun> {
  const { consentId, resultKey, call, requestId } = wanted;
  const request = requestId === undefined ? {} : { requestId };
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const held = await turns.leases.read(consentId);
    const { consent } = held ?? {};
    if (consent?.provider === undefined || held === undefined) return { reason: 'unknown-consent' };
    const turn = { provider: consent.provider, resultKey };
    // The SDK repeated a write whose answer was lost.
    if (consent.lease?.resultKey === resultKey) return { ...turn, consent };

    const at = turns.clock();
    const wish = { call, at, ...request };
    const refusal = refusalOf(consent, wish, turns.policies[consent.provider]);
    if (refusal !== undefined) return refusal;

    const lease = { resultKey, until: at + turns.turnMs, ...request };
    const next = begun(consent, wish, lease);
    const written = await turns.leases.begin(held, next);
    if (written === 'begun') return { ...turn, consent: { ...consent, ...next } };
  }
  throw contention(consentId);
}

/**
 * One conditional write while the turn is this call's own and its token the latest; otherwise read
 * and judged anew, and so is the first token of a consent: no old one tells whether the consent has
 * ended meanwhile. Safe to repeat. Throws as `begin` does.
 */
export async function finish(turn: Turn, answered: Answered, { leases }: Turns): Promise<void> {
  const { consent, resultKey } = turn;
  const { generation } = consent;
  const { token, usedFingerprint: used } = answered;
  if (used !== undefined || token === undefined) {
    const guard = { generation, ...(used !== undefined && { usedFingerprint: used }) };
    const first = await leases.finish(consent, resultKey, noted(consent, answered), guard);
    if (first === 'finished') return;
  }
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const held = await leases.read(consent.consentId);
    if (held === undefined || isNoted(held.consent, resultKey)) return;

    const { revision } = held;
    const found = noted(held.consent, answered);
    const isOver = found.foretold.length === 0 && held.consent.lease?.resultKey !== resultKey;
    if (isOver) return;
    const written = await leases.finish(held.consent, resultKey, found, { revision });
    if (written === 'finished') return;
  }
  throw contention(consent.consentId);
}

function contention(consentId: string): Error {
  const name = JSON.stringify(consentId);
  return new Error(`others wrote to consent ${name} ${ATTEMPTS_MAX} times in a row`);
}
