/** `npm run smoke` against the local AWS: what it says, its exit code, and that nothing is left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateTopicCommand,
  ListSubscriptionsCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../tools/local/local-aws.ts';
import { queueArn, queueUrl, TOPICS, topicArn } from '../../tools/local/resources.ts';
import { LOCAL, namesOf } from '../../tools/smoke/names.ts';
import { smoke } from '../../tools/smoke/smoke.ts';

const MAIN = fileURLToPath(new URL('../../tools/smoke/main.ts', import.meta.url));
/** Takes every message and does nothing. */
const IDLE = new URL('../support/functions/plain.ts', import.meta.url);

let working: LocalAws;
let idle: LocalAws;
let child: ChildProcess | undefined;

beforeAll(async () => {
  working = await startLocalAws({ port: 0 });
  idle = await startLocalAws({ port: 0, functions: { 'bank-call-results': IDLE } });
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(async () => {
  await working.stop();
  await idle.stop();
});

interface Started {
  readonly process: ChildProcess;
  readonly said: readonly string[];
  readonly complained: readonly string[];
  readonly code: Promise<number>;
}

function start(args: readonly string[], endpoint: string): Started {
  const started = spawn(process.execPath, [MAIN, ...args], {
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
  });
  child = started;
  const [said, complained]: [string[], string[]] = [[], []];
  createInterface({ input: started.stdout }).on('line', (line) => said.push(line));
  createInterface({ input: started.stderr }).on('line', (line) => complained.push(line));
  const code = once(started, 'close').then(([ended]) => Number(ended));
  return { process: started, said, complained, code };
}

/** The smoke test in this process, with clients of its own and little patience. */
function rehearsal({ client }: LocalAws, waitMs: number, stage = LOCAL) {
  const clients = {
    dynamo: new DynamoDBClient(client),
    sqs: new SQSClient(client),
    sns: new SNSClient(client),
  };
  const said: string[] = [];
  const interrupted = new AbortController().signal;
  const run = () =>
    smoke({
      names: namesOf(stage, 'smoke-1'),
      clients,
      patience: { waitMs, interrupted },
      say: (line) => said.push(line.split(' ')[0] ?? ''),
    });
  return { clients, said, run };
}

/** What AWS says to a role that may not do something. */
function denying(command: string) {
  return <Input extends object, Output extends object>(
    next: (args: Input) => Promise<Output>,
    context: { readonly commandName?: string },
  ) => {
    return async (args: Input): Promise<Output> => {
      if (context.commandName !== command) return next(args);
      const error = new Error(`role/ci is not authorized to perform: ${command}`);
      throw Object.assign(error, { name: 'AccessDeniedException' });
    };
  };
}

/** Everything that a run could leave behind. */
async function remainsIn({ client, settle }: LocalAws) {
  expect(await settle()).toEqual([]);
  const { QueueUrls = [] } = await new SQSClient(client).send(new ListQueuesCommand({}));
  const { Subscriptions = [] } = await new SNSClient(client).send(new ListSubscriptionsCommand({}));
  const scan = new ScanCommand({ TableName: 'consents' });
  const { Items = [] } = await new DynamoDBClient(client).send(scan);
  const listing = new ListSchedulesCommand({});
  const { Schedules = [] } = await new SchedulerClient(client).send(listing);
  return {
    queues: QueueUrls.filter((url) => url.includes('smoke')),
    subscriptions: Subscriptions.filter(({ Endpoint }) => Endpoint?.includes('smoke')),
    items: Items,
    schedules: Schedules,
  };
}

const NOTHING = { queues: [], subscriptions: [], items: [], schedules: [] };

/** Creates a queue that hears both topics. */
async function subscribe({ client }: LocalAws, QueueName: string): Promise<void> {
  await new SQSClient(client).send(new CreateQueueCommand({ QueueName }));
  const to = { Protocol: 'sqs', Endpoint: queueArn(QueueName) };
  for (const topic of TOPICS) {
    const Attributes = { RawMessageDelivery: 'true' };
    const subscribing = new SubscribeCommand({ ...to, TopicArn: topicArn(topic), Attributes });
    await new SNSClient(client).send(subscribing);
  }
}

async function messagesIn({ client, url }: LocalAws, queue: string): Promise<readonly unknown[]> {
  const QueueUrl = queueUrl(url, queue);
  const receiving = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await new SQSClient(client).send(receiving);
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}

describe('npm run smoke', () => {
  it('follows one result to the table and to the notice, and leaves nothing behind', async () => {
    const { said, complained, code } = start(['--stage', 'local'], working.url);

    expect([await code, complained]).toEqual([0, []]);
    expect(said.map((line) => line.replaceAll(/ +\d+\.\d\d s +/g, ' '))).toEqual([
      'find queue bank-call-results, topics re-consent and consent-notices, table consents',
      expect.stringMatching(/^listen queue smoke-\w{12}, subscribed to consent-notices$/),
      expect.stringMatching(/^send one result of consent smoke-\w{12}$/),
      'table version 1, received',
      'notice action-required, sequence 1',
      'rest nothing is owed, no timer is set',
      'tidy 3 of 3 removed',
    ]);
    expect(await remainsIn(working)).toEqual(NOTHING);
  });

  it('asks no PSU and no caller: one notice goes out, which its bank gives away', async () => {
    await subscribe(working, 'subscriber');

    await start(['--stage', 'local'], working.url).code;

    expect(await working.settle()).toEqual([]);
    expect(await messagesIn(working, 'subscriber')).toMatchObject([
      {
        type: 'consent-lifecycle.consent.action-required.v1',
        data: { bank: { id: expect.stringMatching(/^smoke-/) } },
      },
    ]);
    expect(await messagesIn(working, 'bank-call-requests.fifo')).toEqual([]);
  });

  it('tidies up when it is interrupted', async () => {
    const run = start(['--stage', 'local'], idle.url);
    await expect.poll(() => run.said.join('\n'), { timeout: 30_000 }).toContain('send');

    run.process.kill('SIGINT');

    expect(await run.code).toBe(1);
    expect(run.complained).toEqual([expect.stringMatching(/^table: interrupted; the worker may/)]);
    expect(await remainsIn(idle)).toEqual(NOTHING);
  });

  it('says in one line that a stage is not there', async () => {
    const { said, complained, code } = start(['--stage', 'dev'], working.url);

    expect([await code, said]).toEqual([1, []]);
    expect(complained).toEqual([
      'find: stage "dev" has no queue dev-bank-call-results in eu-central-1: ' +
        'deployed? right region?',
    ]);
  });

  it('says that nothing answers where it should', async () => {
    const { complained, code } = start(['--stage', 'local'], 'http://127.0.0.1:1');

    expect(await code).toBe(1);
    expect(complained).toEqual(['find: connect ECONNREFUSED 127.0.0.1:1']);
  });

  it.each([
    [[], '--stage is missing; expected --stage <stage>, such as dev, or local'],
    [
      ['--stage', 'Dev_1'],
      'stage "Dev_1" is none; ' +
        'expected a small letter, then at most 19 small letters, digits or hyphens',
    ],
    [['--stage', 'dev', '--fast'], 'unknown option "--fast"; known: --stage <stage>, --help'],
    [['dev'], 'unknown option "dev"; known: --stage <stage>, --help'],
  ])('refuses %j in one line', async (args, why) => {
    const { said, complained, code } = start(args, idle.url);

    expect(await code).toBe(1);
    expect([said, complained]).toEqual([[], [why]]);
  });
});

describe('a smoke test that fails', () => {
  it('says of each part of a stage that it is missing, and where it looked', async () => {
    const { clients, run } = rehearsal(idle, 300, 'dev');
    const make = [
      () => clients.sqs.send(new CreateQueueCommand({ QueueName: 'dev-bank-call-results' })),
      () => clients.sns.send(new CreateTopicCommand({ Name: 'dev-re-consent' })),
      () => clients.sns.send(new CreateTopicCommand({ Name: 'dev-consent-notices' })),
    ];

    const wrong: string[] = [];
    for (const makeOne of make) {
      await makeOne();
      wrong.push(...(await run()));
    }

    expect(wrong).toEqual([
      'find: stage "dev" has no topic dev-re-consent in eu-central-1: deployed? right region?',
      'find: stage "dev" has no topic dev-consent-notices in eu-central-1: deployed? right region?',
      'find: stage "dev" has no table dev-consents in eu-central-1: deployed? right region?',
    ]);
  });

  it('stops at the table when the worker does nothing', async () => {
    const { said, run } = rehearsal(idle, 300);

    const wrong = await run();

    expect(said).toEqual(['find', 'listen', 'send', 'tidy']);
    expect(wrong).toEqual([
      "table: no consent smoke-1 in table consents after 0.30 s: see the worker's log and the " +
        'dead letters of queue bank-call-results; ' +
        'the worker may still write items of consent smoke-1',
    ]);
    expect(await remainsIn(idle)).toEqual(NOTHING);
  });

  it('stops at the notice when none comes', async () => {
    const { clients, said, run } = rehearsal(working, 2_000);
    clients.sns.middlewareStack.add(
      (next) => (args) => {
        const FilterPolicy = JSON.stringify({ bankId: ['another'] });
        return next({ ...args, input: { ...args.input, Attributes: { FilterPolicy } } });
      },
      { step: 'initialize' },
    );

    const wrong = await run();

    expect(said).toEqual(['find', 'listen', 'send', 'table', 'tidy']);
    expect(wrong).toEqual([
      expect.stringMatching(/^notice: nothing came on topic consent-notices after 2.00 s: see/),
    ]);
    expect(await remainsIn(working)).toEqual(NOTHING);
  });

  it('says to whom the queue belongs when it may not send', async () => {
    const { clients, said, run } = rehearsal(working, 2_000);
    clients.sqs.middlewareStack.add(denying('SendMessageCommand'), { step: 'initialize' });

    const wrong = await run();

    expect(said).toEqual(['find', 'listen', 'tidy']);
    expect(wrong).toEqual([
      'send: AccessDeniedException: role/ci is not authorized to perform: SendMessageCommand; ' +
        'expected a role that is among the named producers of queue bank-call-results',
    ]);
    expect(await remainsIn(working)).toEqual(NOTHING);
  });

  it('says what it could not remove, and removes the rest', async () => {
    const { clients, said, run } = rehearsal(working, 10_000);
    clients.sns.middlewareStack.add(denying('UnsubscribeCommand'), { step: 'initialize' });

    const wrong = await run();

    expect(said.at(-1)).toBe('tidy');
    expect(wrong).toEqual([
      'tidy: could not remove its subscription to consent-notices: AccessDeniedException: ' +
        'role/ci is not authorized to perform: UnsubscribeCommand',
    ]);
    const { subscriptions, ...rest } = await remainsIn(working);
    expect(subscriptions).toHaveLength(1);
    expect(rest).toEqual({ queues: [], items: [], schedules: [] });
  });
});
