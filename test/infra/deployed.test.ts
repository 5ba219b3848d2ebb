/** What is read out of templates: of functions, their roles, and the policies around them. */
import { describe, expect, it } from 'vitest';
import { functionOf, keysOf, policiesOf, trustOf } from '../support/deployed.ts';
import { readTemplates, type Template } from '../support/template.ts';

const OURS = 'eu-central-1:000000000000';
const ROLE = 'arn:aws:iam::000000000000:role/dev-sweep';
const KEY = `arn:aws:kms:${OURS}:key/stack-Key`;
const QUEUE = `arn:aws:sqs:${OURS}:dev-timers`;
const TOPIC = `arn:aws:sns:${OURS}:dev-notices`;
const TABLE = `arn:aws:dynamodb:${OURS}:table/dev-consents`;

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
/** A policy that can be told from others. */
const policy = (Id: string) => ({ Id, Statement: [] });

const STACK: Template = {
  Resources: {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy('of the key') } },
    Timers: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'dev-timers', KmsMasterKeyId: arnOf('Key') },
    },
    Open: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dev-open' } },
    Notices: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: 'dev-notices', KmsMasterKeyId: arnOf('Key') },
    },
    Consents: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'dev-consents',
        SSESpecification: { SSEEnabled: true, KMSMasterKeyId: arnOf('Key') },
      },
    },
    TimersPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Timers' }], PolicyDocument: policy('of the queue') },
    },
    NoticesPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: { Topics: [{ Ref: 'Notices' }], PolicyDocument: policy('of the topic') },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'dev-sweep',
        AssumeRolePolicyDocument: policy('trust'),
        Policies: [{ PolicyName: 'inline', PolicyDocument: policy('inline') }],
      },
    },
    Attached: {
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: policy('attached') },
    },
    Managed: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'managed', ManagedPolicyArns: ['arn:aws:iam::aws:policy/Any'] },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/dev-sweep' } },
    Sweep: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'dev-sweep',
        Role: arnOf('Role'),
        Environment: { Variables: { TABLE_NAME: { Ref: 'Consents' } } },
        LoggingConfig: { LogGroup: { Ref: 'Log' } },
      },
    },
    Feeds: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Sweep' }, EventSourceArn: arnOf('Timers') },
    },
    FeedsAnother: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: 'another', EventSourceArn: arnOf('Open') },
    },
  },
};

const templates = readTemplates({ stack: STACK }, 'http://127.0.0.1:4566');

function idsOf(policies: readonly unknown[]): readonly unknown[] {
  return policies.map((one) => Object.entries(Object(one))[0]?.[1]);
}

describe('templates', () => {
  it('say with what a function runs', () => {
    expect(functionOf(templates, 'dev-sweep')).toEqual({
      environment: { TABLE_NAME: 'dev-consents' },
      role: ROLE,
      queues: [QUEUE],
      logGroup: '/aws/lambda/dev-sweep',
    });
  });

  it.each([
    [ROLE, ['inline', 'attached']],
    [QUEUE, ['of the queue']],
    [`arn:aws:sqs:${OURS}:dev-open`, []],
    [TOPIC, ['of the topic']],
    [KEY, ['of the key']],
    [TABLE, []],
  ])('say which policies stand at %s', (arn, ids) => {
    expect(idsOf(policiesOf(templates, arn))).toEqual(ids);
  });

  it('say who may assume a role', () => {
    expect(trustOf(templates, ROLE)).toEqual(policy('trust'));
  });

  it('say which key encrypts', () => {
    const keyOf = keysOf(templates);

    expect([QUEUE, TOPIC, TABLE].map(keyOf)).toEqual([KEY, KEY, KEY]);
    expect(keyOf(`arn:aws:sqs:${OURS}:dev-open`)).toBeUndefined();
  });

  it('leave nothing to be guessed', () => {
    const managed = 'arn:aws:iam::000000000000:role/managed';

    expect(() => functionOf(templates, 'dev-nobody')).toThrow('found 0');
    expect(() => policiesOf(templates, `${ROLE}-too`)).toThrow('found 0');
    expect(() => policiesOf(templates, `${QUEUE}-too`)).toThrow('found 0');
    expect(() => policiesOf(templates, managed)).toThrow('ManagedPolicyArns');
  });
});
