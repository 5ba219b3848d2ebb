/**
 * What AWS asks IAM on the way of a call, beside the call that is seen: the key that encrypts, the
 * role that is passed, the queue that feeds a function, the log. Each with the page of the AWS
 * documentation that says so; a call that is not known here is an error.
 */
import type { Call } from '../../tools/local/call-log.ts';
import { ACCOUNT_ID, REGION } from '../../tools/local/resources.ts';
import type { Request } from './iam.ts';

/** The ARN of the customer managed key that encrypts a table, a queue or a topic, if one does. */
export type KeyOf = (arn: string) => string | undefined;

const ENCRYPTS = ['kms:GenerateDataKey', 'kms:Decrypt'];
const DECRYPTS = ['kms:Decrypt'];

/**
 * What each action needs of the key of its resource. SQS Developer Guide, sqs-key-management,
 * "Configure KMS permissions for producers" and "for consumers". SNS Developer Guide,
 * sns-key-management. DynamoDB Developer Guide, encryption.usagenotes: a table's own key is
 * decrypted in the name of whoever uses the table, all else is left to grants; so with its indexes.
 */
const OF_THE_KEY: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:BatchGetItem': DECRYPTS,
  'dynamodb:GetItem': DECRYPTS,
  'dynamodb:PutItem': DECRYPTS,
  'dynamodb:Query': DECRYPTS,
  'dynamodb:UpdateItem': DECRYPTS,
  'scheduler:CreateSchedule': [],
  'scheduler:DeleteSchedule': [],
  'sns:Publish': ENCRYPTS,
  'sqs:DeleteMessage': [],
  'sqs:GetQueueAttributes': [],
  'sqs:ReceiveMessage': DECRYPTS,
  'sqs:SendMessage': ENCRYPTS,
};

/** A call that the gateway saw: itself, its key, and the role that it passes. */
export function asksOfCall({ action, resource, passes }: Call, keyOf: KeyOf): readonly Request[] {
  const passing = passes === undefined ? [] : [passRole(passes.role)];
  return [...asksOf(action, resource, keyOf), ...passing];
}

/**
 * What an UpdateItem names, as it was sent. DynamoDB Developer Guide, specifying-conditions:
 * `dynamodb:Attributes` are those of the key, of what is updated and of the condition, each by its
 * name at the top of the item.
 */
export function keysOfUpdate(body: string): Request['conditionKeys'] {
  const { Key, UpdateExpression, ConditionExpression, ExpressionAttributeNames, ReturnValues } =
    JSON.parse(body);
  const expressions = `${UpdateExpression} ${ConditionExpression ?? ''}`;
  const named = [...expressions.matchAll(/(?<![\w.:#])#?[A-Za-z]\w*/g)]
    .map(([word]) => ExpressionAttributeNames?.[word] ?? word)
    .filter((word) => !EXPRESSION_WORDS.includes(word));
  return {
    'dynamodb:Attributes': [...new Set([...Object.keys(Key), ...named])],
    ...(ReturnValues !== undefined && { 'dynamodb:ReturnValues': ReturnValues }),
  };
}

const EXPRESSION_WORDS = ['SET', 'REMOVE', 'AND', 'list_append', 'if_not_exists'];

/**
 * Of the role of a function that a queue feeds. Lambda Developer Guide, services-sqs-configure; SQS
 * Developer Guide, sqs-configure-lambda-function-trigger, with `kms:Decrypt` for encrypted queues.
 */
export function asksOfEventSource(queueArn: string, keyOf: KeyOf): readonly Request[] {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
  return actions.flatMap((action) => asksOf(action, queueArn, keyOf));
}

/**
 * Of the role of a function that logs to a group that exists. Lambda Developer Guide,
 * lambda-intro-execution-role; both are asked of the stream, as a refusal says in CloudTrail.
 */
export function asksOfLogging(logGroup: string): readonly Request[] {
  const stream = `arn:aws:logs:${REGION}:${ACCOUNT_ID}:log-group:${logGroup}:log-stream:any`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ask(action, stream));
}

/**
 * What the role of a schedule is asked when it fires, and when that fails for good. Scheduler User
 * Guide, setting-up, "Set up the execution role", and configuring-schedule-dlq; that SQS then asks
 * for the key in the name of the role is sqs-key-management again.
 */
export function asksOfScheduler({ passes }: Call, keyOf: KeyOf): readonly Request[] {
  if (passes === undefined) return [];
  const { target, deadLetters } = passes;
  const queues = deadLetters === undefined ? [target] : [target, deadLetters];
  return queues.flatMap((queue) => asksOf('sqs:SendMessage', queue, keyOf));
}

/**
 * What the trust policy of that role is asked, when the schedule is made already. Scheduler User
 * Guide, cross-service-confused-deputy-prevention: the source is the group, never the schedule.
 */
export function asksOfTrust({ resource, passes }: Call): readonly Request[] {
  if (passes === undefined) return [];
  const group = resource.replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1');
  return [
    {
      principal: 'scheduler.amazonaws.com',
      ...ask('sts:AssumeRole', passes.role, {
        'aws:SourceArn': group,
        'aws:SourceAccount': ACCOUNT_ID,
      }),
    },
  ];
}

/** IAM User Guide, id_roles_use_passrole and reference_policies_iam-condition-keys. */
function passRole(role: string): Request {
  return ask('iam:PassRole', role, { 'iam:PassedToService': 'scheduler.amazonaws.com' });
}

function asksOf(action: string, resource: string, keyOf: KeyOf): readonly Request[] {
  const [service = ''] = action.split(':');
  const ofTheKey = Object.hasOwn(OF_THE_KEY, action) ? OF_THE_KEY[action] : undefined;
  if (ofTheKey === undefined) throw new Error(`what AWS asks for ${action} is not known here`);

  const key = keyOf(resource.replace(/\/index\/.*$/, ''));
  // KMS Developer Guide, conditions-kms, "kms:ViaService".
  const via = { 'kms:ViaService': `${service}.${REGION}.amazonaws.com` };
  const ofKey = key === undefined ? [] : ofTheKey.map((one) => ask(one, key, via));
  return [ask(action, resource), ...ofKey];
}

function ask(
  action: string,
  resource: string,
  conditionKeys: Request['conditionKeys'] = {},
): Request {
  return { action, resource, conditionKeys };
}
