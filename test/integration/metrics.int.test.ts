/**
 * What the whole worker counts: a story with every kind of message is played, and whatever the
 * functions wrote is on the list of metrics, with its unit and its dimensions. Dashboards and
 * alarms are made from that list.
 */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { refOf } from '../../shared/intake/names.ts';
import {
  DIMENSIONS,
  EFFECT_METRICS,
  METRICS,
  NOTE_METRICS,
} from '../../shared/worker/metric-names.ts';
import { TABLE } from '../../tools/local/resources.ts';
import {
  answered,
  batchOf,
  granted,
  klarnaError,
  printed,
  success,
} from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';
import { metricsIn, type WrittenMetric } from '../support/written-metrics.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const LIMIT_EXCEEDED = printed('klarna-consent/consent-limit-exceeded');
const WAITED_MS = 90_000;

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T06:00:00Z');
  const first = answered('alive', '2026-11-23T07:10:00Z', success('a1'), { used: 'a0' });
  await story.happens(
    granted('alive', '2026-11-23T07:00:00Z', { consentToken: 'a0' }),
    first,
    first,
    answered('alive', '2026-11-23T07:20:00Z', success('a2'), { used: 'a1' }),
    answered('alive', '2026-11-23T07:30:00Z', LIMIT_EXCEEDED, { used: 'a2' }),
    answered('alive', '2026-11-23T07:40:00Z', klarnaError('SOMETHING.ELSE'), {
      provider: 'klarna-xs2a',
      bank: { id: 'DE-1', timeZone: 'Mars/Olympus_Mons' },
    }),
    granted('ended', '2026-11-23T07:50:00Z', { consentToken: 'e0', supersedes: 'older' }),
    answered('ended', '2026-11-23T08:00:00Z', EXPIRED, { used: 'e0' }),
    answered('ended', '2026-11-23T08:40:00Z', EXPIRED, { used: 'e0' }),
  );
  await story.send('not JSON');
  await story.until('2026-11-24T09:00:00Z');
  await deliverImpossible();
});
afterAll(() => story.stop());

/** A message that has waited a while, about a consent whose record cannot be, and one beside it. */
async function deliverImpossible(): Promise<void> {
  const { local } = story;
  await new DynamoDBClient(local.client).send(
    new PutItemCommand({
      TableName: TABLE,
      Item: { pk: { S: 'CONSENT#impossible' }, sk: { S: 'STATE' }, status: { S: 'undecided' } },
    }),
  );
  const time = new Date(local.clock.now()).toISOString();
  const messages = ['impossible', 'beside'].map((id) => answered(id, time, success('t1')));
  const sentAt = local.clock.now() - WAITED_MS;
  await local.functions['bank-call-results'].invoke(batchOf(messages, sentAt));
  // What a thread prints may be read a little later than its answer.
  await vi.waitUntil(() => written('to-come-again').length > 0 && lateOnes().length > 0, {
    timeout: 30_000,
  });
}

function written(name: string): readonly WrittenMetric[] {
  return metricsIn(story.printed).filter((one) => one.name === name);
}

function lateOnes(): readonly number[] {
  const values = written('handled-after').flatMap((one) => one.values);
  return values.filter((value) => value >= WAITED_MS);
}

/** What is wrong about a metric, by the list. */
function faultOf({ name, unit, dimensions, isList }: WrittenMetric): string | undefined {
  const plain = { unit: 'Count', kind: 'sum', dimensions: [] };
  const isPlain = [...NOTE_METRICS, ...EFFECT_METRICS].some((one) => one === name);
  const listed = isPlain ? plain : Object.entries(METRICS).find(([one]) => one === name)?.[1];
  if (listed === undefined) return `${name} is not on the list`;
  if (unit !== listed.unit) return `${name} is in ${unit}`;
  if (isList && listed.kind !== 'distribution') return `${name} is a list of values`;
  if (Object.keys(dimensions).join() !== listed.dimensions.toSorted().join()) {
    return `${name} has the dimensions ${Object.keys(dimensions).join()}`;
  }
  const values: Readonly<Record<string, readonly string[]>> = DIMENSIONS;
  const strange = Object.entries(dimensions).find(([key, value]) => !values[key]?.includes(value));
  return strange && `${name} has the ${strange.join(' ')}`;
}

describe('what the worker counts', () => {
  it('is on the list, with its unit, its dimensions and their values', () => {
    const faults = metricsIn(story.printed).map(faultOf);

    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('is in the namespace that the environment names, under the name of its function', () => {
    const all = metricsIn(story.printed);

    expect(new Set(all.map(({ namespace }) => namespace))).toEqual(new Set(['ConsentLifecycle']));
    expect(new Set(all.map(({ service }) => service))).toEqual(
      new Set(['bank-call-results', 'due-timers', 'sweep']),
    );
  });

  it.each([
    ...Object.keys(METRICS).filter((name) => name !== 'batch-failed'),
    ...EFFECT_METRICS.filter((name) => name !== 'CancelTimer'),
    'token-rotated',
    'unknown-time-zone',
  ])('has %s in it', (name) => {
    expect(written(name)).not.toEqual([]);
  });

  it('tells how long a message was under way, if it is done, and from when SQS took it', () => {
    const values = written('handled-after').flatMap((one) => one.values);

    expect(lateOnes()).toHaveLength(1);
    expect(values.every((value) => value >= 0)).toBe(true);
  });

  it("tells what the bank's day has left, down to none", () => {
    const left = written('calls-left').filter(
      (one) => one.dimensions.provider === 'klarna-consent',
    );

    expect(left.flatMap(({ values }) => values).slice(0, 3)).toEqual([3, 2, 0]);
  });

  it('goes with a line of the log that names the consent by its hash', () => {
    const lines = story.printed.filter((line) => line.includes('"to come again"'));

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'ERROR', consentRef: refOf('impossible'), errorName: 'ImpossibleItem' },
    ]);
  });

  it('tells what failed of a message that comes again', () => {
    expect(written('to-come-again')).toMatchObject([
      { dimensions: { code: 'BROKEN' }, values: [1] },
    ]);
  });

  it('tells of a sweep that it found nothing', () => {
    expect(written('overdue')).toContainEqual(
      expect.objectContaining({ service: 'sweep', values: [0] }),
    );
    expect(written('still-overdue').flatMap(({ values }) => values)).toContain(0);
  });
});
