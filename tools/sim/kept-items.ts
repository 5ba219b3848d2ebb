/**
 * What is kept of a consent beside its state, read back when all is at rest: the history has each
 * of the last decisions in its place, and of an ended consent no list of accounts is left.
 */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { type Consent, isEnded } from '../../shared/consent/consent.ts';
import { ENTRIES_KEPT, placeOf } from '../../shared/effects/remember.ts';
import { accountListOf } from '../../shared/store/account-item.ts';
import { AT_REST } from './invariants.ts';
import type { Table } from './table.ts';
import type { World } from './world.ts';

/** Breaks the world's peace at the first item that is not as it should be. */
export function lookAtItems(world: World, table: Table): void {
  for (const { consent } of table.all()) {
    const gap = gapIn(consent, table);
    if (gap !== undefined) world.break(AT_REST, gap);
    const item = table.item(consent.consentId, 'ACCOUNTS');
    const list = item && accountListOf(consent.consentId, item);
    if (isEnded(consent) && list !== undefined) {
      world.break(AT_REST, `${consent.consentId} has ended, and its accounts are still there`);
    }
  }
}

function gapIn({ consentId, remembered, status }: Consent, table: Table): string | undefined {
  const history = unmarshall(table.item(consentId, 'HISTORY') ?? {});
  let before: string | undefined;
  for (let number = Math.max(0, remembered - ENTRIES_KEPT); number < remembered; number += 1) {
    const entry = history[placeOf(number)];
    if (entry?.number !== number) return `the history of ${consentId} lacks entry ${number}`;
    if (before !== undefined && before !== entry.from) {
      return `the history of ${consentId} goes from ${before} to ${entry.from} by itself`;
    }
    before = entry.to;
  }
  if (before === status) return undefined;
  return `${consentId} is ${status}, and ${before} by the end of its history`;
}
