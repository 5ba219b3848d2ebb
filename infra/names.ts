/**
 * The names that are not simply a stage's, and ARNs made from names, where a reference would run in
 * a circle.
 */
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { FUNCTION_NAMES, type FunctionName } from '../shared/runtime/environment.ts';
import { deployedName } from './deployed-name.ts';

export const SCHEDULE_GROUP = 'consent-lifecycle';

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
