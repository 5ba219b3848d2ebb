/**
 * The queues, property by property: nothing can be taken away from one without a line of this file
 * saying otherwise, and nobody sends results but who may.
 */
import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { longEnough } from '../../infra/consent-queues.ts';
import { policiesOf } from '../support/deployed.ts';
import { allows } from '../support/iam.ts';
import type { Json, Templates } from '../support/template.ts';
import {
  nobodyBut,
  onlyTls,
  PROD,
  PRODUCER,
  propertiesOf,
  resolved,
  synthesise,
  WORKERS,
} from './synthesised.ts';

const DESCRIBED = JSON.parse(
  readFileSync(new URL('../../docs/contracts/asyncapi.json', import.meta.url), 'utf8'),
);
const KEY = expect.stringMatching(/^arn:aws:kms:eu-central-1:000000000000:key\//);
const ADMINISTRATOR = 'arn:aws:iam::000000000000:role/administrator';
const EVERY_RIGHT = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

let templates: Templates;

beforeAll(() => {
  templates = resolved(synthesise(PROD));
});

function queueArn(name: string): string {
  return `arn:aws:sqs:eu-central-1:000000000000:prod-${name}`;
}

const FEEDING = { VisibilityTimeout: 180, MessageRetentionPeriod: 345_600 };
const DEAD_LETTERS = { MessageRetentionPeriod: 1_209_600 };
const FIFO = {
  FifoQueue: true,
  DeduplicationScope: 'messageGroup',
  FifoThroughputLimit: 'perMessageGroupId',
};

function redriveTo(name: string, maxReceiveCount: number): Json {
  return { RedrivePolicy: { deadLetterTargetArn: queueArn(name), maxReceiveCount } };
}

function redriveFrom(name: string): Json {
  const sourceQueueArns = [queueArn(name)];
  return { RedriveAllowPolicy: { redrivePermission: 'byQueue', sourceQueueArns } };
}

const QUEUES: Readonly<Record<string, Json>> = {
  'bank-call-results': { ...FEEDING, ...redriveTo('bank-call-results-dlq', 500) },
  'bank-call-results-dlq': { ...DEAD_LETTERS, ...redriveFrom('bank-call-results') },
  'due-timers': { ...FEEDING, ...redriveTo('due-timers-dlq', 500) },
  'due-timers-dlq': { ...DEAD_LETTERS, ...redriveFrom('due-timers') },
  'bank-call-requests.fifo': {
    ...FIFO,
    VisibilityTimeout: 200,
    MessageRetentionPeriod: 86_400,
    ...redriveTo('bank-call-requests-dlq.fifo', 5),
  },
  'bank-call-requests-dlq.fifo': {
    ...FIFO,
    ...DEAD_LETTERS,
    ...redriveFrom('bank-call-requests.fifo'),
  },
  'scheduler-dlq': { ...DEAD_LETTERS, RedriveAllowPolicy: { redrivePermission: 'denyAll' } },
};

describe('the queues', () => {
  it('are these and no others', () => {
    const names = templates
      .resources('AWS::SQS::Queue')
      .map(({ properties }) => properties.QueueName);

    expect(names.toSorted()).toEqual(
      Object.keys(QUEUES)
        .map((name) => `prod-${name}`)
        .toSorted(),
    );
  });

  it.each(Object.entries(QUEUES))('have in %s exactly what it needs', (name, expected) => {
    expect(propertiesOf(templates, 'AWS::SQS::Queue', 'QueueName', `prod-${name}`)).toEqual({
      QueueName: `prod-${name}`,
      KmsMasterKeyId: KEY,
      ...expected,
    });
  });

  it.each(['bank-call-results', 'bank-call-requests.fifo'])(
    'are described to others as they are: %s',
    (name) => {
      const { address, bindings } = DESCRIBED.channels[name];
      const { name: named, fifoQueue, ...settings } = bindings.sqs.queue;

      const QueueName = address.replace('{stage}', 'prod');
      const deployed = propertiesOf(templates, 'AWS::SQS::Queue', 'QueueName', QueueName);

      expect([named, fifoQueue]).toEqual([address, deployed.FifoQueue ?? false]);
      for (const [key, value] of Object.entries(settings)) {
        expect(deployed).toHaveProperty(key.charAt(0).toUpperCase() + key.slice(1), value);
      }
    },
  );

  it.each(Object.keys(QUEUES).filter((name) => name !== 'bank-call-results'))(
    'are reached by TLS only: %s',
    (name) => {
      expect(policiesOf(templates, queueArn(name))).toEqual([
        { Version: '2012-10-17', Statement: [onlyTls('sqs:*', queueArn(name), { AWS: '*' })] },
      ]);
    },
  );

  it('take results from the producers and the worker, and from nobody else', () => {
    const Resource = queueArn('bank-call-results');

    const [policy, ...others] = policiesOf(templates, Resource);
    expect(others).toEqual([]);
    expect(policy).toEqual({
      Version: '2012-10-17',
      Statement: [
        onlyTls('sqs:*', Resource, { AWS: '*' }),
        {
          Sid: 'Producers',
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { AWS: PRODUCER },
          Resource,
        },
        nobodyBut('sqs:SendMessage', Resource, [PRODUCER, ...WORKERS]),
      ],
    });
  });

  it.each([
    ['a producer, with no right of its own', PRODUCER, 'true', [], true],
    ['a producer without TLS', PRODUCER, 'false', [], false],
    ['the worker', WORKERS[0] ?? '', 'true', [EVERY_RIGHT], true],
    ['an administrator', ADMINISTRATOR, 'true', [EVERY_RIGHT], false],
  ] as const)('let %s send a result or not', (_, principal, tls, own, may) => {
    const resource = queueArn('bank-call-results');
    const conditionKeys = { 'aws:SecureTransport': tls };

    expect(
      allows([...own, ...policiesOf(templates, resource)], {
        principal,
        action: 'sqs:SendMessage',
        resource,
        conditionKeys,
      }),
    ).toBe(may);
  });

  it.each([
    [
      Duration.seconds(179),
      600,
      "visibility timeout 179 s is too short; expected 180 s, 6 times the function's timeout",
    ],
    [
      Duration.seconds(180),
      479,
      '479 receives of 180 s redeliver for 86220 s; expected at least 86400 s',
    ],
  ])('of %s are refused after %i receives when they give up too early', (visibility, max, why) => {
    expect(() => longEnough(visibility, max)).toThrow(why);
    expect(() => longEnough(Duration.seconds(180), 480)).not.toThrow();
  });
});
