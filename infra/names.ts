/**
 * What everything is called once it is deployed: its plain name (docs/messages.md, docs/state.md)
 * behind the name of its stage. ARNs are made from names where a reference would run in a circle.
 */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { FunctionName } from '../shared/runtime/environment.ts';

export const FUNCTION_NAMES = [
  'bank-call-results',
  'due-timers',
  'sweep',
] as const satisfies readonly FunctionName[];

export const SCHEDULE_GROUP = 'consent-lifecycle';

/** A stage's name leaves room for the longest name behind it: a role has 64 characters. */
const STAGE = /^[a-z][a-z0-9-]{0,19}$/;

/** `dev` and `re-consent` are `dev-re-consent`. Throws one line on a stage that makes no names. */
export function deployedName(stage: string, name: string): string {
  if (STAGE.test(stage)) return `${stage}-${name}`;
  throw new Error(
    `stage "${stage}" is refused; expected 1 to 20 of a-z, 0-9 and -, a letter first`,
  );
}

/** Roles have one name space in all regions of an account, so a role's name says its region. */
export function roleName(scope: IConstruct, stage: string, name: FunctionName): string {
  return `${deployedName(stage, name)}-${Stack.of(scope).region}`;
}

function roleArn(scope: IConstruct, stage: string, name: FunctionName): string {
  const resourceName = roleName(scope, stage, name);
  return Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'role', resourceName });
}

/** Of all functions: who may do what only the worker may. */
export function workerRoleArns(scope: IConstruct, stage: string): readonly string[] {
  return FUNCTION_NAMES.map((name) => roleArn(scope, stage, name));
}

export function queueArn(scope: IConstruct, stage: string, name: string): string {
  const resource = deployedName(stage, name);
  return Stack.of(scope).formatArn({ service: 'sqs', resource });
}

export function topicArn(scope: IConstruct, stage: string, name: string): string {
  const resource = deployedName(stage, name);
  return Stack.of(scope).formatArn({ service: 'sns', resource });
}

export function tableArn(scope: IConstruct, stage: string, name: string): string {
  const resourceName = deployedName(stage, name);
  return Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName });
}

export function scheduleGroupArn(scope: IConstruct, stage: string): string {
  const resourceName = deployedName(stage, SCHEDULE_GROUP);
  return Stack.of(scope).formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName,
  });
}
