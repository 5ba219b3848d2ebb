/**
 * Two programs that want one consent all the time, and the worker that hears of each call: no token
 * is used twice, none is lost, and the bank's day is never overdrawn.
 */
import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createCaller } from '../../shared/caller/caller.ts';
import { DAY, SECOND } from '../../shared/consent/instant.ts';
import { refOf } from '../../shared/intake/names.ts';
import { clientsOf } from '../../tools/sim/aws.ts';
import { Bank } from '../../tools/sim/bank.ts';
import { callBank } from '../../tools/sim/bank-calls.ts';
import { FAULT_NAMES } from '../../tools/sim/faults.ts';
import { play, stageOf } from '../../tools/sim/simulation.ts';
import { TABLE_NAME } from '../../tools/sim/table.ts';
import type { Watch } from '../../tools/sim/watch.ts';
import { Workers } from '../../tools/sim/workers.ts';
import { World } from '../../tools/sim/world.ts';
import { granted } from '../support/local-messages.ts';

const FROM = Date.UTC(2026, 9, 5);
const CALLS = 10_000;
const CONSENT_ID = 'consent-1';
const OPERATIONS = ['accounts', 'balances', 'transactions'];

type Send = (command: { readonly input: object }) => Promise<unknown>;

const BLIND = {
  decided: () => {},
  acknowledged: () => {},
  reported: () => {},
  missed: () => {},
  isUnderWay: () => false,
} as unknown as Watch;

async function looped() {
  const calm = Object.fromEntries(FAULT_NAMES.map((fault) => [fault, 0]));
  const world = new World(1, FROM, calm);
  const { aws, bankOf, results, table } = stageOf(world);
  // What it would look at after each step takes longer the more calls there were.
  table.onPut = () => {};
  const watch = BLIND;
  const traits = { timeZone: 'Europe/Berlin', callsPerDayMax: 4, rolling: false, rotates: true };
  const bank = new Bank({ id: 'bank', provider: 'klarna-consent', ...traits });
  bankOf.set(CONSENT_ID, bank);
  const mandate = bank.consent(CONSENT_ID);
  new Workers(aws, watch, {}).feed(results);
  results.send(
    JSON.stringify(
      granted(CONSENT_ID, new Date(FROM).toISOString(), {
        consentToken: `sim-token.${CONSENT_ID}.1`,
      }),
    ),
  );

  /** Of each call that was made. */
  const writes: number[] = [];
  const refused = new Map<string, number>();
  let ids = 0;
  const program = async (name: string) => {
    const run = { name, dead: false };
    const own = { writes: 0 };
    const quiet = { ...aws, onSend: () => {}, onText: () => {} };
    const { dynamo } = clientsOf(quiet, run, () => {});
    const { send: pass } = dynamo as unknown as { send: Send };
    const send: Send = (command) => {
      if (command instanceof UpdateItemCommand) own.writes += 1;
      return pass(command);
    };
    let reportId = '';
    const caller = createCaller(
      {
        dynamo: { send, config: { systemClockOffset: 0 } } as unknown as DynamoDBClient,
        sqs: { send: pass } as unknown as SQSClient,
        tableName: TABLE_NAME,
        bankCallResultsUrl: results.name,
        source: '/loop',
      },
      {
        clock: () => world.agenda.now,
        newId: () => {
          ids += 1;
          return `${name}-${ids}`;
        },
        timeout: () => new AbortController().signal,
      },
    );
    for (let turn = 0; mandate.answers.length < CALLS; turn += 1) {
      const call = { operation: OPERATIONS[turn % 3] ?? '', attended: false };
      reportId = `${name}-${ids + 1}`;
      const before = own.writes;
      const outcome = await caller.withConsent(CONSENT_ID, call, async (token) => {
        await world.pause(world.random('bank-time').within(1, 2 * SECOND));
        const time = world.agenda.now;
        const made = { consentId: CONSENT_ID, call, token, reportId, time, far: false };
        const response = callBank(made, { world, table, results, watch, bankOf });
        if (response === null) throw new Error('never silent');
        return response;
      });
      if (outcome.outcome === 'answered') {
        writes.push(own.writes - before);
        continue;
      }
      refused.set(outcome.reason, (refused.get(outcome.reason) ?? 0) + 1);
      const until = outcome.reason === 'day-used-up' ? outcome.until - world.agenda.now : 0;
      // The last operation of the day waits for the next one; a running call ends in a moment.
      await world.pause(
        turn % 3 === 2 ? Math.max(until, 1) : 1 + world.random(name).within(0, SECOND),
      );
    }
  };
  world.agenda.after(DAY / 2, () => {
    void program('one');
    void program('two');
  });
  await play(world, FROM + 5_000 * DAY);
  return { world, mandate, table, writes, refused };
}

describe('two programs in a tight loop', () => {
  it(`use no token twice and lose none in ${CALLS} calls, with two writes for nearly each`, async () => {
    const { world, mandate, table, writes, refused } = await looped();

    const said = new Set(mandate.answers.map((answer) => `${answer.said} ${answer.why}`));
    const held = table.held(CONSENT_ID);
    expect(world.broken).toBeUndefined();
    expect([...said]).toEqual(['OK truth']);
    expect(mandate.answers.length).toBeGreaterThanOrEqual(CALLS);
    expect(mandate.answers.every(({ used, current }) => used === current)).toBe(true);
    expect(held?.consent.token?.secret.reveal()).toBe(`sim-token.${CONSENT_ID}.${mandate.token}`);
    expect(held?.consent.ref).toBe(refOf(CONSENT_ID));
    expect(held?.consent.foretold).toBeUndefined();
    expect(held?.consent.lease).toBeUndefined();
    expect(refused.get('day-used-up')).toBeGreaterThan(1_000);
    // One more each time that somebody else wrote between the read and the write.
    expect(writes.filter((count) => count > 2).length).toBeLessThan(CALLS / 40);
    expect(writes).toHaveLength(mandate.answers.length);
  });
});
