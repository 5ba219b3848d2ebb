/** What goes wrong: AWS refuses, another writes meanwhile, something is overdue or not readable. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Consent } from '../../../shared/consent/consent.ts';
import type { Effect } from '../../../shared/consent/effect.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/consent/instant.ts';
import { refOf } from '../../../shared/intake/names.ts';
import { stateKeyOf, toItem } from '../../../shared/store/consent-item.ts';
import { type Answer, type AwsRequest, awsError } from '../../../tools/local/aws-request.ts';
import { createConsents } from '../../../tools/local/create-resources.ts';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { queueUrl } from '../../../tools/local/resources.ts';
import { aConsent, aPurge } from '../../support/a-consent.ts';
import { startScriptedAws } from '../../support/scripted-aws.ts';
import { answer } from '../../support/story.ts';
import { playedBy } from './histories.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const MAIN = fileURLToPath(new URL('../../../tools/ops/main.ts', import.meta.url));
const START = Date.parse('2026-11-23T08:00:00Z');

let local: LocalAws;
let dynamo: DynamoDBClient;
/** Stands before AWS, and may answer in its place. */
let meddle: (action: string, request: AwsRequest) => Promise<Answer | undefined>;

beforeAll(async () => {
  local = await startScriptedAws({
    clockStart: START,
    meter: (services) => ({
      ...services,
      dynamodb: async (request, action) =>
        (await meddle(action, request)) ?? services.dynamodb(request, action),
      sqs: async (request, action) =>
        (await meddle(action, request)) ?? services.sqs(request, action),
    }),
  });
  dynamo = new DynamoDBClient(local.client);
});
beforeEach(() => {
  meddle = async () => undefined;
});
afterAll(() => local.stop());

function run(...args: readonly string[]): Promise<Ran> {
  return runOps([...args, '--local'], localEnv(local.url));
}

function refusing(refused: string, code: string, message: string): void {
  meddle = async (action) => (action === refused ? awsError(400, code, message) : undefined);
}

async function put(fields: Partial<Consent>, outbox: readonly Effect[] = []): Promise<void> {
  const Item = toItem({ consent: aConsent(fields), outbox, now: START - DAY }, 'first');
  await dynamo.send(new PutItemCommand({ TableName: 'consents', Item }));
}

describe('a refusal of AWS', () => {
  afterEach(() => {
    meddle = async () => undefined;
  });

  it('names the permission that is missing, and on what', async () => {
    refusing(
      'GetItem',
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/ops/me is not authorized to perform: dynamodb:GetItem ' +
        'on resource: arn:aws:dynamodb:eu-central-1:1:table/consents because no policy allows it',
    );

    const { code, out, err } = await run('show', 'any');

    expect([code, out, err.length]).toEqual([1, [], 1]);
    expect(err[0]).toMatch(
      /^access denied: dynamodb:GetItem on arn:aws:dynamodb:eu-central-1:1:table\/consents is mis/,
    );
  });

  it('names the permission of its own call where AWS does not', async () => {
    refusing('Scan', 'AccessDeniedException', 'no');

    const { err } = await run('list');

    expect(err[0]).toBe('access denied: dynamodb:Scan is missing (AccessDeniedException: no)');
  });

  it('to send results says who may, and leaves the letter where it is', async () => {
    const sqs = new SQSClient(local.client);
    const QueueUrl = queueUrl(local.url, 'bank-call-results-dlq');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a letter' }));
    refusing('SendMessage', 'AccessDenied', 'no');

    const { code, err } = await run('redrive', 'bank-call-results-dlq', '--apply');
    meddle = async () => undefined;
    const left = await run('redrive', 'bank-call-results-dlq', '--json');

    expect(code).toBe(1);
    expect(err.at(-1)).toBe(
      'access denied: sqs:SendMessage is missing (AccessDenied: no); ' +
        'only producers may send to bank-call-results',
    );
    expect(JSON.parse(left.out.join())).toMatchObject({ count: 1, lookedAt: 1 });
  });

  it.each([
    ['BatchGetItem', 'why'],
    ['Query', 'waiting'],
    ['Query', 'owed'],
  ])('to %s stops %s with one line', async (action, verb) => {
    refusing(action, 'AccessDeniedException', 'no');

    const { code, err } = await run(verb, ...(verb === 'why' ? ['any'] : []));

    expect([code, err]).toEqual([
      1,
      [`access denied: dynamodb:${action} is missing (AccessDeniedException: no)`],
    ]);
  });
});

describe('forget', () => {
  it('changes nothing when somebody has written since it looked', async () => {
    await put({ consentId: 'contended' });
    meddle = async (action) => {
      if (action !== 'PutItem') return undefined;
      meddle = async () => undefined;
      const another = { ':revision': { S: 'another' } };
      await dynamo.send(
        new UpdateItemCommand({
          TableName: 'consents',
          Key: stateKeyOf('contended'),
          UpdateExpression: 'SET revision = :revision',
          ExpressionAttributeValues: another,
        }),
      );
      return undefined;
    };

    const { code, err } = await run('forget', 'contended', '--apply');
    const after = await run('show', 'contended', '--json');

    expect([code, err]).toEqual([
      1,
      ['consent "contended" has changed meanwhile; expected it at rest: run again'],
    ]);
    expect(JSON.parse(after.out.join())).toMatchObject({ status: 'valid', revision: 'another' });
  });

  it('waits for what is owed: it would be lost', async () => {
    await put({ consentId: 'owing' }, [aPurge(START)]);

    const { code, err } = await run('forget', 'owing', '--apply');

    expect(code).toBe(1);
    expect(err[0]).toMatch(/^consent "owing" owes PurgeAccounts; expected nothing owed:/);
  });
});

describe('what is overdue', () => {
  it('is found by owed, with what it owes and since when, and makes the exit code 1', async () => {
    await put({ consentId: 'owing' }, [aPurge(START)]);
    await put({ consentId: 'missed', timer: { number: 1, dueAt: START - 2 * DAY } });
    await put({ consentId: 'later', timer: { number: 1, dueAt: START + DAY } });

    const { code, out } = await run('owed');

    expect(code).toBe(1);
    expect(out).toEqual([
      'missed\tsince 2026-11-21T08:00:00.000Z\ta timer that was due\toverdue',
      'owing\tsince 2026-11-22T08:00:00.000Z\tPurgeAccounts\toverdue',
    ]);
  });
});

describe('more consents than one read takes', () => {
  it('are all found by waiting, the earliest first', async () => {
    const { consent } = playedBy([answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED')]);
    const ids = Array.from({ length: 130 }, (_, number) => `one-of-${1_000 + number}`);
    await Promise.all(
      ids.map((consentId, number) => {
        const dueAt = START + (ids.length - number) * HOUR;
        return put({ ...consent, consentId, ref: refOf(consentId), timer: { number: 1, dueAt } });
      }),
    );

    const { code, out, err } = await run('waiting');

    expect(code).toBe(0);
    expect(out.map((line) => line.split('\t')[0])).toEqual(ids.toReversed());
    expect(err.at(-1)).toMatch(/ 130 found$/);
  });
});

describe('a role that may not read tokens', () => {
  it.each([
    ['why', 'looked-at'],
    ['replay', 'looked-at'],
    ['list'],
    ['waiting'],
    ['owed'],
    ['hold', 'DE-37040044'],
    ['forget', 'looked-at'],
  ])('may use %s: whatever is read is named, and no token is', async (...args) => {
    const asked: string[] = [];
    meddle = async (action, request) => {
      if (/^(Batch)?Get|^Query|^Scan/.test(action)) asked.push(request.body);
      return undefined;
    };
    await put({ consentId: 'looked-at', timer: { number: 1, dueAt: START - MINUTE } });

    await run(...args);

    expect(asked).not.toEqual([]);
    for (const body of asked) {
      expect(body).toContain('"ProjectionExpression"');
      expect(body).not.toMatch(/token|transfers/i);
    }
  });
});

describe('the command itself', () => {
  async function spawned(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code, out, err };
  }
  const aws = () => ({
    AWS_ENDPOINT_URL: local.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  });

  it('takes AWS_ENDPOINT_URL for the local AWS, and exits with its code', async () => {
    const { code, out, err } = await spawned(['show', 'nobody'], aws());

    expect([code, out]).toEqual([1, '']);
    expect(err).toBe('consent "nobody" is unknown: no message about it has been judged\n');
  });

  it.each([
    ['a region', {}, 'Region is missing; expected AWS_REGION, or a profile that names one\n'],
    [
      'credentials',
      { AWS_REGION: 'eu-central-1', AWS_EC2_METADATA_DISABLED: 'true' },
      /^no AWS credentials were found \(.*\); expected those of a role of stage "prod"\n$/,
    ],
  ])('without %s says in one line what is missing', async (_, env, line) => {
    const { code, out, err } = await spawned(['list', '--stage', 'prod'], env);

    expect([code, out]).toEqual([1, '']);
    expect(err).toEqual(expect.stringMatching(line));
  });

  it('finds what a stage has under its own names', async () => {
    await dynamo.send(createConsents('dev-consents'));
    const Item = toItem({ consent: aConsent(), outbox: [], now: START }, 'first');
    await dynamo.send(new PutItemCommand({ TableName: 'dev-consents', Item }));

    const { code, out } = await spawned(['list', '--stage', 'dev', '--json'], aws());

    expect([code, JSON.parse(out)]).toMatchObject([0, { consentId: 'consent-1' }]);
  });

  it('asks a stage for its own names, and says that it is not there', async () => {
    const { code, err } = await spawned(['show', 'any', '--stage', 'prod'], aws());

    expect(code).toBe(1);
    expect(err).toBe(
      'stage "prod" lacks what dynamodb:GetItem asked for: deployed? right region?\n',
    );
  });
});
