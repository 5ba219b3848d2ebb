/** The worker under the names of a stage: everything finds its resources, and its calls say so. */
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refOf } from '../../../shared/intake/names.ts';
import type { Call } from '../../../tools/local/call-log.ts';
import { answered, granted, printed } from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';

const CONSENT = 'of-a-stage';
const EXPIRED = printed('klarna-consent/consent-expired');
const OURS = 'eu-central-1:000000000000';

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-22T06:00:00Z', { prefix: 'dev-' });
  await story.happens(
    granted(CONSENT, '2026-11-22T06:00:00Z', { consentToken: 't-0' }),
    answered(CONSENT, '2026-11-23T08:00:00Z', EXPIRED, { used: 't-0' }),
    answered(CONSENT, '2026-11-24T09:00:00Z', EXPIRED, { used: 't-0' }),
  );
});
afterAll(() => story.stop());

function callsBy(by: Call['by']): readonly unknown[] {
  return story.local
    .distinctCalls()
    .filter((call) => call.by === by)
    .map(({ by: _, ...call }) => (call.passes ? call : [call.action, call.resource]));
}

function schedule(number: number): string {
  return `arn:aws:scheduler:${OURS}:schedule/dev-consent-lifecycle/${refOf(CONSENT)}.g1.n${number}`;
}

function created(number: number) {
  const passes = {
    role: 'arn:aws:iam::000000000000:role/scheduler',
    target: `arn:aws:sqs:${OURS}:dev-due-timers`,
    deadLetters: `arn:aws:sqs:${OURS}:dev-scheduler-dlq`,
  };
  return { action: 'scheduler:CreateSchedule', resource: schedule(number), passes };
}

const TABLE_CALLS = [
  ['dynamodb:BatchGetItem', `arn:aws:dynamodb:${OURS}:table/dev-consents`],
  ['dynamodb:PutItem', `arn:aws:dynamodb:${OURS}:table/dev-consents`],
  ['dynamodb:UpdateItem', `arn:aws:dynamodb:${OURS}:table/dev-consents`],
];

describe('the worker of a stage', () => {
  it('has queues of that stage only', async () => {
    const { QueueUrls = [] } = await new SQSClient(story.local.client).send(
      new ListQueuesCommand({}),
    );
    const names = QueueUrls.map((url) => url.split('/').at(-1));

    expect(names.filter((name) => !name?.startsWith('heard-on-')).sort()).toEqual([
      'dev-bank-call-requests-dlq.fifo',
      'dev-bank-call-requests.fifo',
      'dev-bank-call-results',
      'dev-bank-call-results-dlq',
      'dev-due-timers',
      'dev-due-timers-dlq',
      'dev-scheduler-dlq',
    ]);
  });

  it('sees a consent through to its end', async () => {
    const requests = await story.requests(CONSENT);
    const notices = await story.notices(CONSENT, 'reconsent.required');
    const shown = await fetch(`${story.local.url}/_local/consents/${CONSENT}`);

    expect(requests).toMatchObject([{ data: { reason: 'confirm' } }]);
    expect(notices).toMatchObject([{ topic: 'dev-re-consent' }]);
    expect(await shown.json()).toMatchObject({ status: 'expired', outbox: [] });
  });

  it('is known by its calls, each function by its own', () => {
    expect(callsBy('bank-call-results')).toEqual([
      ...TABLE_CALLS,
      created(1),
      ['scheduler:DeleteSchedule', schedule(2)],
      ['sns:Publish', `arn:aws:sns:${OURS}:dev-consent-notices`],
      ['sns:Publish', `arn:aws:sns:${OURS}:dev-re-consent`],
    ]);
    expect(callsBy('due-timers')).toEqual([
      ...TABLE_CALLS,
      ['sqs:SendMessage', `arn:aws:sqs:${OURS}:dev-bank-call-requests.fifo`],
      created(2),
    ]);
    expect(callsBy('sweep')).toEqual([
      ['dynamodb:Query', `arn:aws:dynamodb:${OURS}:table/dev-consents/index/owed`],
    ]);
    expect(callsBy('clients')).toContainEqual([
      'sqs:SendMessageBatch',
      `arn:aws:sqs:${OURS}:dev-bank-call-results`,
    ]);
  });
});
