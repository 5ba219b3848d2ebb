/** What a brake may not do is found, whoever does it; what it may do is let be. (rule 20) */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { BankDecision } from '../../shared/consent/brake.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import type { PublishNotice } from '../../shared/consent/effect.ts';
import { DAY, HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { endingDecidedMessage } from '../../shared/messages/ending-decided.ts';
import { decideForBank } from '../../shared/store/bank-decision.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { Bank } from '../../tools/sim/bank.ts';
import { BrakeWatch } from '../../tools/sim/brake-watch.ts';
import { TABLE_NAME, Table } from '../../tools/sim/table.ts';
import { World } from '../../tools/sim/world.ts';
import { aConsent } from '../support/a-consent.ts';

const NOW = Date.UTC(2026, 10, 22, 8);
const BANK = { id: 'bank-1' };
const TRAITS = { timeZone: 'Europe/Berlin', callsPerDayMax: 4, rolling: false, rotates: true };

/** A bank, and what becomes of its consents. */
function watched() {
  const [world, table] = [new World(1, NOW), new Table()];
  const bank = new Bank({ ...BANK, ...TRAITS, provider: 'klarna-consent' });
  const watch = new BrakeWatch(world, table, new Map([['consent-1', bank]]));
  table.onPut = (before, after) => watch.stored(before?.consent, after);
  const dynamo = { send: async (command: object) => table.answer(command) };
  const client = dynamo as unknown as DynamoDBClient;
  const store = new DynamoConsentStore(client, TABLE_NAME, () => 'r1');
  const save = async (fields: Partial<Consent>, outbox: readonly PublishNotice[] = []) => {
    const consent = aConsent({ bank: BANK, ...fields });
    const isKnown = table.held(consent.consentId) !== undefined;
    await store.save({ consent, outbox, now: world.agenda.now }, isKnown ? 'r1' : undefined);
  };
  return {
    watch,
    why: () => world.broken?.why,
    held: (since: number, until = since + 72 * HOUR) => save({ held: { since, until } }),
    ended: (consentId: string, at: number, fields: Partial<Consent> = {}) =>
      save({ consentId, end: { at, by: 'bank' }, ...fields }, [required(consentId, at)]),
    decide: (decision: BankDecision) => decideForBank(client, TABLE_NAME, BANK.id, decision),
    later: (ms: number) => {
      const until = world.agenda.now + ms;
      world.agenda.at(until, () => {});
      while (world.agenda.step(until));
    },
  };
}

function required(consentId: string, at: number): PublishNotice {
  const body = { type: 'reconsent.required', reason: 'CONSENT', confirmedAt: at, errors: [] };
  const notice = { id: `${consentId}.required`, consentId, at, generation: 1, sequence: 1, body };
  return { do: 'PublishNotice', key: 'notice:1.required', notice } as PublishNotice;
}

describe('ends that the brake lets go', () => {
  it('are two in a day of the policy', async () => {
    const { ended, why } = watched();

    for (const id of ['a', 'b']) await ended(id, NOW);
    for (const id of ['c', 'd']) await ended(id, NOW + DAY);

    expect(why()).toBeUndefined();
  });

  it('are not three', async () => {
    const { ended, why } = watched();

    for (const id of ['a', 'b', 'c']) await ended(id, NOW);

    expect(why()).toBe('c of bank-1 is number 3 of its day');
  });

  it('are as many as there are while a person has released the bank', async () => {
    const { decide, ended, why } = watched();
    await decide({ releasedUntil: NOW + DAY });

    for (const id of ['a', 'b', 'c', 'd']) await ended(id, NOW);

    expect(why()).toBeUndefined();
  });

  it('are none while a person holds the bank', async () => {
    const { decide, ended, later, why } = watched();
    await decide({ heldUntil: NOW + DAY });
    later(1);

    await ended('a', NOW + 1);

    expect(why()).toBe('a of bank-1 is let go while all are held');
  });

  it('are not counted where a known date has passed', async () => {
    const { ended, why } = watched();

    for (const id of ['a', 'b', 'c']) await ended(id, NOW, { validUntil: NOW });

    expect(why()).toBeUndefined();
  });
});

describe('an end that is held', () => {
  const UNTIL = NOW + 72 * HOUR;

  it('comes when its 72 hours are over', async () => {
    const { held, ended, later, why } = watched();
    await held(NOW);
    later(72 * HOUR);

    await ended('consent-1', UNTIL);
    later(DAY);

    expect(why()).toBeUndefined();
  });

  it('does not come before unless a person has released it', async () => {
    const { held, ended, why } = watched();
    await held(NOW);

    await ended('consent-1', NOW + HOUR);

    expect(why()).toBe('consent-1 was held, and nobody has released it');
  });

  it('comes when a person has released it, and that is known of its notice', async () => {
    const { watch, held, decide, ended, later, why } = watched();
    await held(NOW);
    later(HOUR);
    await decide({ releasedUntil: NOW + 25 * HOUR });

    await ended('consent-1', NOW + HOUR);

    expect(why()).toBeUndefined();
    expect(watch.wasReleased({ consentId: 'consent-1', generation: 1 })).toBe(true);
    expect(watch.wasReleased({ consentId: 'consent-1', generation: 2 })).toBe(false);
  });

  it('is held no longer than 72 hours and what the sweep takes', async () => {
    const { held, later, why } = watched();
    await held(NOW);

    later(72 * HOUR + 7 * HOUR);

    expect(why()).toContain('is held, though its time was over');
  });

  it('is not held for longer than that from the beginning', async () => {
    const { held, why } = watched();

    await held(NOW, UNTIL + MINUTE);

    expect(why()).toContain('consent-1 is held for 72.0');
  });

  it('is held on when a person says so, and only then', async () => {
    const { held, decide, later, why } = watched();
    await held(NOW);
    later(HOUR);
    await decide({ heldUntil: UNTIL + HOUR });
    await held(NOW, UNTIL + HOUR);
    const asked = why();

    const { held: heldToo, later: laterToo, why: whyToo } = watched();
    await heldToo(NOW);
    laterToo(HOUR);
    await heldToo(NOW, UNTIL + HOUR);

    expect(asked).toBeUndefined();
    expect(whyToo()).toBe("consent-1 is held on by nobody's word");
  });

  it('is none while its bank is released', async () => {
    const { decide, held, later, why } = watched();
    await decide({ releasedUntil: NOW + DAY });
    later(1);

    await held(NOW + 1);

    expect(why()).toBe('consent-1 is held, and its bank was released');
  });

  it.each([
    ['release', NOW + 1, 'consent-1 is held, and was released at 2026-11-22T08:00:00.001Z'],
    ['release', NOW - 1, undefined],
    ['hold', NOW + 1, undefined],
  ] as const)('is not held when it was told to %s at %i', async (decision, at, expected) => {
    const { watch, held, why } = watched();
    await held(NOW);
    const message = endingDecidedMessage({ id: 'm', consentId: 'consent-1', at }, decision);

    watch.acknowledged(JSON.stringify(message), aConsent({ held: { since: NOW, until: UNTIL } }));

    expect(why()).toBe(expected);
  });
});
