/**
 * The end of a call: its token is written down, then its result reported. Each is tried whatever
 * became of the other, for either one alone keeps the token.
 */
import type { Call } from '../consent/finding.ts';
import type { Instant } from '../consent/instant.ts';
import type { Secret, Token } from '../consent/secret.ts';
import { DIALECTS } from '../dialects/registry.ts';
import { isTooLong, tokenOf } from '../intake/happening.ts';
import type { MadeCall } from './made-call.ts';
import { type Reports, report } from './report.ts';
import { trimmed } from './trim.ts';
import { finish, type Turn, type Turns } from './turns.ts';

export interface Ended {
  /** Of the result. */
  readonly id: string;
  readonly turn: Turn;
  readonly call: Call;
  readonly requestId?: string;
  readonly made: MadeCall<unknown>;
  readonly at: Instant;
}

/** Throws an `UnreportedResult` where the result could not be reported. */
export async function conclude(ended: Ended, turns: Turns, reports: Reports): Promise<void> {
  const { id, turn, call, requestId, made, at } = ended;
  const { came, handBack } = made;
  const { consent, provider } = turn;
  const answer = typeof came === 'string' ? undefined : came;
  const token = answer && usable(DIALECTS[provider].tokensIn(answer.body).consentToken);
  const used = consent.token?.fingerprint;
  const request = requestId === undefined ? {} : { requestId };
  const answered = {
    key: turn.resultKey,
    at,
    ...request,
    ...(used !== undefined && { usedFingerprint: used }),
    ...(token !== undefined && { token }),
  };
  // Without it the token is in the report still, and the turn ends when its time is up.
  await finish(turn, answered, turns).catch(() => {});
  await report(
    {
      id,
      name: 'bank-call.completed',
      consentId: consent.consentId,
      at,
      group: consent.bank.id ?? provider,
      data: {
        provider,
        call,
        ...request,
        ...(used !== undefined && { usedTokenFingerprint: used }),
        ...(answer === undefined
          ? { response: null, failure: came }
          : { response: trimmed(answer, call, provider) }),
      },
    },
    reports,
    handBack,
  );
}

/** One that the worker would not keep is not kept here. */
function usable(secret: Secret | undefined): Token | undefined {
  return secret === undefined || isTooLong(secret) ? undefined : tokenOf(secret);
}
