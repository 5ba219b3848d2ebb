/**
 * One call for a consent, from its turn to its report: whatever the bank says and however the call
 * ends, the token of the answer is kept and the answer reported.
 */
import { keyOf } from '../intake/names.ts';
import type { Clock } from '../lifecycle/ports.ts';
import type { BankResponse } from './answer.ts';
import { type CallToMake, readCall } from './call-to-make.ts';
import { conclude } from './conclude.ts';
import { madeCall } from './made-call.ts';
import type { Reports } from './report.ts';
import { begin, type NotBegun, type Turns } from './turns.ts';

/** Where time and chance come from. */
export interface Surroundings {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly timeout: (ms: number) => AbortSignal;
}

export type Outcome<Response> =
  | { readonly outcome: 'answered'; readonly response: Response }
  | ({ readonly outcome: 'refused' } & NotBegun);

/**
 * Makes one call for a consent: `make` gets the latest token (none where the provider has none) and
 * a signal to hand on. Refused without spending a call, or answered with what `make` returned.
 * Throws what `make` throws, once that is reported as well; an `UnreportedResult` where nothing
 * could be reported, which hands back the same; a TypeError for a call that no message could name,
 * or an answer that is none; and what DynamoDB answered when the turn could not begin.
 */
export type WithConsent = <Response extends BankResponse>(
  consentId: string,
  call: CallToMake,
  make: (token: string | undefined, signal: AbortSignal) => Promise<Response>,
) => Promise<Outcome<Response>>;

export function withConsentOn(
  turns: Turns,
  reports: Reports,
  { newId, clock, timeout }: Surroundings,
  timeoutMs: number,
): WithConsent {
  return async (consentId, wanted, make) => {
    const { call, requestId } = readCall(consentId, wanted);
    const id = newId();
    const request = requestId === undefined ? {} : { requestId };
    const turn = await begin({ consentId, call, resultKey: keyOf(id), ...request }, turns);
    if ('reason' in turn) return { outcome: 'refused', ...turn };

    const token = turn.consent.token?.secret.reveal();
    const made = await madeCall(() => make(token, timeout(timeoutMs)));
    await conclude({ id, turn, call, ...request, made, at: clock() }, turns, reports);
    return { outcome: 'answered', response: made.handBack() };
  };
}
