/**
 * The findings of cdk-nag that we leave standing, each with its reason, at the construct that it is
 * about. There is no other list, and nothing is acknowledged for a whole stack.
 */
import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

interface Acknowledged {
  readonly id: string;
  readonly reason: string;
}

const REDRIVE = {
  id: 'Serverless::Serverless-SQSRedrivePolicy',
  reason:
    'Dead letters end up here: an alarm tells of each and a person looks at it. A further queue ' +
    'behind this one would only hide them.',
};

export const DEAD_LETTERS: readonly Acknowledged[] = [REDRIVE];

export const SCHEDULER_DEAD_LETTERS: readonly Acknowledged[] = [
  REDRIVE,
  {
    id: 'AwsSolutions::AwsSolutions-SQS3',
    reason:
      'It is a dead-letter queue, that of EventBridge Scheduler: each timer names it when it is ' +
      'set, which no template shows.',
  },
];

export const EVENT_SOURCE: readonly Acknowledged[] = [
  {
    id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
    reason:
      'A destination for failures is for streams. A message of a queue comes again until the ' +
      'queue itself sets it aside.',
  },
];

export const FUNCTION: readonly Acknowledged[] = [
  {
    id: 'Serverless::Serverless-LambdaDLQ',
    reason:
      'Such a queue takes asynchronous invocations. What comes from SQS has the dead-letter ' +
      'queue of its queue, and a sweep that failed is made good by the next one.',
  },
  {
    id: 'Serverless::Serverless-LambdaAsyncFailureDestination',
    reason: 'Only the sweep is invoked so, and what one could not do the next one finds again.',
  },
  {
    id: 'Serverless::Serverless-LambdaTracing',
    reason:
      'Tracing needs a right on every resource (xray:PutTraceSegments on *) and shows nothing ' +
      'that the log and the metrics do not: there is one hop between two queues.',
  },
];

export const SWEEP_RULE: readonly Acknowledged[] = [
  {
    id: 'Serverless::Serverless-EventBusDLQ',
    reason:
      'An event that says "15 minutes have passed" is worth nothing later: the next one comes ' +
      'anyway, and an alarm tells when none does.',
  },
];

export const ALARM_EMAIL: readonly Acknowledged[] = [
  {
    id: 'Serverless::Serverless-SNSRedrivePolicy',
    reason:
      'An alarm that cannot be mailed is still to be seen in CloudWatch, and worth nothing to ' +
      'whoever reads it in a queue a week later.',
  },
];

/** The names of a group's timers are made at run time, so IAM can name the group only. */
export function timersOf(scope: IConstruct, group: string): readonly Acknowledged[] {
  const { partition, region, account } = Stack.of(scope);
  const said = (value: string, name: string) => (Token.isUnresolved(value) ? `<${name}>` : value);
  const arn = [
    'arn',
    said(partition, 'AWS::Partition'),
    'scheduler',
    said(region, 'AWS::Region'),
    said(account, 'AWS::AccountId'),
    `schedule/${group}/*`,
  ].join(':');
  return [
    {
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${arn}]`,
      reason:
        'Each timer has a name of its own, made when it is set. The group is ours alone, and ' +
        'only CreateSchedule and DeleteSchedule are allowed on it.',
    },
  ];
}

/** Leaves the findings standing at `construct`. */
export function acknowledge(construct: IConstruct, findings: readonly Acknowledged[]): void {
  Validations.of(construct).acknowledge(...findings);
}
