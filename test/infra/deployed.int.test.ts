/**
 * What is deployed is what runs here: the assets that were synthesised, each with the environment
 * of its template, play the demo's month under the names of the stage. Every AWS call that they
 * make, and whatever AWS itself asks on the way, is held against the policies of the templates; and
 * a permission that nothing asks for is one too many.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/runtime/environment.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { playMonth } from '../../tools/demo/month.ts';
import { type Outcome, outcomeOf } from '../../tools/demo/outcome.ts';
import type { Call } from '../../tools/local/call-log.ts';
import { ACCESS_KEY_IDS, queueUrl } from '../../tools/local/resources.ts';
import { aConsent } from '../support/a-consent.ts';
import {
  asksOfCall,
  asksOfEventSource,
  asksOfLogging,
  asksOfScheduler,
  asksOfTrust,
} from '../support/aws-asks.ts';
import { functionOf, keysOf, policiesOf, trustOf } from '../support/deployed.ts';
import { allows, type Request } from '../support/iam.ts';
import { answered } from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';
import type { Templates } from '../support/template.ts';
import { asDeployed } from './as-deployed.ts';
import { permissionsIn, without } from './permissions-in.ts';
import { DEV, resolved, synthesise } from './synthesised.ts';

const START = '2026-11-23T07:00:00Z';
const OURS = 'eu-central-1:000000000000';
const BOOT_AND_PLAY_MS_MAX = 300_000;

let templates: Templates;
let outcome: Outcome;
let calls: readonly Call[];

beforeAll(async () => {
  const synthesised = synthesise(DEV);
  templates = resolved(synthesised);
  const options = asDeployed(synthesised, 'dev');
  calls = await playMonth(
    () => undefined,
    async (month) => {
      outcome = await outcomeOf(month);
      return month.calls;
    },
    options,
  );
  const story = await startLocalStory(START, options);
  await whatTheMonthLacks(story);
  calls = [...calls, ...story.local.distinctCalls()].filter(({ by }) => by !== 'clients');
  await story.stop();
}, BOOT_AND_PLAY_MS_MAX);

/** Messages that cannot be read, a timer that is due at once, two workers at one consent. */
async function whatTheMonthLacks({ local, send }: LocalStory): Promise<void> {
  const sqs = new SQSClient(local.client);
  for (const name of ['bank-call-results', 'due-timers'] as const) {
    const QueueUrl = queueUrl(local.url, local.named(name));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'no JSON' }));
  }
  const halfAnHourAgo = new Date(local.clock.now() - 30 * MINUTE + SECOND).toISOString();
  await send(answered('due-soon', halfAnHourAgo, { status: 502, headers: {}, body: {} }));

  const accessKeyId = ACCESS_KEY_IDS['bank-call-results'];
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const dynamo = new DynamoDBClient({ ...local.client, credentials });
  const store = new DynamoConsentStore(dynamo, local.named('consents'), randomUUID);
  const save = { consent: aConsent(), outbox: [], now: local.clock.now() };
  await store.save(save, undefined);
  expect(await store.save(save, 'another')).toBe('conflict');
}

const isOwn = ({ action, resource }: Call) =>
  action === 'dynamodb:Query' || /-(results|timers)-dlq$/.test(resource);

/**
 * What a function's role is asked for. Whatever one function does for a consent each of them may
 * have to do, for whoever meets what is owed performs it; but for what is its own.
 */
function asksOf(name: FunctionName): readonly Request[] {
  const keyOf = keysOf(templates);
  const { queues, logGroup } = functionOf(templates, `dev-${name}`);
  return [
    ...calls
      .filter((call) => call.by === name || !isOwn(call))
      .flatMap((call) => asksOfCall(call, keyOf)),
    ...queues.flatMap((queue) => asksOfEventSource(queue, keyOf)),
    ...asksOfLogging(logGroup),
  ];
}

function roleOf(name: string): string {
  return functionOf(templates, `dev-${name}`).role;
}

/** With the policies of the resource, whose refusals count for the role too. */
function isAllowed(role: string, policies: readonly unknown[], request: Request): boolean {
  const around = policiesOf(templates, request.resource);
  return allows([...policies, ...around], { principal: role, ...request });
}

function textOf({ action, resource }: Request): string {
  return `${action} ${resource}`;
}

describe('the month of the demo, played by what is deployed', () => {
  it('ends as the banks have it, with no token and no message lost', () => {
    expect(outcome.totals).toMatchObject({ disagreements: 0, tokensLost: 0, deadLetters: 0 });
    expect(outcome.consents).toHaveLength(16);
    expect(outcome.totals.tokensRotated).toBeGreaterThan(200);
  });
});

describe.each(FUNCTION_NAMES)('the role of %s', (name) => {
  it('may do all that its function does, and what AWS asks on the way', () => {
    const role = roleOf(name);
    const policies = policiesOf(templates, role);

    const refused = asksOf(name).filter((request) => !isAllowed(role, policies, request));

    expect(refused.map(textOf)).toEqual([]);
    expect(asksOf(name).length).toBeGreaterThan(20);
  });

  it('has no permission that could be taken away', () => {
    const role = roleOf(name);
    const policies = policiesOf(templates, role);

    const needless = permissionsIn(policies).filter((permission) => {
      const fewer = without(policies, permission);
      return asksOf(name).every((request) => isAllowed(role, fewer, request));
    });

    expect(needless).toEqual([]);
    expect(permissionsIn(policies).length).toBeGreaterThan(10);
  });

  const via = (service: string) => ({
    'kms:ViaService': `${service}.eu-central-1.amazonaws.com`,
  });
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['dynamodb:DeleteItem', `arn:aws:dynamodb:${OURS}:table/dev-consents`, {}],
    ['dynamodb:Scan', `arn:aws:dynamodb:${OURS}:table/dev-consents`, {}],
    ['dynamodb:PutItem', `arn:aws:dynamodb:${OURS}:table/prod-consents`, {}],
    ['sqs:ReceiveMessage', `arn:aws:sqs:${OURS}:dev-bank-call-requests.fifo`, {}],
    ['sqs:SendMessage', `arn:aws:sqs:${OURS}:dev-scheduler-dlq`, {}],
    ['sqs:PurgeQueue', `arn:aws:sqs:${OURS}:dev-bank-call-results`, {}],
    ['sns:Subscribe', `arn:aws:sns:${OURS}:dev-re-consent`, {}],
    ['scheduler:UpdateSchedule', `arn:aws:scheduler:${OURS}:schedule/dev-consent-lifecycle/x`, {}],
    ['scheduler:CreateSchedule', `arn:aws:scheduler:${OURS}:schedule/default/x`, {}],
  ])('may not %s on %s', (action, resource, conditionKeys) => {
    const policies = policiesOf(templates, roleOf(name));

    expect(allows(policies, { action, resource, conditionKeys })).toBe(false);
  });

  it('may pass only to Scheduler, and use the key only through what it calls', () => {
    const policies = policiesOf(templates, roleOf(name));
    const [passing] = calls.flatMap(({ passes }) => passes?.role ?? []);
    const key = keysOf(templates)(`arn:aws:sns:${OURS}:dev-re-consent`) ?? '';
    const may = (action: string, resource: string, conditionKeys: Request['conditionKeys']) =>
      allows(policies, { action, resource, conditionKeys });

    const to = (service: string) => ({ 'iam:PassedToService': `${service}.amazonaws.com` });
    expect(may('iam:PassRole', passing ?? '', to('lambda'))).toBe(false);
    expect(may('iam:PassRole', roleOf(name), to('scheduler'))).toBe(false);
    expect(may('kms:Decrypt', key, via('s3'))).toBe(false);
    expect(may('kms:Decrypt', key, {})).toBe(false);
    expect(may('kms:GenerateDataKey', key, via('dynamodb'))).toBe(false);
    expect(may('kms:ScheduleKeyDeletion', key, via('sqs'))).toBe(false);
  });
});

describe('the role of the timers', () => {
  const timers = () => calls.filter(({ passes }) => passes !== undefined);
  const role = () => timers()[0]?.passes?.role ?? '';

  it('is taken on by Scheduler for the timers of the stage, and for no others', () => {
    const trust = [trustOf(templates, role())];
    const [asked] = timers().flatMap(asksOfTrust);
    if (asked === undefined) throw new Error('no timer was set');
    const keys = asked.conditionKeys;

    expect(
      timers()
        .flatMap(asksOfTrust)
        .every((request) => allows(trust, request)),
    ).toBe(true);
    for (const [key, value] of [
      ['aws:SourceAccount', '111111111111'],
      ['aws:SourceArn', `arn:aws:scheduler:${OURS}:schedule-group/default`],
    ] as const) {
      const strange = { ...asked, conditionKeys: { ...keys, [key]: value } };
      expect(allows(trust, strange)).toBe(false);
    }
    expect(allows(trust, { ...asked, principal: 'lambda.amazonaws.com' })).toBe(false);
  });

  it('may put them into their queue and into its dead letters, and has no permission to spare', () => {
    const policies = policiesOf(templates, role());
    const asked = timers().flatMap((call) => asksOfScheduler(call, keysOf(templates)));
    const isRefused = (some: readonly unknown[]) => (request: Request) =>
      !isAllowed(role(), some, request);

    const needless = permissionsIn(policies).filter(
      (permission) => !asked.some(isRefused(without(policies, permission))),
    );

    expect(asked.filter(isRefused(policies))).toEqual([]);
    expect(needless).toEqual([]);
  });
});
