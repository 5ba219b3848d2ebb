import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Message } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Remember } from '../../shared/consent/effect.ts';
import { DAY } from '../../shared/consent/instant.ts';
import { expiryOf } from '../../shared/consent/retention.ts';
import { Secret } from '../../shared/consent/secret.ts';
import { performWith, type Reach } from '../../shared/effects/perform.ts';
import { remember } from '../../shared/effects/remember.ts';
import type { AccountCache, Perform } from '../../shared/lifecycle/ports.ts';
import { bankCallRequested } from '../../shared/messages/bank-call-requested.ts';
import { NOTICES } from '../../shared/messages/notices.ts';
import { readResultMessage, readTimerMessage } from '../../shared/messages/read-message.ts';
import { type ConsentsTable, startConsentsTable } from '../support/dynalite.ts';
import { type LocalQueues, startLocalQueues } from './local-queues.ts';
import { recordedAws, type SentRequest } from './recorded-aws.ts';
import {
  CHANGED,
  NOW,
  REF,
  REPLACE,
  REQUEST,
  REQUIRED,
  rememberOf,
  SET_TIMER,
} from './sample-effects.ts';

const RESULTS = 'bank-call-results';
const REQUESTS = 'bank-call-requests.fifo';
const TIMERS = 'due-timers';
const CONSENT_ID = 'consent-1';

let queues: LocalQueues;
let table: ConsentsTable;
let purged: (readonly [string, number])[];
let scheduled: readonly SentRequest[];
let perform: Perform;

beforeEach(async () => {
  queues = await startLocalQueues([RESULTS, REQUESTS, TIMERS], ['re-consent', 'consent-notices']);
  table = await startConsentsTable();
  purged = [];
  const accounts: AccountCache = {
    put: async () => 'cached',
    get: async () => undefined,
    purge: async (consentId, before) => {
      purged.push([consentId, before]);
    },
  };
  const { scheduler, sent } = recordedAws();
  scheduled = sent;
  const reach: Reach = {
    scheduler,
    sqs: async () => queues.sqs,
    sns: async () => queues.sns,
    dynamo: table.client,
    accounts,
    clock: () => NOW,
    tableName: table.tableName,
    bankCallResultsUrl: queues.urlOf(RESULTS),
    bankCallRequestsUrl: queues.urlOf(REQUESTS),
    dueTimersUrl: queues.urlOf(TIMERS),
    dueTimersArn: 'arn:aws:sqs:eu-central-1:000000000000:due-timers',
    reConsentTopicArn: queues.topicArnOf('re-consent'),
    consentNoticesTopicArn: queues.topicArnOf('consent-notices'),
    scheduleGroup: 'consent-lifecycle',
    schedulerRoleArn: 'arn:aws:iam::000000000000:role/scheduler',
    schedulerDlqArn: 'arn:aws:sqs:eu-central-1:000000000000:scheduler-dlq',
  };
  perform = performWith(reach);
});

afterEach(async () => {
  await queues.stop();
  await table.stop();
});

function attributesOf(message: Message | undefined): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(message?.MessageAttributes ?? {}).map(([name, value]) => [
      name,
      value.StringValue,
    ]),
  );
}

async function historyOf(consentId: string): Promise<Record<string, unknown>> {
  const { Item } = await table.client.send(
    new GetItemCommand({
      TableName: table.tableName,
      Key: { pk: { S: `CONSENT#${consentId}` }, sk: { S: 'HISTORY' } },
    }),
  );
  return Item === undefined ? {} : unmarshall(Item);
}

describe('a request', () => {
  it('waits once for the caller, however often it is performed', async () => {
    await perform(REQUEST, CONSENT_ID);
    await perform(REQUEST, CONSENT_ID);

    const messages = await queues.receive(REQUESTS);

    expect(messages).toHaveLength(1);
    expect(messages[0]?.Attributes).toMatchObject({
      MessageGroupId: CONSENT_ID,
      MessageDeduplicationId: REQUEST.id,
    });
    const read = bankCallRequested.safeParse(JSON.parse(messages[0]?.Body ?? ''));
    expect(read.data).toMatchObject({ id: REQUEST.id, subject: CONSENT_ID });
  });

  it.each([
    ['a space', 'consent 1'],
    ['an umlaut', 'consent-ü'],
    ['129 characters', 'c'.repeat(129)],
  ])('of a consent whose id has %s goes to a group of its hash', async (_what, consentId) => {
    await perform(REQUEST, consentId);

    const [message] = await queues.receive(REQUESTS);

    expect(message?.Attributes?.MessageGroupId).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('a notice', () => {
  it('that asks for re-consent goes to the topic of its own', async () => {
    await perform(REQUIRED, CONSENT_ID);

    const [message] = await queues.receive('re-consent');

    expect(NOTICES['reconsent.required'].safeParse(JSON.parse(message?.Body ?? '')).success).toBe(
      true,
    );
    expect(attributesOf(message)).toStrictEqual({
      type: 'reconsent.required',
      reason: 'CONSENT.EXPIRED',
      provider: 'klarna-consent',
      bankId: 'bank-1',
    });
    expect(await queues.receive('consent-notices')).toHaveLength(0);
  });

  it('of any other kind goes to the other topic, and leaves out what is unknown', async () => {
    await perform(CHANGED, CONSENT_ID);

    const [message] = await queues.receive('consent-notices');

    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ data: { to: 'terminatedByTpp' } });
    expect(attributesOf(message)).toStrictEqual({ type: 'consent.status-changed', reason: 'tpp' });
    expect(await queues.receive('re-consent')).toHaveLength(0);
  });
});

describe('a replacement', () => {
  it('reaches the other consent through the queue of results', async () => {
    await perform(REPLACE, CONSENT_ID);

    const [message] = await queues.receive(RESULTS);

    expect(readResultMessage(message?.Body ?? '')).toMatchObject({
      kind: 'message',
      message: { id: REPLACE.id, subject: 'consent-old', data: { by: CONSENT_ID } },
    });
  });
});

describe('a timer', () => {
  it('is scheduled, or, when it is due, waits in the queue', async () => {
    await perform(SET_TIMER, CONSENT_ID);
    await perform({ ...SET_TIMER, dueAt: NOW }, CONSENT_ID);

    const [message] = await queues.receive(TIMERS);

    expect(scheduled.map(({ path }) => path)).toStrictEqual([`/schedules/${REF}.g2.n5`]);
    expect(readTimerMessage(message?.Body ?? '')).toMatchObject({
      message: { subject: CONSENT_ID, data: { generation: 2, number: 5 } },
    });
  });

  it('is cancelled by its name', async () => {
    await perform({ do: 'CancelTimer', key: 'timer', cancels: [SET_TIMER.name] }, CONSENT_ID);

    expect(scheduled.map(({ method }) => method)).toStrictEqual(['DELETE']);
  });
});

describe('a purge', () => {
  it('forgets the accounts of this consent by date', async () => {
    await perform({ do: 'PurgeAccounts', key: 'purge', before: NOW }, CONSENT_ID);

    expect(purged).toStrictEqual([[CONSENT_ID, NOW]]);
  });
});

function aboutOldTimes(line: Remember): Remember {
  return { ...line, entry: { ...line.entry, at: NOW - 1_000 * DAY } };
}

describe('the history', () => {
  it('keeps a line under the place of its number', async () => {
    await perform(rememberOf(7), CONSENT_ID);

    expect(await historyOf(CONSENT_ID)).toStrictEqual({
      pk: 'CONSENT#consent-1',
      sk: 'HISTORY',
      e07: { ...rememberOf(7).entry, number: 7 },
      schemaVersion: 1,
      expiresAt: expiryOf(NOW),
    });
  });

  it('may go 400 days after the last line was written, whatever that line is about', async () => {
    const later = { dynamo: table.client, tableName: table.tableName, clock: () => NOW + DAY };
    await perform(rememberOf(1), CONSENT_ID);

    await remember(rememberOf(1), CONSENT_ID, later);
    const repeated = await historyOf(CONSENT_ID);
    await remember(aboutOldTimes(rememberOf(0)), CONSENT_ID, later);
    const added = await historyOf(CONSENT_ID);

    expect(repeated.expiresAt).toBe(expiryOf(NOW));
    expect(added.expiresAt).toBe(expiryOf(NOW + DAY));
  });

  it('is the same after a line is written twice', async () => {
    await perform(rememberOf(0), CONSENT_ID);
    const once = await historyOf(CONSENT_ID);

    await perform(rememberOf(0), CONSENT_ID);

    expect(await historyOf(CONSENT_ID)).toStrictEqual(once);
  });

  it('keeps 50 lines, and a late older one does not come back', async () => {
    for (let number = 0; number < 51; number += 1) await perform(rememberOf(number), CONSENT_ID);

    await perform(rememberOf(0), CONSENT_ID);

    const places = await historyOf(CONSENT_ID);
    expect(Object.keys(places).filter((name) => /^e\d\d$/.test(name))).toHaveLength(50);
    expect(places.e00).toMatchObject({ number: 50 });
    expect(places.e01).toMatchObject({ number: 1 });
  });

  it('fails where there is no table', async () => {
    const nowhere = { dynamo: table.client, tableName: 'nowhere', clock: () => NOW };

    await expect(remember(rememberOf(1), CONSENT_ID, nowhere)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a token', () => {
  it('is in nothing that is sent, scheduled or written, wherever it slipped in', async () => {
    const token = new Secret('canary-token');
    const call = { ...REQUEST.call, parameters: { token, nested: [{ token }] } };
    const slipped = { token };

    await perform({ ...REQUEST, call }, CONSENT_ID);
    await perform({ ...REQUIRED, ...slipped }, CONSENT_ID);
    await perform({ ...CHANGED, ...slipped }, CONSENT_ID);
    await perform({ ...REPLACE, ...slipped }, CONSENT_ID);
    await perform({ ...SET_TIMER, ...slipped }, CONSENT_ID);
    await perform({ ...SET_TIMER, ...slipped, dueAt: NOW }, CONSENT_ID);
    await perform({ ...rememberOf(1), ...slipped }, CONSENT_ID);

    const names = [RESULTS, REQUESTS, TIMERS, 're-consent', 'consent-notices'];
    const sent = await Promise.all(names.map((name) => queues.receive(name)));
    expect(sent.map((messages) => messages.length)).toStrictEqual([1, 1, 1, 1, 1]);
    const everything = JSON.stringify([sent, scheduled, await historyOf(CONSENT_ID)]);
    expect(everything).toContain('[redacted]');
    expect(everything).not.toContain('canary');
  });
});
