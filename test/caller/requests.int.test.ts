import type { SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestedCall } from '../../shared/caller/requests.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import {
  BALANCES,
  type CallerRig,
  never,
  nextToken,
  refusing,
  startCallerRig,
} from '../support/caller-rig.ts';
import { answered, batchOf, granted, klarnaError } from '../support/local-messages.ts';

let rig: CallerRig;

beforeAll(async () => {
  rig = await startCallerRig('2026-11-23T11:00:00Z');
});
afterAll(() => rig.stop());

/** A consent whose `balances` call met an outage, and what the worker asked for half an hour on. */
async function requested(consentId: string): Promise<SQSRecord> {
  const now = () => new Date(rig.story.local.clock.now()).toISOString();
  await rig.story.send(granted(consentId, now(), { consentToken: 't0' }));
  await rig.story.send(
    answered(consentId, now(), klarnaError('BANK.TECHNICAL'), { ...BALANCES, used: 't0' }),
  );
  await rig.story.until(new Date(rig.story.local.clock.now() + 40 * 60_000).toISOString());
  return recordOf((await rig.story.requests(consentId)).at(-1));
}

function recordOf(request: object | undefined): SQSRecord {
  const [record] = batchOf([], 0).Records;
  const body = JSON.stringify(request);
  const subject = request === undefined ? '' : String(Reflect.get(request, 'subject'));
  const messageId = `m-${Math.abs(body.length)}-${subject}`;
  return {
    ...(record as SQSRecord),
    messageId,
    body,
    attributes: { MessageGroupId: subject } as SQSRecord['attributes'],
  };
}

/** A service that answers each request with the next token, and what it was asked. */
function serving(make = async () => nextToken('t1')) {
  const asked: RequestedCall[] = [];
  const errors: unknown[] = [];
  const requests = rig.caller.consumeRequests(
    (request, token) => {
      asked.push(request);
      expect(token).toBeDefined();
      return make();
    },
    (error) => errors.push(error),
  );
  return { ...requests, asked, errors };
}

describe('a function that serves requests', () => {
  it('makes the call that is asked for, and its report answers the request (rule 10)', async () => {
    const record = await requested('asked');
    const { lambda, asked } = serving();

    const answer = await lambda({ Records: [record] });
    await rig.story.local.settle();

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(asked).toMatchObject([{ consentId: 'asked', call: BALANCES, reason: 'retry' }]);
    expect(await rig.story.state('asked')).toMatchObject({
      calls: [],
      tokenFingerprint: fingerprintOf('t1'),
      ledger: { counts: { 'balances|acc-1': 2 } },
    });
  });

  it('drops a request that comes twice', async () => {
    const record = await requested('twice');
    const { lambda, asked } = serving();

    await lambda({ Records: [record] });
    await rig.story.local.settle();
    const again = await lambda({ Records: [record] });

    expect(again).toEqual({ batchItemFailures: [] });
    expect(asked).toHaveLength(1);
  });

  it('drops a request past its notAfter', async () => {
    const record = await requested('late');
    const body = JSON.parse(record.body);
    body.data.notAfter = '2026-11-23T11:00:00Z';
    const { lambda, asked } = serving();

    const answer = await lambda({ Records: [{ ...record, body: JSON.stringify(body) }] });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(asked).toEqual([]);
  });

  it('leaves it in the queue, and all behind it, while another call is made', async () => {
    const record = await requested('busy');
    const second = { ...record, messageId: 'behind' };
    const other = await requested('free');
    const begun = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const running = rig.other().withConsent('busy', { ...BALANCES, attended: true }, async () => {
      begun.resolve();
      await answer.promise;
      return nextToken('t1');
    });
    await begun.promise;
    const { lambda, asked } = serving();

    const came = await lambda({ Records: [record, second, other] });
    answer.resolve();
    await running;

    expect(came.batchItemFailures).toEqual([
      { itemIdentifier: record.messageId },
      { itemIdentifier: 'behind' },
    ]);
    expect(asked).toMatchObject([{ consentId: 'free' }]);
  });

  it('never makes a call again that threw: that is for the worker to say', async () => {
    const record = await requested('throws');
    const { lambda, errors } = serving(() => Promise.reject(new Error('broken')));

    const answer = await lambda({ Records: [record] });
    await rig.story.local.settle();

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(errors.map(String)).toEqual(['Error: broken']);
    expect(await rig.story.state('throws')).toMatchObject({ calls: [{ step: 2 }] });
  });

  it('waits until the program has been told, and is done with it even if the telling fails', async () => {
    const records = [await requested('untold'), await requested('beside')];
    const heard: string[] = [];
    const telling = async (consentId: string) => {
      await new Promise(setImmediate);
      heard.push(consentId);
    };
    const { lambda } = rig.caller.consumeRequests(
      () => Promise.reject(new Error('broken')),
      (_, consentId = '') => {
        if (consentId === 'beside') return telling(consentId);
        throw new Error('the log is full');
      },
    );

    const answer = await lambda({ Records: records });

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(heard).toEqual(['beside']);
  });

  it('drops those that the program leaves out, and reports nothing of them', async () => {
    const record = await requested('left-out');
    const before = await rig.story.state('left-out');
    const leftOut: RequestedCall[] = [];
    const { lambda } = rig.caller.consumeRequests(never, console.error, (request) => {
      leftOut.push(request);
      return request.provider !== 'klarna-consent';
    });

    const answer = await lambda({ Records: [record] });
    await rig.story.local.settle();

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(leftOut).toMatchObject([{ consentId: 'left-out', call: BALANCES }]);
    expect(await rig.story.state('left-out')).toEqual(before);
  });

  it('leaves what it cannot read for the dead-letter queue, and says why', async () => {
    const record = { ...(await requested('unread')), body: '{"type":"else"}' };
    const { lambda, errors } = serving();

    const answer = await lambda({ Records: [record] });

    expect(answer.batchItemFailures).toHaveLength(1);
    expect(errors.map(String)).toEqual([
      'TypeError: type "else" is unknown; known: consent-lifecycle.bank-call.requested.v1',
    ]);
  });

  it('makes the confirming call of a suspect consent, and no other (rule 5)', async () => {
    const record = await requested('doubted');
    const now = () => new Date(rig.story.local.clock.now()).toISOString();
    await rig.caller.withConsent('doubted', { operation: 'accounts' }, async () =>
      refusing('CONSENT.EXPIRED'),
    );
    await rig.story.local.settle();
    const held = serving();
    await held.lambda({ Records: [record] });
    await rig.story.until(new Date(Date.parse(now()) + 25 * 3_600_000).toISOString());
    const confirming = recordOf((await rig.story.requests('doubted')).at(-1));
    const { lambda, asked } = serving();

    await lambda({ Records: [confirming] });
    await rig.story.local.settle();

    expect(held.asked).toEqual([]);
    expect(asked).toMatchObject([{ reason: 'confirm' }]);
    expect(await rig.story.state('doubted')).toMatchObject({ status: 'valid', strikes: [] });
  });
});

describe('a program that keeps running', () => {
  it('takes requests from the queue and deletes those that are done', async () => {
    const now = new Date(rig.story.local.clock.now()).toISOString();
    await rig.story.send(granted('polled', now, { consentToken: 't0' }));
    await rig.story.send(
      answered('polled', now, klarnaError('BANK.TECHNICAL'), { ...BALANCES, used: 't0' }),
    );
    const { consumer, asked } = serving();
    const polling = await consumer(rig.queueUrl('bank-call-requests.fifo'));
    const processed = new Promise<void>((resolve) => {
      polling.on('message_processed', ({ Body = '' }) => {
        if (Body.includes('"polled"')) resolve();
      });
    });
    const stopped = new Promise((resolve) => polling.once('stopped', resolve));

    polling.start();
    await rig.story.until(new Date(Date.parse(now) + 40 * 60_000).toISOString());
    await processed;
    polling.stop({ abort: true });
    await stopped;
    await rig.story.local.settle();

    expect(asked.map(({ consentId }) => consentId)).toContain('polled');
    expect(await rig.story.requests('polled')).toEqual([]);
    expect(await rig.story.state('polled')).toMatchObject({ calls: [] });
  });
});
