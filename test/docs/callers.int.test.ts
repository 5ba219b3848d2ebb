/** The programs of docs/callers.md, as they are copied, and the policy by which they may run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RequestCall } from '../../shared/consent/effect.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { asksOfCall, keysOfUpdate } from '../support/aws-asks.ts';
import { allows } from '../support/iam.ts';
import { answered, BANK, granted, klarnaError, success } from '../support/local-messages.ts';
import { blocksOf, typeErrorsIn } from '../support/page-blocks.ts';
import { INTEGRATING, type PagePrograms, startPagePrograms } from '../support/page-programs.ts';

const PROGRAMS = [
  ...['caller.ts', 'call-bank.ts', 'daily-job.ts', 'consents.ts', 'serve-requests.ts'],
  ...['requests.ts', 'requests-function.ts'],
];
/** The programs date what they report by the wall clock, so the story is told by it too. */
const START = Date.now();

let programs: PagePrograms;

beforeAll(async () => {
  programs = await startPagePrograms(ago(0), PROGRAMS);
});
afterAll(() => programs.stop());

function ago(minutes: number): string {
  return new Date(START - minutes * 60_000).toISOString();
}

describe('docs/callers.md', () => {
  it('has programs that type-check', async () => {
    expect(await typeErrorsIn(programs.folder)).toBe('');
  });
});

describe('daily-job.ts', () => {
  const consentId = 'consent-8f3a';
  const command = [process.execPath, 'daily-job.ts'];

  beforeAll(() => programs.story.send(granted(consentId, ago(1), { consentToken: 't-0' })));

  it('calls with the latest token, and reports it and not what was read', async () => {
    programs.answerWith(success('t-1', { balance: 1 }).body);

    const sent = await programs.reportsBy(command);

    expect(programs.heard.at(-1)).toEqual({ path: '/accounts', consent_token: 't-0' });
    expect(sent).toMatchObject([{ group: BANK.id }]);
    expect(sent[0]?.data).toMatchObject({
      usedTokenFingerprint: fingerprintOf('t-0'),
      response: { status: 200, headers: {}, body: { data: { consent_token: 't-1' } } },
    });
    expect(await programs.story.state(consentId)).toMatchObject({ token: 't-1', generation: 1 });
  });

  it('sends a report again whose answer was lost, and it counts once', async () => {
    const version = Number((await programs.story.state(consentId))?.version);
    programs.answerWith(success('t-2').body);
    programs.relay.loseNext('sqs:SendMessage');

    const sent = await programs.reportsBy(command);

    const state = await programs.story.state(consentId);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(state).toMatchObject({ token: 't-2', version: version + 1 });
  });

  it('makes one call when the answer about the beginning of its turn was lost', async () => {
    const before = programs.heard.length;
    programs.answerWith(success('t-3').body);
    programs.relay.loseNext('dynamodb:UpdateItem');

    await programs.reportsBy(command);

    expect(programs.heard).toHaveLength(before + 1);
    expect(await programs.story.state(consentId)).toMatchObject({
      token: 't-3',
      ledger: { counts: { 'accounts|': 3 } },
    });
  });
});

describe('caller.ts', () => {
  it('outlasts a DynamoDB that is silent, and does not hold back the answer of the bank', async () => {
    await programs.story.send(granted('silence', ago(1), { consentToken: 's-0' }));
    programs.relay.loseNext('dynamodb:UpdateItem', 'in silence');

    const { stdout } = await programs.runCode(`
      import { caller } from './caller.ts';
      const make = async () => ({ status: 200, body: { consent_token: 's-1' } });
      const made = await caller.withConsent('silence', { operation: 'accounts' }, make);
      console.log(made.outcome);`);

    expect(stdout).toBe('answered\n');
    expect(await programs.story.state('silence')).toMatchObject({ token: 's-1', version: 2 });
  });
});

describe('consents.ts', () => {
  it('grants and withdraws', async () => {
    const call = (line: string) =>
      programs.runCode(`import { consented, ended } from './consents.ts'; await ${line};`);

    await call("consented('app', 'a-0')");
    const before = await programs.story.state('app');
    await call("ended('app')");

    expect(before).toMatchObject({ status: 'valid', token: 'a-0', bank: { id: BANK.id } });
    expect(await programs.story.state('app')).toMatchObject({ status: 'revokedByPsu' });
  });
});

describe('requests-function.ts', () => {
  it('says which of its requests are to come again', async () => {
    const record = { messageId: 'm-1', body: '{}', attributes: { MessageGroupId: 'g' } };

    const { stdout, stderr } = await programs.runCode(`
      import { handler } from './requests-function.ts';
      console.log(JSON.stringify(await handler({ Records: [${JSON.stringify(record)}] })));`);

    expect(JSON.parse(stdout)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
    expect(stderr).toBe('undefined TypeError\n');
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
  let sqs: SQSClient;
  let program: ChildProcess;

  /** In the group of the consent, whose requests are handed out one after the other. */
  async function put(request: RequestCall, copy: string): Promise<void> {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: programs.env.BANK_CALL_REQUESTS_URL,
        MessageGroupId: consentId,
        MessageDeduplicationId: copy,
        MessageBody: JSON.stringify(requestedMessage(request, consentId)),
      }),
    );
  }

  /** Waits until no request is left, be it in the queue or in somebody's hands. */
  async function allDeleted(): Promise<void> {
    const QueueUrl = programs.env.BANK_CALL_REQUESTS_URL;
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
    await programs.story.local.settle();
  }

  beforeAll(async () => {
    const { story, folder, env } = programs;
    sqs = new SQSClient(story.local.client);
    await put({ ...REQUEST, id: 'late', notAfter: START - 1 }, 'late');
    await put({ ...REQUEST, id: 'earlier', generation: 1 }, 'earlier');
    await story.send(
      granted(consentId, ago(4), { consentToken: 'r-0' }),
      granted(consentId, ago(3), { consentToken: 'r-1' }),
      answered(consentId, ago(2), success('r-2'), { used: 'r-1', ...call }),
      answered(consentId, ago(1), klarnaError('CONSENT.REVOKED'), { used: 'r-1', ...call }),
    );
    programs.answerWith(success('r-3').body);
    program = spawn(process.execPath, ['serve-requests.ts'], { cwd: folder, env });
    await allDeleted();
    const served = String(programs.reports().at(-1)?.data.requestId);
    await put({ ...REQUEST, id: served }, 'known');
    await allDeleted();
  });
  afterAll(() => program.kill('SIGKILL'));

  it('makes a call once, and none that is late, of an earlier life or known', () => {
    expect(programs.heard.filter(({ path }) => path === '/balances')).toEqual([
      { path: '/balances', accountId: 'acc-1', attended: false, consent_token: 'r-2' },
    ]);
  });

  it('names the token and the request in its report, which settles the request', async () => {
    const { usedTokenFingerprint, requestId } = programs.reports().at(-1)?.data ?? {};

    expect([usedTokenFingerprint, requestId]).toEqual([fingerprintOf('r-2'), expect.any(String)]);
    expect(await programs.story.state(consentId)).toMatchObject({
      token: 'r-3',
      generation: 2,
      calls: [],
    });
  });
});

interface Policy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  }[];
}

describe('the policy of a caller, for all that these programs asked,', () => {
  const [block = '{}'] = blocksOf(INTEGRATING, 'json');
  const policy: Policy = JSON.parse(block);
  const UPDATE = 'dynamodb:UpdateItem';
  const resourceOf = (action: string) =>
    String(policy.Statement.find(({ Action }) => [Action].flat().includes(action))?.Resource);

  it('is enough', () => {
    const requests = programs.relay.asked.flatMap(({ action, body }) => {
      const call = { by: 'clients', action, resource: resourceOf(action) } as const;
      return asksOfCall(call, () => resourceOf('kms:Decrypt')).map((one) =>
        one.action === UPDATE ? { ...one, conditionKeys: keysOfUpdate(body) } : one,
      );
    });

    expect(new Set(programs.relay.asked.map(({ action }) => action)).size).toBe(5);
    expect(requests.filter((request) => !allows([policy], request))).toEqual([]);
  });

  it('names no attribute too many', () => {
    const asked = programs.relay.asked
      .filter(({ action }) => action === UPDATE)
      .flatMap(({ body }) => keysOfUpdate(body)['dynamodb:Attributes'] ?? []);

    const turns = policy.Statement.find(({ Sid }) => Sid === 'TakeTurns');
    const named = turns?.Condition?.['ForAllValues:StringEquals']?.['dynamodb:Attributes'] ?? [];
    expect([...named].toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  it.each(['status', 'end', 'outbox', 'strikes', 'applied'])('lets nobody write %s', (name) => {
    const conditionKeys = { 'dynamodb:Attributes': ['pk', 'sk', 'lease', name] };
    const request = { action: UPDATE, resource: resourceOf(UPDATE), conditionKeys };

    expect(allows([policy], request)).toBe(false);
  });
});
