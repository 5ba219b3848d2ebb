/**
 * What each function's role may do, by hand: the action, the one resource, and for the key the one
 * service that it is used through. There is no `*` but where a name is made at run time.
 */
import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { OWED_INDEX } from '../shared/store/owed-index.ts';
import { ENCRYPTS } from './consent-key.ts';
import type { ConsentState } from './state.ts';

/** The queue that feeds a function, and the one in which it sets aside what it cannot read. */
export interface Feed {
  readonly queue: IQueue;
  readonly deadLetters: IQueue;
}

export function permissionsOf(
  state: ConsentState,
  logGroup: ILogGroup,
  feed: Feed | undefined,
): PolicyDocument {
  return new PolicyDocument({
    statements: [
      ...decides(state),
      ...performs(state),
      ...(feed === undefined ? findsOverdue(state) : isFed(feed)),
      ...encrypts(state),
      allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ],
  });
}

function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  equals?: Readonly<Record<string, unknown>>,
): PolicyStatement {
  return new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [...resources],
    ...(equals && { conditions: { StringEquals: equals } }),
  });
}

function decides({ table }: ConsentState): readonly PolicyStatement[] {
  const actions = ['BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem'];
  return [
    allow(
      'ReadAndWriteConsents',
      actions.map((action) => `dynamodb:${action}`),
      [table.tableArn],
    ),
  ];
}

function performs(state: ConsentState): readonly PolicyStatement[] {
  const { queues, reConsent, consentNotices, scheduleGroup, schedulerRole } = state;
  const { bankCallRequests, dueTimers, bankCallResults } = queues;
  // A timer's name is made when it is set, so the names of the group are left open.
  const timers = Stack.of(state).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${scheduleGroup.scheduleGroupName}/*`,
  });
  return [
    allow(
      'SendRequestsAndTimers',
      ['sqs:SendMessage'],
      [bankCallRequests.queueArn, dueTimers.queueArn, bankCallResults.queueArn],
    ),
    allow('PublishNotices', ['sns:Publish'], [reConsent.topicArn, consentNotices.topicArn]),
    allow('SetTimers', ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'], [timers]),
    allow('HandTimersTheirRole', ['iam:PassRole'], [schedulerRole.roleArn], {
      'iam:PassedToService': 'scheduler.amazonaws.com',
    }),
  ];
}

function findsOverdue({ table }: ConsentState): readonly PolicyStatement[] {
  return [allow('FindOverdue', ['dynamodb:Query'], [`${table.tableArn}/index/${OWED_INDEX}`])];
}

function isFed({ queue, deadLetters }: Feed): readonly PolicyStatement[] {
  const actions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];
  return [
    allow(
      'TakeMessages',
      actions.map((action) => `sqs:${action}`),
      [queue.queueArn],
    ),
    allow('SetAside', ['sqs:SendMessage'], [deadLetters.queueArn]),
  ];
}

/** The table needs the key for reading only: what it writes it encrypts with its own grant. */
function encrypts(state: ConsentState): readonly PolicyStatement[] {
  const { region } = Stack.of(state);
  const through = (...services: readonly string[]) => ({
    'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`),
  });
  const { keyArn } = state.key;
  return [
    allow('DecryptTable', ['kms:Decrypt'], [keyArn], through('dynamodb')),
    allow('EncryptMessages', ENCRYPTS, [keyArn], through('sqs', 'sns')),
  ];
}
