/** The Python program of docs/integrating.md and its subscriptions by hand, as they are copied. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { answered, BANK, granted, klarnaError, success } from '../support/local-messages.ts';
import { blocksOf, run } from '../support/page-blocks.ts';
import {
  INTEGRATING,
  type PagePrograms,
  shellBlock,
  startPagePrograms,
} from '../support/page-programs.ts';

const HAS_BOTO3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;
const HAS_AWS_CLI = spawnSync('aws', ['--version']).status === 0;
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
/** The program dates what it reports by the wall clock, so the story is told by it too. */
const START = Date.now();

let programs: PagePrograms;

beforeAll(async () => {
  programs = await startPagePrograms(ago(0), ['call_and_report.py']);
  writeFileSync(join(programs.folder, 'call_bank.py'), CALL_BANK_PY);
});
afterAll(() => programs.stop());

function ago(minutes: number): string {
  return new Date(START - minutes * 60_000).toISOString();
}

describe('docs/integrating.md', () => {
  it('has JSON that is JSON', () => {
    const blocks = blocksOf(INTEGRATING, 'json');

    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(() => JSON.parse(block)).not.toThrow();
  });
});

describe.skipIf(!HAS_BOTO3)('call_and_report.py', () => {
  const consentId = 'consent-py';
  const command = ['python3', '-c', RUN_PY];

  beforeAll(() => programs.story.send(granted(consentId, ago(1), { consentToken: 't-0' })));

  it('calls with the latest token, and reports the answer as it came', async () => {
    const { body } = success('t-1');
    programs.answerWith(body);

    const sent = await programs.reportsBy(command);

    expect(programs.heard.at(-1)).toEqual({ path: '/accounts', consent_token: 't-0' });
    expect(sent).toMatchObject([
      {
        group: BANK.id,
        data: {
          bank: BANK,
          usedTokenFingerprint: fingerprintOf('t-0'),
          response: { status: 200, body: JSON.stringify(body) },
        },
      },
    ]);
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
});

describe('the subscriptions by hand', () => {
  const strike = (subject: string, minutes: number) =>
    answered(subject, ago(minutes), klarnaError('CONSENT.EXPIRED'));
  const ended = { status: 401, headers: {}, body: { code: 'consent_revoked', message: 'over' } };

  it.skipIf(!HAS_AWS_CLI)('bring what their filters let through, as the bare message', async () => {
    const { story, folder } = programs;
    const { url } = story.local;
    const lines = `${shellBlock('AWS_ENDPOINT_URL=', url)}\n${shellBlock('sns subscribe', url)}`;
    const { stderr, exitCode } = await run('sh', ['-ec', lines], folder);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });

    await story.send(
      answered('of-another', ago(90), ended, { provider: 'hamsterbank' }),
      strike('over', 90),
      strike('over', 40),
      answered('over', ago(60), success('s-1')),
    );

    const { Messages = [] } = await new SQSClient(story.local.client).send(
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
