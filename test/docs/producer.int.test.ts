/** docs/examples/producer.py against the local AWS, and what it sends against the schemas. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { queueUrl, REGION } from '../../tools/local/resources.ts';
import { startLocalStory } from '../support/local-story.ts';
import { validatorOf } from '../support/message-schemas.ts';
import { run } from '../support/page-blocks.ts';
import { startRelay } from '../support/relay.ts';

const FOLDER = new URL('../../docs/examples', import.meta.url).pathname;
const HAS_BOTO3 = spawnSync('python3', ['-c', 'import boto3']).status === 0;
/** The program dates what it sends by the wall clock, so the story is told by it too. */
const START = new Date().toISOString();

it('docs/examples/producer.py moves a consent, by messages of the schemas', async ({
  skip,
  onTestFinished,
}) => {
  if (!HAS_BOTO3) {
    process.stdout.write('docs/examples/producer.py is not run: there is no python3 with boto3\n');
    skip('no python3 with boto3');
  }
  const story = await startLocalStory(START);
  onTestFinished(story.stop);
  const relay = await startRelay(story.local.url);
  onTestFinished(relay.stop);

  const { exitCode, stderr } = await run('python3', ['producer.py', 'consent-py'], FOLDER, {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: relay.url,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    BANK_CALL_RESULTS_URL: queueUrl(relay.url, 'bank-call-results'),
  });
  await story.local.settle();

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await story.state('consent-py')).toMatchObject({
    status: 'valid',
    version: 2,
    provider: 'klarna-consent',
    bank: { id: 'musterbank' },
    token: 'its-successor',
    strikes: [],
  });
  const [grant, call] = relay.asked.map(({ body }) => JSON.parse(JSON.parse(body).MessageBody));
  expect(validatorOf('consent.granted')(grant)).toBe(true);
  expect(validatorOf('bank-call.completed')(call)).toBe(true);
  expect(call.data.usedTokenFingerprint).toBe(fingerprintOf(grant.data.consentToken));
});
