/** `redrive`, against the local AWS: what it says of dead letters, and where it sends them. */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AwsRequest } from '../../../tools/local/aws-request.ts';
import { queueUrl } from '../../../tools/local/resources.ts';
import { answered, klarnaError, success } from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const START = '2026-11-23T07:00:00Z';
const TOKEN = 'canary-token-of-the-bank';

let story: LocalStory;
/** How long whoever takes letters hides them; `undefined`: as long as was asked for. */
let hiddenSeconds: number | undefined;
let sqs: SQSClient;

beforeAll(async () => {
  story = await startLocalStory(START, {
    meter: (services) => ({
      ...services,
      sqs: (request, action) => services.sqs(hiding(request, action), action),
    }),
  });
  sqs = new SQSClient(story.local.client);
});
afterAll(() => story.stop());

function hiding(request: AwsRequest, action: string): AwsRequest {
  if (action !== 'ReceiveMessage' || hiddenSeconds === undefined) return request;
  const body = JSON.parse(request.body);
  return { ...request, body: JSON.stringify({ ...body, VisibilityTimeout: hiddenSeconds }) };
}

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

let letters = 0;

/** A request that callers may still serve, each of another consent. */
function letter(at: number): readonly [string, object] {
  letters += 1;
  const body = JSON.stringify({ id: `r${at}`, data: { notAfter: '2026-11-30T06:00:00Z' } });
  return [body, { MessageGroupId: `consent-${at}`, MessageDeduplicationId: `letter-${letters}` }];
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

  it('ends when all that is left has come back, though it is not hidden any more', async () => {
    const QueueUrl = queueUrl(story.local.url, 'bank-call-results-dlq');
    await send('bank-call-results-dlq', 'taken by somebody else, and counted', because('theirs'));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }),
    );
    await send('bank-call-results-dlq', 'no JSON', because('expected JSON'));
    await send('bank-call-results-dlq', 'none either', because('expected JSON'));
    hiddenSeconds = 0;

    const { code, out } = await local('redrive', 'bank-call-results-dlq', '--apply', '--json');
    hiddenSeconds = undefined;
    await story.local.settle();
    const inAll = await held('bank-call-results-dlq');
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

    const { moved, cameBack } = JSON.parse(out.join());
    expect([code, moved]).toEqual([1, 2]);
    expect([cameBack, inAll]).toEqual([expect.any(Number), 3]);
    expect(cameBack).toBeGreaterThan(0);
  });

  it('says how many of many came back, at the end if not before', async () => {
    const many = Array.from({ length: 12 }, (_, at) => `no JSON ${at}`);
    for (const one of many) await send('bank-call-results-dlq', one, because('expected JSON'));

    const { out } = await local('redrive', 'bank-call-results-dlq', '--apply', '--json');
    await story.local.settle();

    const { moved, cameBack } = JSON.parse(out.join());
    expect(moved).toBe(12);
    expect(cameBack).toBeGreaterThan(0);
  });

  it('sends no more than there were, though one comes back that nothing is noted on', async () => {
    // So large that there is no room for the reason beside it.
    await send('bank-call-results-dlq', 'x'.repeat(1_048_576));

    const { out } = await local('redrive', 'bank-call-results-dlq', '--apply', '--json');
    await story.local.settle();

    expect(JSON.parse(out.join())).toMatchObject({ moved: 1 });
    expect(await held('bank-call-results-dlq')).toBe(1);
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

  it('tells at every hundred how far it is', async () => {
    for (let at = 0; at < 110; at++) await send('bank-call-requests-dlq.fifo', ...letter(at));

    const { code, err } = await local('redrive', 'bank-call-requests-dlq.fifo', '--apply');

    expect([code, err.at(-1)]).toEqual([0, '100 letters sent so far']);
    expect(await bodiesIn('bank-call-requests.fifo')).toHaveLength(110);
  });

  it('names the most frequent reason first, and says of a request that no caller took it', async () => {
    await send('bank-call-results-dlq', 'x', because('rare'));
    for (let at = 0; at < 3; at++) await send('bank-call-results-dlq', 'x', because('frequent'));
    await send('bank-call-requests-dlq.fifo', ...letter(0));

    const results = await local('redrive', 'bank-call-results-dlq');
    const requests = await local('redrive', 'bank-call-requests-dlq.fifo');
    await bodiesIn('bank-call-requests-dlq.fifo');

    expect(results.out.slice(1)).toEqual(['  3 x frequent', '  1 x rare']);
    expect(requests.out[1]).toBe('  1 x not deleted by any caller');
  });

  it('says of an empty queue that it is empty', async () => {
    const ran = await local('redrive', 'due-timers-dlq', '--apply');

    expect(ran).toEqual({ code: 0, out: ['0 in due-timers-dlq'], err: [] });
  });
});
