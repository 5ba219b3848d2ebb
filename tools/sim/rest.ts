/**
 * What has to be true when the faults have stopped and everything has had its time: nothing owed,
 * every waiting consent with its one timer, no timer without a consent, and each consent with the
 * status that its bank holds true.
 */
import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { nextMonthOf } from '../../shared/consent/bank-day.ts';
import { type Consent, isEnded } from '../../shared/consent/consent.ts';
import { scheduleName } from '../../shared/consent/effect.ts';
import { DAY, MINUTE } from '../../shared/consent/instant.ts';
import { consentIdOf } from '../../shared/store/consent-item.ts';
import { OWED_INDEX, OWED_PARTITIONS } from '../../shared/store/owed-index.ts';
import type { Bank } from './bank.ts';
import { AGREEMENT, AT_REST } from './invariants.ts';
import type { Scheduler } from './scheduler.ts';
import { TABLE_NAME, type Table } from './table.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface Resting {
  readonly world: World;
  readonly table: Table;
  readonly scheduler: Scheduler;
  readonly watch: Watch;
  readonly bankOf: ReadonlyMap<string, Bank>;
}

/** By then the sweep has seen a timer that did not fire. */
const SWEPT_AFTER_MS = 30 * MINUTE;

/** Breaks the world's peace at the first consent that is not at rest. */
export function look({ world, table, scheduler, watch, bankOf }: Resting): void {
  const standing = new Set(scheduler.standing());
  const swept = sweptOf(table);
  for (const { consent, outbox } of table.all()) {
    const { consentId } = consent;
    if (outbox.length > 0) {
      const owed = outbox.map((effect) => effect.do).join(', ');
      world.break(AT_REST, `${consentId} owes ${owed}`);
    }
    const timer = nameOf(consent);
    const { dueAt = Infinity } = consent.timer ?? {};
    const overdue = world.agenda.now - dueAt;
    if (timer !== undefined && !standing.delete(timer) && overdue < 0) {
      world.break(AT_REST, `${consentId} waits for ${timer}, which will not fire`);
    }
    if (swept.get(consentId) !== consent.timer?.dueAt) {
      world.break(AT_REST, `${consentId} waits for ${timer}, and the sweep does not`);
    }
    if (overdue > SWEPT_AFTER_MS) world.break(AT_REST, `${consentId} is ${overdue} ms overdue`);
    const bank = bankOf.get(consentId);
    const why = disagreement(consent, bank, world.agenda.now);
    if (why === undefined) continue;
    const { now } = world.agenda;
    const excuse =
      watch.excused.get(consentId) ?? unheard(consent, bank, now) ?? heldOf(consent, now);
    if (excuse === undefined) world.break(AGREEMENT, why);
    else world.count(`differs: ${excuse}`);
  }
  for (const orphan of standing) world.break(AT_REST, `${orphan} is a timer that nobody waits for`);
}

/** When the sweep would look at each: of a timer nobody sees that it is not going to fire. */
function sweptOf(table: Table): ReadonlyMap<string, number> {
  const rows = OWED_PARTITIONS.flatMap((partition) => {
    const query = new QueryCommand({
      TableName: TABLE_NAME,
      IndexName: OWED_INDEX,
      ExpressionAttributeValues: { ':partition': { S: partition }, ':before': { N: 'Infinity' } },
    });
    const { Items: items = [] } = (table.answer(query) ?? {}) as Partial<QueryCommandOutput>;
    return items;
  });
  return new Map(rows.map(({ pk, owedAt }) => [consentIdOf(pk?.S ?? ''), Number(owedAt?.N)]));
}

function nameOf({ ref, generation, timer }: Consent): string | undefined {
  return timer && scheduleName({ ref, generation, number: timer.number });
}

function disagreement(consent: Consent, bank: Bank | undefined, now: number): string | undefined {
  const mandate = bank?.mandate(consent.consentId, now);
  if (mandate === undefined) return `${consent.consentId} has no bank`;
  const said = `${consent.consentId} is ${consent.status}`;
  const cannotKnow = !bank?.tellsEnds && consent.validUntil === undefined;
  if (mandate.alive && isEnded(consent)) return `${said}, but its bank holds it alive`;
  if (!mandate.alive && !isEnded(consent) && !cannotKnow) return `${said}, but it has ended`;
  return undefined;
}

/** Known to have ended, but a person or the date has still to say so. (rule 20) */
function heldOf({ held }: Consent, now: number): string | undefined {
  const isWaiting = held !== undefined && now <= held.until + SWEPT_AFTER_MS;
  return isWaiting ? 'waits for an operator or its date' : undefined;
}

/** Why no call was made, or none that could tell, since the bank holds the consent ended. */
function unheard(consent: Consent, bank: Bank | undefined, now: number): string | undefined {
  const mandate = bank?.mandate(consent.consentId, now);
  if (mandate === undefined || isEnded(consent)) return undefined;

  // A success told by a clock that was ahead has disproved the date by which it ended.
  const { answers, validUntil } = mandate;
  const isOutlived = validUntil !== undefined && consent.validUntil === undefined;
  const { at: calledAt = 0 } = answers.at(-1) ?? {};
  if (isOutlived && calledAt < validUntil) return 'was not called since its date';

  // Payments, and calls with the PSU present, are made all the same, but nothing is learned of the
  // month; nor is it from a bank that was out.
  const last = answers.findLast(({ call: { attended, operation }, said }) => {
    return !attended && !operation.startsWith('transfer') && said !== 'out';
  });
  const isWaiting = last?.said === 'quota-used-up' && now < nextMonthOf(last.at) + DAY;
  return isWaiting ? 'waits for the next month' : undefined;
}
