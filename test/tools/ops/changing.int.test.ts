/** The verbs that change something when they are told to, against the local AWS. */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queueUrl } from '../../../tools/local/resources.ts';
import { answered, granted, klarnaError, success } from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const START = '2026-11-23T07:00:00Z';
const TOKEN = 'canary-token-of-the-bank';

let story: LocalStory;
let sqs: SQSClient;

beforeAll(async () => {
  story = await startLocalStory(START);
  sqs = new SQSClient(story.local.client);
});
afterAll(() => story.stop());

function local(...args: readonly string[]): Promise<Ran> {
  return runOps([...args, '--local'], localEnv(story.local.url));
}

async function send(queue: string, body: string, more: object = {}): Promise<void> {
  const QueueUrl = queueUrl(story.local.url, queue);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...more }));
}

function because(reason: string): object {
  return { MessageAttributes: { reason: { DataType: 'String', StringValue: reason } } };
}

async function held(queue: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl(story.local.url, queue),
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
}

/** Takes all, in the order in which they come. */
async function bodiesIn(queue: string): Promise<readonly (string | undefined)[]> {
  const QueueUrl = queueUrl(story.local.url, queue);
  const bodies: (string | undefined)[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    if (Messages.length === 0) return bodies;
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

describe('redrive', () => {
  const result = () =>
    JSON.stringify(answered('late', '2026-11-23T06:59:00Z', success(`${TOKEN}-1`)));

  afterEach(async () => {
    await story.deadLetters();
  });

  it('says how many and why, shows no body, and leaves everything where it is', async () => {
    await send('bank-call-results-dlq', result(), because('provider "x" is unknown'));
    await send('bank-call-results-dlq', result(), because('provider "x" is unknown'));
    await send('bank-call-results-dlq', result());

    const first = await local('redrive', 'bank-call-results-dlq');
    const second = await local('redrive', 'bank-call-results-dlq');

    expect(first).toEqual({
      code: 1,
      out: [
        '3 in bank-call-results-dlq, to be sent to bank-call-results (--apply)',
        expect.stringMatching(/^ {2}(2 x provider "x" is unknown|1 x failed too often)$/),
        expect.stringMatching(/^ {2}(2 x provider "x" is unknown|1 x failed too often)$/),
      ],
      err: [],
    });
    expect(second.out[0]).toBe(first.out[0]);
    expect(JSON.stringify([first, second])).not.toContain(TOKEN);
    expect(await held('bank-call-results-dlq')).toBe(3);
    expect(await story.state('late')).toBeUndefined();
  });

  it('applied, sends results to the worker, which applies them', async () => {
    await send('bank-call-results-dlq', result(), because('of an older version'));

    const { code, out, err } = await local('redrive', 'bank-call-results-dlq', '--apply');
    await story.local.settle();

    expect([code, out]).toEqual([
      0,
      ['1 sent from bank-call-results-dlq to bank-call-results, 0 left there'],
    ]);
    expect(err.join()).not.toContain(TOKEN);
    expect(await story.state('late')).toMatchObject({ status: 'valid', token: `${TOKEN}-1` });
  });

  it('leaves alone what comes straight back, and says so', async () => {
    await send('bank-call-results-dlq', 'no JSON', because('expected JSON'));
    await send('bank-call-results-dlq', 'none either', because('expected JSON'));

    const runs = [
      await local('redrive', 'bank-call-results-dlq', '--apply', '--json'),
      await local('redrive', 'bank-call-results-dlq', '--apply', '--json'),
    ];
    await story.local.settle();

    for (const { out } of runs) {
      const { moved, cameBack } = JSON.parse(out.join());
      expect(moved).toBeLessThanOrEqual(2);
      expect(cameBack).toBeLessThanOrEqual(moved);
    }
    expect(await held('bank-call-results-dlq')).toBe(2);
  });

  it("sends the Scheduler's letters to the timers' queue", async () => {
    await story.happens(answered('waits', '2026-11-23T07:10:00Z', klarnaError('CONSENT.EXPIRED')));
    const [timer] = await story.timers('waits');
    await send('scheduler-dlq', timer?.input ?? '', {
      MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: 'AccessDenied' } },
    });
    const dry = await local('redrive', 'scheduler-dlq');

    const { code } = await local('redrive', 'scheduler-dlq', '--apply');
    await story.local.settle();

    expect(dry.out).toEqual([
      '1 in scheduler-dlq, to be sent to due-timers (--apply)',
      '  1 x the Scheduler could not deliver it: AccessDenied',
    ]);
    expect([code, await held('scheduler-dlq'), await held('due-timers')]).toEqual([0, 0, 0]);
    // Too early, so it was set anew.
    expect(await story.state('waits')).toMatchObject({ timer: { number: 2 } });
  });

  it('keeps the order of a group, and a request past its notAfter is said to be', async () => {
    const request = (id: string) =>
      JSON.stringify({ id, data: { notAfter: '2026-11-23T06:00:00Z' } });
    const bodies = [request('r1'), request('r2')];
    for (const [at, body] of bodies.entries()) {
      const ordered = { MessageGroupId: 'consent-1', MessageDeduplicationId: `r${at}` };
      await send('bank-call-requests-dlq.fifo', body, ordered);
    }

    const dry = await local('redrive', 'bank-call-requests-dlq.fifo');
    const { code } = await local('redrive', 'bank-call-requests-dlq.fifo', '--apply');

    // The rest of a group is hidden while one of it is looked at.
    expect(dry.out).toEqual([
      '2 in bank-call-requests-dlq.fifo, to be sent to bank-call-requests.fifo (--apply) ' +
        '(1 looked at)',
      '  1 x not deleted by any caller; past its notAfter, so callers will drop it',
    ]);
    expect([code, await bodiesIn('bank-call-requests.fifo')]).toEqual([0, bodies]);
  });

  it('says of an empty queue that it is empty', async () => {
    const ran = await local('redrive', 'due-timers-dlq', '--apply');

    expect(ran).toEqual({ code: 0, out: ['0 in due-timers-dlq'], err: [] });
  });
});

describe('forget', () => {
  const LIST = { accounts: [{ id: 'acc-1', iban: 'DE02120300000000202051' }] };
  const lifeOf = (consentId: string) => [
    granted(consentId, '2026-11-23T07:21:00Z', {
      consentToken: `${TOKEN}-1`,
      validUntil: '2027-05-01T00:00:00Z',
    }),
    answered(consentId, '2026-11-23T07:22:00Z', success(`${TOKEN}-2`, LIST), {
      used: `${TOKEN}-1`,
    }),
    answered(consentId, '2026-11-23T07:23:00Z', klarnaError('CONSENT.EXPIRED'), {
      used: `${TOKEN}-2`,
    }),
  ];

  it('says first what it would do, and does nothing', async () => {
    await story.happens(...lifeOf('looked-at'));
    const before = await story.state('looked-at');

    const { code, out } = await local('forget', 'looked-at');

    expect([code, out]).toEqual([
      0,
      [
        'looked-at: would be forgotten (--apply does it)',
        '  the timer is removed from the schedule group',
        '  STATE (suspect) is replaced by an end on our own side; nobody is told',
        expect.stringMatching(/^ {2}ACCOUNTS/),
        '  HISTORY is deleted',
        '  not reached: messages in queues, dead letters, logs, recovery points of the table',
      ],
    ]);
    expect(await story.state('looked-at')).toEqual(before);
  });

  it('leaves an end and nothing else, which a late result does not undo', async () => {
    await story.happens(...lifeOf('erased'));

    const { code, out, err } = await local('forget', 'erased', '--apply');
    await story.happens(
      answered('erased', '2026-11-23T07:24:00Z', success(`${TOKEN}-3`, LIST), {
        used: `${TOKEN}-2`,
      }),
    );

    expect([code, err]).toEqual([0, []]);
    expect(out.join()).not.toContain(TOKEN);
    expect(await story.timers('erased')).toEqual([]);
    expect(await story.item('erased', 'HISTORY')).toBeUndefined();
    expect(await story.item('erased', 'ACCOUNTS')).toBeUndefined();
    expect(await story.state('erased')).toMatchObject({
      status: 'terminatedByTpp',
      end: { by: 'tpp' },
      generation: 1,
      lineage: [],
      strikes: [],
      bank: {},
    });
    expect(JSON.stringify(await story.state('erased'))).not.toContain(TOKEN);
  });

  it('is done once: a second run finds it done, and a newer grant begins a new life', async () => {
    await story.happens(...lifeOf('erased-twice'));
    await local('forget', 'erased-twice', '--apply');
    const left = await story.state('erased-twice');

    const again = await local('forget', 'erased-twice', '--apply', '--json');
    const same = await story.state('erased-twice');
    await story.happens(
      granted('erased-twice', '2026-11-24T07:00:00Z', { consentToken: `${TOKEN}-9` }),
    );

    expect(again.code).toBe(0);
    expect(JSON.parse(again.out.join())).toMatchObject({
      applied: true,
      steps: ['STATE: forgotten before', 'ACCOUNTS: there is none', 'HISTORY: there is none'],
    });
    expect(same).toEqual(left);
    expect(await story.state('erased-twice')).toMatchObject({ status: 'valid', generation: 2 });
  });

  it('of nobody is nothing', async () => {
    expect(await local('forget', 'nobody', '--apply')).toEqual({
      code: 1,
      out: [],
      err: ['consent "nobody" is unknown: there is nothing to forget'],
    });
  });
});
