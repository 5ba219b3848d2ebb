/**
 * What the state stack makes, property by property: nothing can be taken away from a queue, the
 * table, a topic or the key without a line of this file saying otherwise.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createConsents } from '../../tools/local/create-resources.ts';
import { policiesOf } from '../support/deployed.ts';
import type { Templates } from '../support/template.ts';
import {
  DEV,
  nobodyBut,
  onlyTls,
  PROD,
  PRODUCER,
  propertiesOf,
  resolved,
  type Synthesised,
  synthesise,
  WORKERS,
} from './synthesised.ts';

const KEY = expect.stringMatching(/^arn:aws:kms:eu-central-1:000000000000:key\//);

let synthesised: Synthesised;
let templates: Templates;

beforeAll(() => {
  synthesised = synthesise(PROD);
  templates = resolved(synthesised);
});

const TABLE = 'arn:aws:dynamodb:eu-central-1:000000000000:table/prod-consents';

describe('the table', () => {
  it('is encrypted, can be restored, forgets what has expired, and is not deleted', () => {
    expect(propertiesOf(templates, 'AWS::DynamoDB::Table', 'TableName', 'prod-consents')).toEqual({
      TableName: 'prod-consents',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'owedIn', AttributeType: 'S' },
        { AttributeName: 'owedAt', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'owed',
          KeySchema: [
            { AttributeName: 'owedIn', KeyType: 'HASH' },
            { AttributeName: 'owedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      DeletionProtectionEnabled: true,
      ResourcePolicy: {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'OnlyTls',
              Effect: 'Deny',
              Action: 'dynamodb:*',
              Principal: { AWS: '*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              Resource: [TABLE, `${TABLE}/index/owed`],
            },
          ],
        },
      },
    });
  });

  it('has the keys and the index of the local one, on which the tests run', () => {
    const { input } = createConsents('prod-consents');

    expect(propertiesOf(templates, 'AWS::DynamoDB::Table', 'TableName', 'prod-consents')).toEqual(
      expect.objectContaining(input),
    );
  });
});

describe('the topics', () => {
  it.each(['re-consent', 'consent-notices'])(
    'are encrypted, and take what the worker publishes by TLS: %s',
    (name) => {
      const arn = `arn:aws:sns:eu-central-1:000000000000:prod-${name}`;

      expect(propertiesOf(templates, 'AWS::SNS::Topic', 'TopicName', `prod-${name}`)).toEqual({
        TopicName: `prod-${name}`,
        KmsMasterKeyId: KEY,
      });
      expect(policiesOf(templates, arn)).toMatchObject([
        { Statement: [onlyTls('sns:Publish', arn, '*'), nobodyBut('sns:Publish', arn, WORKERS)] },
      ]);
    },
  );
});

describe('the key', () => {
  const ENCRYPTS = { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'] };

  it('rotates, and is open to the account, the producers and the topics of notices', () => {
    const [key, ...others] = templates.resources('AWS::KMS::Key');

    expect(others).toEqual([]);
    expect(key?.properties).toEqual({
      Description: 'Consents, their messages and notices (prod)',
      EnableKeyRotation: true,
      PendingWindowInDays: 7,
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'kms:*',
            Principal: { AWS: 'arn:aws:iam::000000000000:root' },
            Resource: '*',
          },
          {
            ...ENCRYPTS,
            Sid: 'ProducersThroughSqs',
            Principal: { AWS: PRODUCER },
            Condition: { StringEquals: { 'kms:ViaService': 'sqs.eu-central-1.amazonaws.com' } },
            Resource: '*',
          },
          {
            ...ENCRYPTS,
            Sid: 'TopicsToSubscribers',
            Principal: { Service: 'sns.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '000000000000' },
              ArnEquals: {
                'aws:SourceArn': [
                  'arn:aws:sns:eu-central-1:000000000000:prod-re-consent',
                  'arn:aws:sns:eu-central-1:000000000000:prod-consent-notices',
                ],
              },
            },
            Resource: '*',
          },
        ],
      },
    });
  });
});

describe('the timers', () => {
  it('have a group of their own, and a role that Scheduler takes on for that group only', () => {
    const group = { Name: 'prod-consent-lifecycle' };
    const [role] = templates
      .resources('AWS::IAM::Role')
      .filter(({ properties }) => JSON.stringify(properties).includes('scheduler.amazonaws.com'));

    expect(templates.resources('AWS::Scheduler::ScheduleGroup')[0]?.properties).toEqual(group);
    expect(role?.properties.AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '000000000000' },
            ArnEquals: {
              'aws:SourceArn':
                'arn:aws:scheduler:eu-central-1:000000000000:schedule-group/prod-consent-lifecycle',
            },
          },
        },
      ],
    });
  });
});

const PUBLISHED = [
  'bank-call-results',
  'bank-call-results-dlq',
  'bank-call-requests.fifo',
  'bank-call-requests-dlq.fifo',
  'due-timers',
  'due-timers-dlq',
  'scheduler-dlq',
  're-consent',
  'consent-notices',
  'consents',
  'consent-lifecycle',
] as const;

describe('what others have to find', () => {
  it.each(PUBLISHED)('is an SSM parameter and an output: %s', (name) => {
    const stack = 'prod-consent-lifecycle-state';
    const output = name.replaceAll(/(?:^|[-.])([a-z])/g, (_, first: string) => first.toUpperCase());

    const value = templates.resolve(stack, synthesised.stacks[stack]?.Outputs?.[output]?.Value);
    const parameter = propertiesOf(
      templates,
      'AWS::SSM::Parameter',
      'Name',
      `/consent-lifecycle/prod/${name}`,
    );

    expect(value).toMatch(new RegExp(`(^|[:/])prod-${name}$`));
    expect(parameter.Value).toBe(value);
  });
});

it('publishes the key too, for whoever has to name it in a policy', () => {
  const stack = 'prod-consent-lifecycle-state';
  const [key] = templates.resources('AWS::KMS::Key');

  const output = templates.resolve(stack, synthesised.stacks[stack]?.Outputs?.Key?.Value);
  const parameter = propertiesOf(
    templates,
    'AWS::SSM::Parameter',
    'Name',
    '/consent-lifecycle/prod/key',
  );

  expect([output, parameter.Value]).toEqual([key?.arn, key?.arn]);
});

describe('deleting a stage', () => {
  function keptIn({ stacks }: Synthesised, part: string): readonly string[] {
    const [, template] =
      Object.entries(stacks).find(([name]) => name.endsWith(`-lifecycle-${part}`)) ?? [];
    return Object.entries(template?.Resources ?? {}).flatMap(([, resource]) => {
      const { Type, DeletionPolicy } = resource as { Type: string; DeletionPolicy?: string };
      return DeletionPolicy === 'Delete' || DeletionPolicy === undefined ? [] : [Type];
    });
  }

  it('of development leaves nothing behind but a key that waits seven days for its end', () => {
    const dev = synthesise(DEV);
    const [table] = resolved(dev).resources('AWS::DynamoDB::Table');

    expect(['state', 'worker', 'watch'].flatMap((part) => keptIn(dev, part))).toEqual([]);
    expect(table?.properties.DeletionProtectionEnabled).not.toBe(true);
  });

  it('of production leaves all of its state behind, and nothing else', () => {
    const kept = keptIn(synthesised, 'state');
    const lost = templates
      .resources('AWS::SSM::Parameter')
      .map(({ properties }) => properties.Name);

    expect(
      Object.keys(synthesised.stacks['prod-consent-lifecycle-state']?.Resources ?? {}),
    ).toHaveLength(kept.length + lost.length);
    expect([...keptIn(synthesised, 'worker'), ...keptIn(synthesised, 'watch')]).toEqual([]);
  });
});

it('takes back what a failed first deployment of production made, so that it can be repeated', () => {
  const { Resources = {} } = synthesised.stacks['prod-consent-lifecycle-state'] ?? {};
  const state = Object.values(Resources).filter(({ Type }) => Type !== 'AWS::SSM::Parameter');

  expect(state).not.toEqual([]);
  for (const resource of state) {
    expect(resource).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  }
});

describe('synthesising', () => {
  it('twice gives the same templates', () => {
    expect(synthesise(PROD).stacks).toEqual(synthesised.stacks);
  });
});
