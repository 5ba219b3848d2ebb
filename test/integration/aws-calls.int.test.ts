/**
 * What the worker's work costs: the AWS calls of one invocation, counted at the endpoint. Each
 * batch is handed to the function directly, so that nothing else is counted with it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answered,
  batchOf,
  type CloudEvent,
  granted,
  printed,
  success,
} from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const ACCOUNTS = { accounts: [{ id: 'acc-1', currency: 'EUR' }] };

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T07:00:00Z');
});
afterAll(() => story.stop());

/** The calls of one invocation with these messages, all of which must have been done. */
async function callsOf(
  name: 'bank-call-results' | 'due-timers',
  ...messages: readonly CloudEvent[]
): Promise<Readonly<Record<string, number>>> {
  const { local } = story;
  local.resetCalls();
  const answer = await local.functions[name].invoke(batchOf(messages, local.clock.now()));
  expect(answer).toEqual({ batchItemFailures: [] });
  return local.calls();
}

function tenSuccesses(time: string): readonly CloudEvent[] {
  return Array.from({ length: 10 }, (_, at) =>
    answered(`ten-${at}`, time, success(`token-${at}-${time}`), { operation: 'balances' }),
  );
}

describe('the AWS calls', () => {
  it('of ten successes of ten consents are one read and ten writes, and ten counts once a week', async () => {
    const adopted = await callsOf('bank-call-results', ...tenSuccesses('2026-11-23T06:00:00Z'));
    const known = await callsOf('bank-call-results', ...tenSuccesses('2026-11-23T06:30:00Z'));

    expect(adopted).toEqual({ ...known, 'dynamodb:UpdateItem': 10 });
    expect(known).toEqual({ 'dynamodb:BatchGetItem': 1, 'dynamodb:PutItem': 10 });
  });

  it('of several successes of one consent are one read and one write', async () => {
    await story.send(answered('folded', '2026-11-23T05:00:00Z', success('f-0')));

    const calls = await callsOf(
      'bank-call-results',
      answered('folded', '2026-11-23T06:00:00Z', success('f-1'), { operation: 'balances' }),
      answered('folded', '2026-11-23T06:00:01Z', success('f-2'), { operation: 'transactions' }),
      answered('folded', '2026-11-23T06:00:02Z', success('f-3'), { operation: 'details' }),
    );

    expect(calls).toEqual({ 'dynamodb:BatchGetItem': 1, 'dynamodb:PutItem': 1 });
    expect(await story.state('folded')).toMatchObject({ token: 'f-3', version: 4 });
  });

  it("of an accounts success are one more, the cache's own", async () => {
    await story.send(answered('listed', '2026-11-23T05:00:00Z', success('l-0')));

    const calls = await callsOf(
      'bank-call-results',
      answered('listed', '2026-11-23T06:00:00Z', success('l-1', ACCOUNTS)),
    );

    expect(calls).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:PutItem': 1,
      'dynamodb:UpdateItem': 1,
    });
    expect(await story.item('listed', 'ACCOUNTS')).toMatchObject(ACCOUNTS);
  });

  it('of the first accounts after a purge are a look at them and the notice on top', async () => {
    const iban = 'DE02120300000000202051';
    const listing = (time: string, id: string, token: string) =>
      answered('relinked', time, success(token, { accounts: [{ id, iban }] }));
    await story.happens(
      granted('relinked', '2026-11-22T05:00:00Z', { consentToken: 'r-0' }),
      listing('2026-11-22T06:00:00Z', 'acc-1', 'r-1'),
      answered(
        'relinked',
        '2026-11-22T07:00:00Z',
        printed('klarna-consent/consent-resource-not-granted'),
        { operation: 'balances', accountId: 'acc-1', used: 'r-1' },
      ),
    );

    const calls = await callsOf(
      'bank-call-results',
      listing('2026-11-22T07:01:00Z', 'acc-9', 'r-2'),
    );

    expect(calls).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:GetItem': 1,
      // The decision, and what is left of what it owes: nothing.
      'dynamodb:PutItem': 2,
      // The list is cached, and the history grows by a line.
      'dynamodb:UpdateItem': 2,
      'scheduler:DeleteSchedule': 1,
      'sns:Publish': 1,
    });
    const [notice] = await story.notices('relinked', 'account-cache.relinked');
    expect(notice?.data).toMatchObject({
      cameBack: [{ accountId: 'acc-9', previousAccountId: 'acc-1' }],
      new: [],
      noLongerGranted: [],
    });
  });

  it('of a duplicate are one read', async () => {
    const twice = answered('twice', '2026-11-23T06:00:00Z', success('d-1'));
    await story.send(twice);

    expect(await callsOf('bank-call-results', twice)).toEqual({ 'dynamodb:BatchGetItem': 1 });
  });

  it('of a first strike are one schedule, the clearing write and the history on top', async () => {
    await story.send(granted('struck', '2026-11-22T06:00:00Z', { consentToken: 's-0' }));

    const calls = await callsOf(
      'bank-call-results',
      answered('struck', '2026-11-23T06:00:00Z', EXPIRED, { used: 's-0' }),
    );

    expect(calls).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:PutItem': 2,
      'dynamodb:UpdateItem': 1,
      'scheduler:CreateSchedule': 1,
    });
  });

  it('of the second strike that ends a consent are those of its effects on top', async () => {
    await story.send(granted('ended', '2026-11-22T06:00:00Z', { consentToken: 'e-0' }));
    await story.send(answered('ended', '2026-11-23T06:00:00Z', EXPIRED, { used: 'e-0' }));

    const calls = await callsOf(
      'bank-call-results',
      answered('ended', '2026-11-23T06:40:00Z', EXPIRED, { used: 'e-0' }),
    );

    expect(calls).toEqual({
      // Beside the consent, what the bank's other consents are up to.
      'dynamodb:BatchGetItem': 2,
      'dynamodb:PutItem': 2,
      // The end is counted, the cache is purged, and the history grows by a line.
      'dynamodb:UpdateItem': 3,
      'scheduler:DeleteSchedule': 1,
      // re-consent required, cache purged, status changed
      'sns:Publish': 3,
    });
  });

  it("of a first strike's timer are the request and the next timer on top", async () => {
    await story.happens(
      granted('woken', '2026-11-22T06:00:00Z', { consentToken: 'w-0' }),
      answered('woken', '2026-11-23T08:00:00Z', EXPIRED, { used: 'w-0' }),
    );
    const [timer] = await story.timers('woken');
    // Within the minute that a timer may be early: the real one is not in the way.
    await story.until('2026-11-24T08:19:10Z');

    const calls = await callsOf('due-timers', JSON.parse(timer?.input ?? ''));

    expect(timer?.at).toBe('2026-11-24T08:20:00');
    expect(calls).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:PutItem': 2,
      'dynamodb:UpdateItem': 1,
      'scheduler:CreateSchedule': 1,
      'sqs:SendMessage': 1,
    });
    expect(await story.requests('woken')).toMatchObject([{ data: { reason: 'confirm' } }]);
  });
});
