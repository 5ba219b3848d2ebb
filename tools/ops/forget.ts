/**
 * `forget`: erases a PSU's data. The timer goes first, for the state that names it goes next; the
 * state is replaced only if nobody has written since it was read. Each step is safe to repeat, so a
 * run that was interrupted is run again.
 */
import { randomUUID } from 'node:crypto';
import { DeleteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { removeTimers } from '../../shared/effects/cancel-timer.ts';
import { refOf } from '../../shared/intake/names.ts';
import { accountsKeyOf } from '../../shared/store/account-item.ts';
import type { Item } from '../../shared/store/consent-item.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { SCHEDULE_GROUP, TABLE } from '../local/resources.ts';
import { quoted } from './error-line.ts';
import { historyKeyOf } from './history.ts';
import { type Seen, seeConsent } from './state.ts';
import { isTombstone, tombstoneOf } from './tombstone.ts';
import type { ExitCode, World } from './world.ts';

const NOT_REACHED =
  'not reached: messages in queues, dead letters, logs, recovery points of the table';

export interface ForgetOptions {
  readonly consentId: string;
  readonly apply: boolean;
}

/** Throws what AWS refused. */
export async function forget({ consentId, apply }: ForgetOptions, world: World): Promise<ExitCode> {
  const seen = await seeConsent(consentId, world);
  const items = {
    ACCOUNTS: await exists(accountsKeyOf(consentId), world),
    HISTORY: await exists(historyKeyOf(consentId), world),
  };
  if (seen === undefined && !items.ACCOUNTS && !items.HISTORY) {
    world.tell(`consent ${quoted(consentId)} is unknown: there is nothing to forget`);
    return 1;
  }
  const owed = seen?.outbox.map((one) => one.do) ?? [];
  if (owed.length > 0) {
    const expected = 'expected nothing owed: see ops owed, and run it again after the sweep';
    world.tell(`consent ${quoted(consentId)} owes ${owed.join(', ')}; ${expected}`);
    return 1;
  }
  const steps = stepsOf(seen, items);
  const conflict = apply && !(await carryOut(consentId, seen, world));
  if (conflict) {
    world.tell(
      `consent ${quoted(consentId)} has changed meanwhile; expected it at rest: run again`,
    );
    return 1;
  }
  world.answer({ consentId, applied: apply, steps, notReached: NOT_REACHED }, () =>
    [
      `${consentId}: ${apply ? 'forgotten' : 'would be forgotten (--apply does it)'}`,
      ...steps.map((step) => `  ${step}`),
      `  ${NOT_REACHED}`,
    ].join('\n'),
  );
  return 0;
}

interface Items {
  readonly ACCOUNTS: boolean;
  readonly HISTORY: boolean;
}

function stepsOf(seen: Seen | undefined, items: Items): readonly string[] {
  const consent = seen?.consent;
  return [
    ...(consent?.timer ? ['the timer is removed from the schedule group'] : []),
    stateStep(consent),
    items.ACCOUNTS ? 'ACCOUNTS is deleted' : 'ACCOUNTS: there is none',
    items.HISTORY ? 'HISTORY is deleted' : 'HISTORY: there is none',
  ];
}

function stateStep(consent: Seen['consent'] | undefined): string {
  if (consent === undefined) return 'STATE: there is none; an end on our own side takes its place';
  if (isTombstone(consent)) return 'STATE: forgotten before';
  return `STATE (${consent.status}) is replaced by an end on our own side; nobody is told`;
}

/** `false` if somebody has written since the state was read: then nothing is lost but a timer. */
async function carryOut(consentId: string, seen: Seen | undefined, world: World): Promise<boolean> {
  const { clients, target, now } = world;
  const TableName = target.named(TABLE);
  const known = seen?.consent ?? { consentId, ref: refOf(consentId), version: 0, generation: 1 };
  if (!isTombstone(known)) {
    const { ref, generation } = known;
    const timer = seen?.consent.timer;
    const timers = timer === undefined ? [] : [{ ref, generation, number: timer.number }];
    const scheduleGroup = target.named(SCHEDULE_GROUP);
    await removeTimers(timers, { scheduler: async () => clients.scheduler, scheduleGroup });

    const store = new DynamoConsentStore(clients.dynamo, TableName, randomUUID);
    const consent = tombstoneOf(known, now);
    const saved = await store.save({ consent, outbox: [], now }, seen?.revision);
    if (saved === 'conflict') return false;
  }
  // Also where there was none: it may have been written since.
  const keys = [accountsKeyOf(consentId), historyKeyOf(consentId)];
  for (const Key of keys) await clients.dynamo.send(new DeleteItemCommand({ TableName, Key }));
  return true;
}

async function exists(Key: Item, { clients, target }: World): Promise<boolean> {
  const TableName = target.named(TABLE);
  const read = { TableName, Key, ProjectionExpression: 'pk', ConsistentRead: true };
  return (await clients.dynamo.send(new GetItemCommand(read))).Item !== undefined;
}
