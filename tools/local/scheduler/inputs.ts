/**
 * The inputs of every action, with the lengths, patterns and ranges of AWS's service model
 * (scheduler 2021-06-30), and the complaints in the words that AWS uses. What the model leaves out
 * is filled in with AWS's defaults, so an update that omits a field resets it.
 */
import * as z from 'zod/mini';
import { invalid } from './refusal.ts';

const EPOCH_SECONDS_MAX = 253_402_300_799;
const QUOTED_CHARACTERS_MAX = 128;
const TAGS_MAX = 200;

const text = (min: number, max: number, pattern?: RegExp) =>
  z
    .string()
    .check(
      z.minLength(min),
      z.maxLength(max),
      ...(pattern === undefined ? [] : [z.regex(pattern)]),
    );
const whole = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));
const instant = z.optional(z.number().check(z.minimum(0), z.maximum(EPOCH_SECONDS_MAX)));

const name = text(1, 64, /^[0-9a-zA-Z-_.]+$/);
const ClientToken = z.optional(text(1, 64, /^[a-zA-Z0-9-_]+$/));
const GroupName = z._default(name, 'default');
const NamePrefix = z.optional(name);
const MaxResults = z._default(whole(1, 100), 100);
const NextToken = z.optional(text(1, 2048));
const ResourceArn = text(
  1,
  1011,
  /^arn:aws(-[a-z]+)?:scheduler:[a-z0-9-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$/,
);
const Tags = z
  .array(z.object({ Key: text(1, 128), Value: text(1, 256) }))
  .check(z.maxLength(TAGS_MAX));

const target = z.object({
  Arn: text(1, 1600),
  RoleArn: text(1, 1600, /^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  Input: z.optional(z.string().check(z.minLength(1))),
  RetryPolicy: z._default(
    z.object({
      MaximumEventAgeInSeconds: z._default(whole(60, 86_400), 86_400),
      MaximumRetryAttempts: z._default(whole(0, 185), 185),
    }),
    { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
  ),
  DeadLetterConfig: z.optional(
    z.object({
      Arn: z.optional(text(1, 1600, /^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/)),
    }),
  ),
  SqsParameters: z.optional(z.object({ MessageGroupId: z.optional(text(1, 128)) })),
  EcsParameters: z.optional(z.unknown()),
  EventBridgeParameters: z.optional(z.unknown()),
  KinesisParameters: z.optional(z.unknown()),
  SageMakerPipelineParameters: z.optional(z.unknown()),
});

/** CreateSchedule and UpdateSchedule take the same. StartDate and EndDate: seconds. */
export const scheduleInput = z.object({
  Name: name,
  GroupName,
  ClientToken,
  ScheduleExpression: text(1, 256),
  ScheduleExpressionTimezone: z._default(text(1, 50), 'UTC'),
  FlexibleTimeWindow: z.object({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.optional(whole(1, 1440)),
  }),
  Target: target,
  State: z._default(z.enum(['ENABLED', 'DISABLED']), 'ENABLED'),
  ActionAfterCompletion: z._default(z.enum(['NONE', 'DELETE']), 'NONE'),
  Description: z.optional(text(0, 512)),
  StartDate: instant,
  EndDate: instant,
  KmsKeyArn: z.optional(
    text(1, 2048, /^arn:aws(-[a-z]+)?:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*$/),
  ),
});

export const scheduleName = z.object({ Name: name, GroupName, ClientToken });

export const scheduleFilter = z.object({
  GroupName: z.optional(name),
  NamePrefix,
  State: z.optional(z.enum(['ENABLED', 'DISABLED'])),
  MaxResults,
  NextToken,
});

export const groupInput = z.object({ Name: name, ClientToken, Tags: z._default(Tags, []) });
export const groupName = z.object({ Name: name, ClientToken });
export const groupFilter = z.object({ NamePrefix, MaxResults, NextToken });

export const taggedResource = z.object({ ResourceArn });
export const tagging = z.object({ ResourceArn, Tags });
export const untagging = z.object({
  ResourceArn,
  TagKeys: z.array(text(1, 128)).check(z.maxLength(TAGS_MAX)),
});

/** The body of the universal target `aws-sdk:sqs:sendMessage`, as far as it is imitated. */
export const sendMessageInput = z.strictObject({
  QueueUrl: z.url().check(z.regex(/\/\d{12}\/[a-zA-Z0-9\-_]+(\.fifo)?$/)),
  MessageBody: z.string().check(z.minLength(1)),
  MessageGroupId: z.optional(text(1, 128)),
  MessageAttributes: z.optional(
    z.record(text(1, 256), z.object({ DataType: z.literal('String'), StringValue: z.string() })),
  ),
});

export type ScheduleInput = z.infer<typeof scheduleInput>;
export type Target = ScheduleInput['Target'];

/** Throws one Refusal that names every field at fault, quotes its value and says what was wrong. */
export function parseInput<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;

  const faults = parsed.error.issues.map((issue) => faultOf(issue, input));
  const errors = faults.length === 1 ? 'error' : 'errors';
  throw invalid(`${faults.length} validation ${errors} detected: ${faults.join('; ')}`);
}

function faultOf(issue: z.core.$ZodIssue, input: unknown): string {
  const value = issue.path.reduce<unknown>(memberOf, input);
  const field = issue.path.map((part) => lowerFirst(String(part))).join('.');
  const constraint = value === undefined ? 'Member must not be null' : constraintOf(issue);
  return `Value ${quoted(value)} at '${field}' failed to satisfy constraint: ${constraint}`;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function constraintOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return (
        `Member must have ${measureOf(issue.origin)} ` + `greater than or equal to ${issue.minimum}`
      );
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${issue.pattern ?? issue.format}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'invalid_type':
      return `Member must be of type ${issue.expected}`;
    case 'unrecognized_keys':
      return `Member must not have ${issue.keys.join(', ')}`;
    default:
      return issue.message;
  }
}

function measureOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'length' : 'value';
}

function lowerFirst(field: string): string {
  return field.charAt(0).toLowerCase() + field.slice(1);
}

/** Structures are not quoted: they may hold a whole payload. */
function quoted(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'object') return '(a structure)';
  const shown = String(value);
  return shown.length > QUOTED_CHARACTERS_MAX
    ? `'${shown.slice(0, QUOTED_CHARACTERS_MAX)}…'`
    : `'${shown}'`;
}
