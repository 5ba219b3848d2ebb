/**
 * The programs of docs/integrating.md, copied from the page and run: against the local AWS, and a
 * bank that answers as it is told to.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestCall } from '../../shared/consent/effect.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { answered, granted, klarnaError, success } from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';
import { blocksOf, copied, run, typeErrorsIn } from '../support/page-blocks.ts';
import { type Relay, startRelay } from '../support/relay.ts';

const PAGE = readFileSync(new URL('../../docs/integrating.md', import.meta.url), 'utf8');
const PROGRAMS = ['call-bank.ts', 'call-and-report.ts', 'daily-job.ts', 'serve-requests.ts'];
const HAS_BOTO3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;
const HAS_AWS_CLI = spawnSync('aws', ['--version']).status === 0;
const BANK = { id: 'DE-37040044', timeZone: 'Europe/Berlin' };
const CALL_BANK_PY = `
import json, os, urllib.request

def call_bank(call, token):
    url = os.environ["BANK_URL"] + "/" + call["operation"]
    body = json.dumps({"consent_token": token}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body)) as answer:
        return {"response": {"status": answer.status, "body": answer.read().decode()}}
`;
const RUN_PY = `
from call_and_report import call_and_report
call_and_report("consent-py", "klarna-consent", ${JSON.stringify(BANK)}, {"operation": "accounts"})
`;
/** The programs date what they report by the wall clock, so the story is told by it too. */
const START = Date.now();

let story: LocalStory;
let sqs: SQSClient;
let relay: Relay;
let folder: string;
let env: NodeJS.ProcessEnv;
let answer: unknown;
const heard: { readonly path: string }[] = [];
const bank = createServer(async (request, response) => {
  heard.push({ path: request.url, ...JSON.parse(await text(request)) });
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});

beforeAll(async () => {
  story = await startLocalStory(ago(0));
  sqs = new SQSClient(story.local.client);
  relay = await startRelay(story.local.url);
  await once(bank.listen(0, '127.0.0.1'), 'listening');
  folder = copied(PAGE, [...PROGRAMS, 'call_and_report.py']);
  writeFileSync(join(folder, 'call_bank.py'), CALL_BANK_PY);
  const { port } = bank.address() as AddressInfo; // A TCP server that listens has one.
  env = { ...(await environmentAt(relay.url)), BANK_URL: `http://127.0.0.1:${port}` };
});
afterAll(async () => {
  bank.close();
  relay.stop();
  await story.stop();
  rmSync(folder, { recursive: true });
});

function ago(minutes: number): string {
  return new Date(START - minutes * 60_000).toISOString();
}

/** The shell block of the page with `part` in it, for the local AWS at `url`. */
function shell(part: string, url: string): string {
  const block = blocksOf(PAGE, 'sh').find((one) => one.includes(part));
  if (block === undefined) throw new Error(`the page has no shell block with ${part}`);
  return block.replace('http://127.0.0.1:4566', url);
}

/** What the page's own lines for the local stack export. */
async function environmentAt(url: string): Promise<NodeJS.ProcessEnv> {
  const printed = await run('sh', ['-c', `${shell('AWS_ENDPOINT_URL=', url)}\nenv`], folder);
  const exported = [...printed.stdout.matchAll(/^([A-Z_]+)=(.*)$/gm)];
  return Object.fromEntries(exported.map(([, name, value]) => [name, value]));
}

interface Report {
  readonly group: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function reports(): readonly Report[] {
  return relay.asked
    .filter(({ action }) => action === 'sqs:SendMessage')
    .map(({ body }) => JSON.parse(body))
    .map(({ MessageGroupId, MessageBody }) => ({
      group: MessageGroupId,
      ...JSON.parse(MessageBody),
    }));
}

/** Runs a program to its end, and answers what it sent meanwhile. */
async function reportsBy([program = '', ...args]: readonly string[]): Promise<readonly Report[]> {
  const before = reports().length;
  const { exitCode, stderr } = await run(program, args, folder, env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  await story.local.settle();
  return reports().slice(before);
}

describe('docs/integrating.md', () => {
  it('has programs that type-check', async () => {
    expect(await typeErrorsIn(folder)).toBe('');
  });

  it('has JSON that is JSON', () => {
    const blocks = blocksOf(PAGE, 'json');

    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(() => JSON.parse(block)).not.toThrow();
  });
});

describe.each([
  ['daily-job.ts', 'consent-8f3a', true, [process.execPath, 'daily-job.ts']],
  ['call_and_report.py', 'consent-py', HAS_BOTO3, ['python3', '-c', RUN_PY]],
])('%s', (_file, consentId, canRun, command) => {
  beforeAll(() => story.send(granted(consentId, ago(1), { consentToken: 't-0' })));

  it.skipIf(!canRun)('calls with the latest token, and reports the answer as it came', async () => {
    answer = success('t-1').body;

    const sent = await reportsBy(command);

    expect(heard.at(-1)).toEqual({ path: '/accounts', consent_token: 't-0' });
    expect(sent).toMatchObject([
      {
        group: BANK.id,
        data: {
          bank: BANK,
          usedTokenFingerprint: fingerprintOf('t-0'),
          response: { status: 200, body: JSON.stringify(answer) },
        },
      },
    ]);
    expect(await story.state(consentId)).toMatchObject({ token: 't-1', generation: 1 });
  });

  it.skipIf(!canRun)('sends a report again whose answer was lost, and it counts once', async () => {
    const version = Number((await story.state(consentId))?.version);
    answer = success('t-2').body;
    relay.loseNext('sqs:SendMessage');

    const sent = await reportsBy(command);

    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(await story.state(consentId)).toMatchObject({ token: 't-2', version: version + 1 });
  });
});

describe('call-bank.ts', () => {
  it('says why there is no answer', async () => {
    const code = `import { callBank } from './call-bank.ts';
      console.log(JSON.stringify(await callBank({ operation: 'accounts' }, 't')));`;

    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], folder, {
      ...env,
      BANK_URL: 'http://127.0.0.1:1',
    });

    expect(JSON.parse(stdout)).toEqual({ response: null, failure: 'connection' });
  });
});

describe('serve-requests.ts', () => {
  const consentId = 'requested';
  const call = { operation: 'balances', accountId: 'acc-1', attended: false } as const;
  const REQUEST = {
    ...{ do: 'RequestCall', key: 'request:1', id: 'crafted', at: START, bank: BANK, call },
    ...{ provider: 'klarna-consent', reason: 'retry', attempt: 1, generation: 2 },
    notAfter: START + 3_600_000,
  } as const satisfies RequestCall;

  /** In the group of the consent, whose requests are handed out one after the other. */
  async function put(request: RequestCall, copy: string): Promise<void> {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: env.BANK_CALL_REQUESTS_URL,
        MessageGroupId: consentId,
        MessageDeduplicationId: copy,
        MessageBody: JSON.stringify(requestedMessage(request, consentId)),
      }),
    );
  }

  /** Waits until no request is left, be it in the queue or in somebody's hands. */
  async function allDeleted(): Promise<void> {
    const QueueUrl = env.BANK_CALL_REQUESTS_URL;
    const states = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ] as const;
    const ask = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...states] });
    const noneLeft = async () => {
      const { Attributes = {} } = await sqs.send(ask);
      expect(states.map((state) => Attributes[state])).toEqual(['0', '0']);
    };
    await vi.waitFor(noneLeft, { timeout: 20_000 });
    await story.local.settle();
  }

  let program: ChildProcess;

  beforeAll(async () => {
    await put({ ...REQUEST, id: 'late', notAfter: START - 1 }, 'late');
    await put({ ...REQUEST, id: 'earlier', generation: 1 }, 'earlier');
    await story.send(
      granted(consentId, ago(4), { consentToken: 'r-0' }),
      granted(consentId, ago(3), { consentToken: 'r-1' }),
      answered(consentId, ago(2), success('r-2'), { used: 'r-1', ...call }),
      answered(consentId, ago(1), klarnaError('CONSENT.REVOKED'), { used: 'r-1', ...call }),
    );
    answer = success('r-3').body;
    program = spawn(process.execPath, ['serve-requests.ts'], { cwd: folder, env });
    await allDeleted();
    await put({ ...REQUEST, id: String(reports().at(-1)?.data.requestId) }, 'known');
    await allDeleted();
  });
  afterAll(() => program.kill('SIGKILL'));

  it('makes a call once, and none that is late, of an earlier life or known', () => {
    expect(heard.filter((one) => one.path === '/balances')).toEqual([
      { path: '/balances', accountId: 'acc-1', attended: false, consent_token: 'r-2' },
    ]);
  });

  it('names the token and the request in its report, which settles the request', async () => {
    const { usedTokenFingerprint, requestId } = reports().at(-1)?.data ?? {};

    expect([usedTokenFingerprint, requestId]).toEqual([fingerprintOf('r-2'), expect.any(String)]);
    expect(await story.state(consentId)).toMatchObject({ token: 'r-3', generation: 2, calls: [] });
  });

  it('does nothing that the policy of the page does not allow', () => {
    const [policy = ''] = blocksOf(PAGE, 'json');
    const { Statement }: { Statement: { Action: string | string[] }[] } = JSON.parse(policy);
    const allowed = Statement.flatMap(({ Action }) => Action);

    const actions = new Set(relay.asked.map(({ action }) => action));

    expect(actions.size).toBe(4);
    expect([...actions].filter((action) => !allowed.includes(action))).toEqual([]);
  });
});

describe('the subscriptions by hand', () => {
  const strike = (subject: string, minutes: number) =>
    answered(subject, ago(minutes), klarnaError('CONSENT.EXPIRED'));
  const ended = { status: 401, headers: {}, body: { code: 'consent_revoked', message: 'over' } };

  it.skipIf(!HAS_AWS_CLI)('bring what their filters let through, as the bare message', async () => {
    const { url } = story.local;
    const lines = `${shell('AWS_ENDPOINT_URL=', url)}\n${shell('sns subscribe', url)}`;
    const { stderr, exitCode } = await run('sh', ['-ec', lines], folder);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });

    await story.send(
      answered('of-another', ago(90), ended, { provider: 'hamsterbank' }),
      strike('over', 90),
      strike('over', 40),
      answered('over', ago(60), success('s-1')),
    );

    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: `${url}/000000000000/my-app`,
        MaxNumberOfMessages: 10,
      }),
    );
    const told = Messages.map(({ Body = '' }) => JSON.parse(Body));
    expect(told.map(({ subject, type }) => [subject, type]).toSorted()).toEqual([
      ['over', 'consent-lifecycle.reconsent.required.v1'],
      ['over', 'consent-lifecycle.reconsent.withdrawn.v1'],
    ]);
  });
});
