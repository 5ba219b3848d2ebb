/**
 * A call at a bank, whoever makes it: the bank answers by its own truth, the answer may be lost on
 * its way, and what came of it is noted for the watch, beside the report by which it is told.
 */
import type { Call, RawResponse } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { type Bank, tokenNumber } from './bank.ts';
import type { Queue } from './queue.ts';
import type { Table } from './table.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface Town {
  readonly world: World;
  readonly table: Table;
  readonly results: Queue;
  readonly watch: Watch;
  /** Whose consent it is. */
  readonly bankOf: Map<string, Bank>;
}

export interface CallMade {
  readonly consentId: string;
  readonly call: Call;
  readonly token: string | undefined;
  /** Of the report that will tell of it. */
  readonly reportId: string;
  /** When it is answered, by the clock of whoever makes it. */
  readonly time: Instant;
  /** That clock is off by days. */
  readonly far: boolean;
}

/** The answer, or null where it was lost. */
export function callBank(made: CallMade, { world, watch, bankOf }: Town): RawResponse | null {
  const { consentId, call, token, reportId, time, far } = made;
  const at = world.agenda.now;
  const used = tokenNumber(token);
  const bank = bankFor(consentId, bankOf);
  const mandate = bank.mandate(consentId, at);
  const answer = bank.answer(consentId, call, used, at);
  const given = mandate.answers.at(-1);
  const lost = world.happens('response-lost');
  if (lost && answer.token > 0) mandate.lostToken = answer.token;
  const said = lost || given === undefined ? 'out' : given.said;
  if (said === 'out' || said === 'quota-used-up') watch.ends.missed(consentId);
  const why = whyOf(given?.why, mandate.lostToken > 0, () => watch.isUnderWay(consentId, used));
  const number = lost ? 0 : answer.token;
  watch.reported({ id: reportId, consentId, at, time, call, token: number, said, why, far });
  return lost ? null : answer.response;
}

/** Throws for a consent that nobody gave. */
export function bankFor(consentId: string, bankOf: ReadonlyMap<string, Bank>): Bank {
  const bank = bankOf.get(consentId);
  if (bank === undefined) throw new Error(`no bank for ${consentId}`);
  return bank;
}

/** Whether a refused token was the caller's fault, or its successor is still under way. */
function whyOf(why: string | undefined, lost: boolean, isUnderWay: () => boolean) {
  if (why === 'lie') return 'lie';
  if (why !== 'stale') return 'truth';
  if (lost) return 'token lost';
  return isUnderWay() ? 'answer under way' : 'stale';
}
