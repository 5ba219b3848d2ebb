/** What the worker stack makes: the functions as they run, and what starts them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Templates } from '../support/template.ts';
import { DEV, propertiesOf, resolved, type Synthesised, synthesise } from './synthesised.ts';

const STACK = 'dev-consent-lifecycle-worker';
const SQS = 'http://127.0.0.1:4566/000000000000/';
const SQS_ARN = 'arn:aws:sqs:eu-central-1:000000000000:';
const SNS_ARN = 'arn:aws:sns:eu-central-1:000000000000:';

const VARIABLES = {
  TABLE_NAME: 'dev-consents',
  BANK_CALL_RESULTS_URL: `${SQS}dev-bank-call-results`,
  BANK_CALL_REQUESTS_URL: `${SQS}dev-bank-call-requests.fifo`,
  DUE_TIMERS_URL: `${SQS}dev-due-timers`,
  DUE_TIMERS_ARN: `${SQS_ARN}dev-due-timers`,
  RE_CONSENT_TOPIC_ARN: `${SNS_ARN}dev-re-consent`,
  CONSENT_NOTICES_TOPIC_ARN: `${SNS_ARN}dev-consent-notices`,
  SCHEDULE_GROUP: 'dev-consent-lifecycle',
  SCHEDULER_ROLE_ARN: expect.stringMatching(/^arn:aws:iam::000000000000:role\/.*Scheduler/),
  SCHEDULER_DLQ_ARN: `${SQS_ARN}dev-scheduler-dlq`,
  METRICS_NAMESPACE: 'ConsentLifecycle/dev',
};

const FUNCTIONS = {
  'bank-call-results': {
    ...VARIABLES,
    BANK_CALL_RESULTS_DLQ_URL: `${SQS}dev-bank-call-results-dlq`,
  },
  'due-timers': { ...VARIABLES, DUE_TIMERS_DLQ_URL: `${SQS}dev-due-timers-dlq` },
  sweep: VARIABLES,
} as const;

let synthesised: Synthesised;
let templates: Templates;

beforeAll(() => {
  synthesised = synthesise(DEV);
  templates = resolved(synthesised);
});

describe('the functions', () => {
  it.each(Object.entries(FUNCTIONS))('run as they should: %s', (name, variables) => {
    expect(propertiesOf(templates, 'AWS::Lambda::Function', 'FunctionName', `dev-${name}`)).toEqual(
      {
        FunctionName: `dev-${name}`,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        Code: {
          S3Bucket: 'cdk-hnb659fds-assets-000000000000-eu-central-1',
          S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/),
        },
        Environment: { Variables: variables },
        MemorySize: 512,
        Timeout: 30,
        Role: `arn:aws:iam::000000000000:role/dev-${name}-eu-central-1`,
        LoggingConfig: { LogGroup: `/aws/lambda/dev-${name}` },
      },
    );
  });

  it.each(Object.keys(FUNCTIONS))('keep their log for the days of the stage: %s', (name) => {
    const LogGroupName = `/aws/lambda/dev-${name}`;

    expect(propertiesOf(templates, 'AWS::Logs::LogGroup', 'LogGroupName', LogGroupName)).toEqual({
      LogGroupName,
      RetentionInDays: 30,
    });
  });

  it.each(Object.keys(FUNCTIONS))('are bundles without a source map: %s', (name) => {
    const { Code } = propertiesOf(
      templates,
      'AWS::Lambda::Function',
      'FunctionName',
      `dev-${name}`,
    );
    const [hash] = (Code as { S3Key: string }).S3Key.split('.');
    const files = readdirSync(join(synthesised.folder, `asset.${hash}`));

    expect(files).toContain('index.mjs');
    expect(files.every((file) => file.endsWith('.mjs'))).toBe(true);
  });

  it('have roles that nobody but Lambda takes on, and no policy beside the one by hand', () => {
    const workers = templates
      .resources('AWS::IAM::Role')
      .filter(({ properties }) => String(properties.RoleName).startsWith('dev-'));

    expect(workers).toHaveLength(3);
    for (const { properties } of workers) {
      expect(properties).toEqual({
        RoleName: properties.RoleName,
        Policies: [{ PolicyName: 'work', PolicyDocument: expect.anything() }],
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'lambda.amazonaws.com' },
            },
          ],
        },
      });
    }
    expect(templates.resources('AWS::IAM::Policy')).toEqual([]);
    expect(templates.resources('AWS::IAM::ManagedPolicy')).toEqual([]);
  });
});

describe('what starts them', () => {
  it.each([
    ['bank-call-results', 20],
    ['due-timers', 10],
  ])('is for %s its queue, ten messages at a time, %i batches side by side', (name, most) => {
    expect(
      propertiesOf(
        templates,
        'AWS::Lambda::EventSourceMapping',
        'EventSourceArn',
        `${SQS_ARN}dev-${name}`,
      ),
    ).toEqual({
      EventSourceArn: `${SQS_ARN}dev-${name}`,
      FunctionName: `dev-${name}`,
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: most },
    });
  });

  it('is for the sweep a rule, every 15 minutes, that alone may invoke it', () => {
    const rule = propertiesOf(templates, 'AWS::Events::Rule', 'Name', 'dev-sweep');

    expect(rule).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
      State: 'ENABLED',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    expect(templates.resources('AWS::Lambda::EventInvokeConfig')).toMatchObject([
      { properties: { FunctionName: 'dev-sweep', MaximumRetryAttempts: 0 } },
    ]);
    expect(templates.resources('AWS::Lambda::Permission')).toHaveLength(1);
    expect(templates.resources('AWS::Lambda::Permission')[0]?.properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: expect.stringContaining(':rule/'),
    });
  });
});

describe('the references between the stacks', () => {
  it('are weak, so that no stack holds another back', () => {
    const text = JSON.stringify(synthesised.stacks);

    expect(text).toContain('Fn::GetStackOutput');
    expect(text).not.toContain('Fn::ImportValue');
  });

  it('say nothing twice that CloudFormation knows by itself', () => {
    const resources = Object.values(synthesised.stacks[STACK]?.Resources ?? {});

    expect(resources.filter((one) => Object.hasOwn(one, 'DependsOn'))).toEqual([]);
  });
});

it('leaves no asset out of the folder', () => {
  const functions = templates.resources('AWS::Lambda::Function');

  const missing = functions.filter(({ properties }) => {
    const [hash] = (properties.Code as { S3Key: string }).S3Key.split('.');
    return !existsSync(join(synthesised.folder, `asset.${hash}`, 'index.mjs'));
  });

  expect(missing).toEqual([]);
});
