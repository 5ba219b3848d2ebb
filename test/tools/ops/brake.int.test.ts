/**
 * A bank in trouble, through the whole worker and the operators' two verbs: 60 consents of one bank
 * are all said to be expired twice within an hour, and nobody but the first 19 PSUs is asked.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../shared/consent/instant.ts';
import { type BrakeOptions, type BrakeWorld, hold, release } from '../../../tools/ops/brake.ts';
import {
  answered,
  type CloudEvent,
  granted,
  printed,
  success,
} from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const SIXTY = Array.from({ length: 60 }, (_, at) => `consent-${at}`);
const TROUBLED = { id: 'bank-in-trouble', timeZone: 'Europe/Berlin' };
const OTHER = { id: 'another-bank', timeZone: 'Europe/Berlin' };
const LONG_MS_MAX = 120_000;

let story: LocalStory;
let dynamo: DynamoDBClient;
let sqs: SQSClient;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T07:00:00Z');
  dynamo = new DynamoDBClient(story.local.client);
  sqs = new SQSClient(story.local.client);
}, LONG_MS_MAX);
afterAll(async () => {
  dynamo.destroy();
  sqs.destroy();
  await story.stop();
});

/** Ten to a batch of the queue. */
async function sendAll(messages: readonly CloudEvent[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 10) {
    await story.send(...messages.slice(from, from + 10));
  }
}

async function allAt(time: string, messages: readonly CloudEvent[]): Promise<void> {
  await story.until(time);
  await sendAll(messages);
}

async function standings(): Promise<Readonly<Record<string, readonly string[]>>> {
  const states = await Promise.all(SIXTY.map((id) => story.state(id)));
  const found: Record<string, string[]> = {};
  SIXTY.forEach((id, at) => {
    const state = states[at];
    const standing = state?.held === undefined ? String(state?.status) : 'held';
    found[standing] = [...(found[standing] ?? []), id];
  });
  return found;
}

interface HeldEnding {
  readonly since: number;
  readonly until: number;
}

async function heldNow(): Promise<readonly HeldEnding[]> {
  const states = await Promise.all(SIXTY.map((id) => story.state(id)));
  return states.flatMap((state) => (state?.held === undefined ? [] : [state.held as HeldEnding]));
}

/** Whose PSU was asked, once for each time. */
async function asked(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of SIXTY) {
    for (const { subject } of await story.notices(id, 'reconsent.required')) found.push(subject);
  }
  return found;
}

async function run(
  verb: typeof hold,
  options: BrakeOptions,
  clockBehind = 0,
): Promise<{ readonly value: unknown; readonly text: string }> {
  let answer = { value: {}, text: '' };
  const world: BrakeWorld = {
    target: { named: (name) => name },
    clients: { dynamo, sqs },
    now: story.local.clock.now() - clockBehind,
    answer: (value, text) => {
      answer = { value, text: text() };
    },
    tell: () => {},
  };
  expect(await verb(options, world)).toBe(0);
  const inFlight = await story.local.settle();
  expect(inFlight).toEqual([]);
  return answer;
}

const expired = (id: string, time: string) =>
  answered(id, time, EXPIRED, { bank: TROUBLED, operation: 'balances', used: `${id}-t0` });

describe('a bank whose consents all seem to have expired', () => {
  let ended: readonly string[] = [];
  let held: readonly string[] = [];

  it(
    'has 19 PSUs asked, and every other end held with its token',
    async () => {
      await allAt(
        '2026-11-23T07:30:00Z',
        SIXTY.map((id) =>
          granted(id, '2026-11-23T07:30:00Z', { bank: TROUBLED, consentToken: `${id}-t0` }),
        ),
      );
      await allAt(
        '2026-11-23T08:05:00Z',
        SIXTY.map((id) => expired(id, '2026-11-23T08:05:00Z')),
      );

      const again = SIXTY.map((id) => expired(id, '2026-11-23T08:40:00Z'));
      // Side by side they count each other, and a few less than 19 may go.
      await story.until('2026-11-23T08:40:00Z');
      for (const one of again.slice(0, 25)) await story.send(one);
      await sendAll(again.slice(25));

      const found = await standings();
      ended = found.expired ?? [];
      held = found.held ?? [];
      expect([ended.length, held.length]).toEqual([19, 41]);
      expect((await asked()).toSorted()).toEqual(ended.toSorted());
      const [first] = await heldNow();
      expect(await story.state(held[0] ?? '')).toMatchObject({ token: `${held[0]}-t0` });
      expect(first?.until).toBe((first?.since ?? 0) + 72 * HOUR);
    },
    LONG_MS_MAX,
  );

  it('holds up no other bank', async () => {
    const elsewhere = (time: string) =>
      answered('elsewhere', time, EXPIRED, { bank: OTHER, operation: 'balances' });

    await story.happens(elsewhere('2026-11-23T08:05:00Z'), elsewhere('2026-11-23T08:41:00Z'));

    expect(await story.state('elsewhere')).toMatchObject({ status: 'expired' });
  });

  it(
    'is asked daily, and has those alive again whom it answers, without a word to anybody',
    async () => {
      const [alive = ''] = held;
      await story.until('2026-11-24T09:10:00Z');
      const [request] = await story.requests(alive);

      await story.send(
        answered(alive, '2026-11-24T09:10:00Z', success(`${alive}-t1`), {
          bank: TROUBLED,
          operation: 'balances',
          used: `${alive}-t0`,
          ...(request && { requestId: request.id }),
        }),
      );

      expect(request).toMatchObject({ data: { reason: 'confirm' } });
      expect(await story.state(alive)).toMatchObject({ status: 'valid', token: `${alive}-t1` });
      expect(await story.state(alive)).not.toHaveProperty('held');
      expect(await story.notices(alive)).toEqual([]);
      held = held.slice(1);
    },
    LONG_MS_MAX,
  );

  it('changes nothing when an operator only asks', async () => {
    const { value, text } = await run(release, { bank: TROUBLED.id, apply: false });

    expect(value).toMatchObject({
      applied: false,
      consents: 60,
      held: 40,
      endsFirst: expect.stringMatching(/^2026-11-26T08:4/),
    });
    expect(text).toMatch(
      /^40 ends of bank "bank-in-trouble" are held, .* with --apply they end now/,
    );
    expect((await standings()).held).toHaveLength(40);
  });

  it(
    'has none of them held for another 72 hours but when that is applied',
    async () => {
      const { value } = await run(hold, { bank: TROUBLED.id, apply: true });

      expect(value).toMatchObject({
        applied: true,
        held: 40,
        until: expect.stringMatching(/^2026-11-27T09:1/),
      });
      const until = (await heldNow()).map((one) => one.until);
      expect(Math.min(...until)).toBeGreaterThan(Date.parse('2026-11-27T09:10:00Z'));
      expect(await asked()).toHaveLength(19);
    },
    LONG_MS_MAX,
  );

  it('says beforehand what another operator has decided, and until when', async () => {
    const { value, text } = await run(release, { bank: TROUBLED.id, apply: false });

    expect(value).toMatchObject({ heldByOperator: expect.stringMatching(/^2026-11-27T09:1/) });
    expect(text).toMatch(
      /; an operator has all further ones held until 2026-11-27T09:1.*; with --/,
    );
  });

  it('tells nobody of another bank', async () => {
    const { value } = await run(release, { bank: OTHER.id, apply: true });

    expect(value).toMatchObject({ held: 0 });
    expect((await standings()).held).toHaveLength(40);
  });

  it(
    'ends what is held after its 72 hours, though nobody has decided',
    async () => {
      const before = await asked();

      await story.until('2026-11-27T09:30:00Z');

      expect(before).toHaveLength(19);
      expect((await standings()).held).toBeUndefined();
      expect((await asked()).toSorted()).toEqual([...ended, ...held].toSorted());
    },
    LONG_MS_MAX,
  );
});

describe('a bank whose ends are released', () => {
  const FORTY = SIXTY.slice(0, 40).map((id) => `second-${id}`);
  const THIRD = { id: 'bank-released', timeZone: 'Europe/Berlin' };
  const said = (id: string, time: string) =>
    answered(id, time, EXPIRED, { bank: THIRD, operation: 'balances' });

  it(
    'ends what is held, also by a clock that is behind, and lets further ends go through',
    async () => {
      await allAt(
        '2026-11-28T08:05:00Z',
        FORTY.map((id) => said(id, '2026-11-28T08:05:00Z')),
      );
      await allAt(
        '2026-11-28T08:40:00Z',
        FORTY.slice(1).map((id) => said(id, '2026-11-28T08:40:00Z')),
      );

      const before = await Promise.all(FORTY.map((id) => story.state(id)));
      const heldFirst = before.filter((state) => state?.held !== undefined).length;

      const { value, text } = await run(release, { bank: THIRD.id, apply: true }, 10 * MINUTE);
      const again = await run(release, { bank: THIRD.id, apply: false });
      await story.send(said(FORTY[0] ?? '', '2026-11-28T08:45:00Z'));

      const states = await Promise.all(FORTY.map((id) => story.state(id)));
      const item = await dynamo.send(
        new GetItemCommand({
          TableName: story.local.named('consents'),
          Key: { pk: { S: `BANK#${THIRD.id}` }, sk: { S: 'BRAKE' } },
        }),
      );
      expect(value).toMatchObject({ decision: 'release', applied: true, held: heldFirst });
      expect(text).toContain(' held ends of bank "bank-released" were told to release: they end');
      expect(again.value).toMatchObject({
        held: 0,
        releasedByOperator: expect.stringMatching(/^2026-11-29T08:3/),
      });
      expect(again.text).toContain('; an operator lets further ones through until 2026-11-29T08:3');
      expect(states.map((state) => state?.status)).toEqual(Array(40).fill('expired'));
      expect(heldFirst).toBeGreaterThanOrEqual(20);
      expect(Number(item.Item?.releasedUntil?.N)).toBeGreaterThan(Date.parse('2026-11-29T08:30Z'));
    },
    LONG_MS_MAX,
  );
});
