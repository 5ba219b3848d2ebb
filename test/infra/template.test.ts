/** Templates as the local account resolves them. */
import { describe, expect, it } from 'vitest';
import { readTemplates, type Template } from '../support/template.ts';

const ENDPOINT = 'http://127.0.0.1:4566';
const OURS = 'eu-central-1:000000000000';

const STATE: Template = {
  Parameters: {
    Stage: { Type: 'String', Default: 'dev' },
    Plain: { Type: 'String' },
    Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/bootstrap/version' },
  },
  Resources: {
    Results: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: { 'Fn::Join': ['-', [{ Ref: 'Stage' }, 'results']] } },
    },
    Unnamed: { Type: 'AWS::SQS::Queue' },
    Notices: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'dev-notices' } },
    Consents: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'dev-consents' } },
    Timers: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'dev-timers' } },
    Key: { Type: 'AWS::KMS::Key' },
    Bucket: { Type: 'AWS::S3::Bucket' },
  },
  Outputs: {
    QueueUrl: { Value: { Ref: 'Results' } },
    Exported: {
      Value: { 'Fn::GetAtt': ['Consents', 'Arn'] },
      Export: { Name: { 'Fn::Sub': `\${AWS::StackName}:table` } },
    },
  },
};

const WORKER: Template = {
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'dev-sweep' } },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/dev-sweep' } },
    Rule: { Type: 'AWS::Events::Rule' },
    Sweep: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'dev-sweep',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        MemorySize: 512,
      },
    },
  },
};

const templates = readTemplates({ state: STATE, worker: WORKER }, ENDPOINT);

describe('a template', () => {
  it.each([
    [{ Ref: 'Results' }, `${ENDPOINT}/000000000000/dev-results`],
    [{ Ref: 'Unnamed' }, `${ENDPOINT}/000000000000/state-Unnamed`],
    [{ Ref: 'Notices' }, `arn:aws:sns:${OURS}:dev-notices`],
    [{ Ref: 'Consents' }, 'dev-consents'],
    [{ Ref: 'Timers' }, 'dev-timers'],
    [{ Ref: 'Key' }, 'state-Key'],
    [{ Ref: 'Stage' }, 'dev'],
    [{ Ref: 'AWS::Region' }, 'eu-central-1'],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'AWS::StackName' }, 'state'],
    [{ 'Fn::GetAtt': ['Results', 'Arn'] }, `arn:aws:sqs:${OURS}:dev-results`],
    [{ 'Fn::GetAtt': ['Results', 'QueueName'] }, 'dev-results'],
    [{ 'Fn::GetAtt': ['Results', 'QueueUrl'] }, `${ENDPOINT}/000000000000/dev-results`],
    [{ 'Fn::GetAtt': ['Notices', 'TopicArn'] }, `arn:aws:sns:${OURS}:dev-notices`],
    [{ 'Fn::GetAtt': ['Notices', 'TopicName'] }, 'dev-notices'],
    [{ 'Fn::GetAtt': ['Consents', 'Arn'] }, `arn:aws:dynamodb:${OURS}:table/dev-consents`],
    [{ 'Fn::GetAtt': ['Timers', 'Arn'] }, `arn:aws:scheduler:${OURS}:schedule-group/dev-timers`],
    [{ 'Fn::GetAtt': ['Key', 'Arn'] }, `arn:aws:kms:${OURS}:key/state-Key`],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Stage' }, 1]] }, 'a/dev/1'],
    [{ 'Fn::Split': [':', 'a:b'] }, ['a', 'b']],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b'] }] }, 'b'],
    [
      { 'Fn::Sub': `\${Stage}/\${Consents}/\${Key.Arn}/\${!Kept}` },
      `dev/dev-consents/arn:aws:kms:${OURS}:key/state-Key/\${Kept}`,
    ],
    [{ 'Fn::Sub': [`\${Own}-\${Stage}`, { Own: { Ref: 'Timers' } }] }, 'dev-timers-dev'],
    [
      { a: [{ Ref: 'Stage' }], b: { c: 1, d: true, e: null } },
      { a: ['dev'], b: { c: 1, d: true, e: null } },
    ],
  ])('resolves %j', (value, expected) => {
    expect(templates.resolve('state', value)).toEqual(expected);
  });

  it.each([
    [{ Ref: 'Role' }, 'dev-sweep'],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::000000000000:role/dev-sweep'],
    [{ Ref: 'Sweep' }, 'dev-sweep'],
    [{ 'Fn::GetAtt': ['Sweep', 'Arn'] }, `arn:aws:lambda:${OURS}:function:dev-sweep`],
    [{ Ref: 'Rule' }, 'worker-Rule'],
    [{ 'Fn::GetAtt': ['Rule', 'Arn'] }, `arn:aws:events:${OURS}:rule/worker-Rule`],
    [{ Ref: 'Log' }, '/aws/lambda/dev-sweep'],
    // With all its streams, as CloudFormation gives it.
    [{ 'Fn::GetAtt': ['Log', 'Arn'] }, `arn:aws:logs:${OURS}:log-group:/aws/lambda/dev-sweep:*`],
  ])('resolves %j, of the other stack', (value, expected) => {
    expect(templates.resolve('worker', value)).toBe(expected);
  });

  it.each([
    [
      'a weak reference',
      {
        'Fn::GetStackOutput': {
          StackName: 'state',
          Region: { Ref: 'AWS::Region' },
          OutputName: 'QueueUrl',
        },
      },
      `${ENDPOINT}/000000000000/dev-results`,
    ],
    [
      'a weak reference without a region',
      { 'Fn::GetStackOutput': { StackName: 'state', OutputName: 'QueueUrl' } },
      `${ENDPOINT}/000000000000/dev-results`,
    ],
    [
      'a strong reference',
      { 'Fn::ImportValue': 'state:table' },
      `arn:aws:dynamodb:${OURS}:table/dev-consents`,
    ],
  ])('follows %s into the other stack', (_, value, expected) => {
    expect(templates.resolve('worker', value)).toBe(expected);
  });

  it('lists its resources with their properties resolved', () => {
    expect(templates.resources('AWS::Lambda::Function')).toEqual([
      {
        logicalId: 'Sweep',
        ref: 'dev-sweep',
        arn: `arn:aws:lambda:${OURS}:function:dev-sweep`,
        properties: {
          FunctionName: 'dev-sweep',
          Role: 'arn:aws:iam::000000000000:role/dev-sweep',
          MemorySize: 512,
        },
      },
    ]);
    expect(templates.resources('AWS::S3::Bucket')).toEqual([
      { logicalId: 'Bucket', properties: {} },
    ]);
  });

  const output = (fields: object) => ({ 'Fn::GetStackOutput': { StackName: 'state', ...fields } });
  it.each([
    [{ 'Fn::If': ['A', 'b', 'c'] }, '{"Fn::If":["A","b","c"]}'],
    [{ Ref: 'Bucket' }, '{"Bucket":{"Type":"AWS::S3::Bucket"}}'],
    [{ Ref: 'Nobody' }, 'state has no resource "Nobody"'],
    [{ Ref: 'AWS::NoValue' }, '{"Ref":"AWS::NoValue"}'],
    [{ Ref: 'Plain' }, '{"Ref":"Plain"}'],
    [{ Ref: 'Version' }, '{"Ref":"Version"}'],
    [{ Ref: ['Results'] }, '{"Ref":["Results"]}'],
    [{ Ref: 'Results', Beside: 1 }, '{"Ref":"Results","Beside":1}'],
    [{ 'Fn::GetAtt': ['Results', 'Colour'] }, '{"Fn::GetAtt":["Results","Colour"]}'],
    [{ 'Fn::GetAtt': 'Results.Arn' }, '{"Fn::GetAtt":"Results.Arn"}'],
    [{ 'Fn::Join': ['', 'text'] }, 'expected a list, not "text"'],
    [{ 'Fn::Join': ['', [{ a: 1 }]] }, 'expected a text, not {"a":1}'],
    [{ 'Fn::Join': [''] }, '{"Fn::Join":[""]}'],
    [{ 'Fn::Select': [2, ['a']] }, '{"Fn::Select":[2,["a"]]}'],
    [{ 'Fn::Sub': `\${Nobody}` }, 'state has no resource "Nobody"'],
    [{ 'Fn::ImportValue': 'nobody:x' }, 'no stack exports "nobody:x"'],
    [output({ OutputName: 'None' }), '"OutputName":"None"'],
    [output({ OutputName: 'QueueUrl', Region: 'us-east-1' }), '"Region":"us-east-1"'],
    [output({ OutputName: 'QueueUrl', RoleArn: 'arn:any' }), '"RoleArn":"arn:any"'],
    [output({ StackName: 'other', OutputName: 'QueueUrl' }), 'no template of a stack "other"'],
  ])('refuses %j and quotes what it does not know', (value, quoted) => {
    expect(() => templates.resolve('state', value)).toThrow(quoted);
  });
});
