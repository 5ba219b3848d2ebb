/**
 * What templates say of the parts that are deployed: a function's environment, role, log and
 * queues, a resource's key, and the policies that stand at a role or at a resource.
 */
import * as z from 'zod/mini';
import type { KeyOf } from './aws-asks.ts';
import type { Resource, Templates } from './template.ts';

export interface DeployedFunction {
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of its role and of the queues that feed it. */
  readonly role: string;
  readonly queues: readonly string[];
  /** Its name. */
  readonly logGroup: string;
}

const lambda = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  Role: z.string(),
  LoggingConfig: z.object({ LogGroup: z.string() }),
});
const source = z.object({ FunctionName: z.string(), EventSourceArn: z.string() });
const document = z.object({ PolicyDocument: z.unknown() });
const encrypted = z.object({
  KmsMasterKeyId: z.optional(z.string()),
  SSESpecification: z.optional(z.object({ KMSMasterKeyId: z.optional(z.string()) })),
});
const role = z.object({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z._default(z.array(document), []),
  // What AWS writes into its own policies is not in the template.
  ManagedPolicyArns: z._default(z.array(z.never()), []),
});

/** The function with this name; throws when there is none, or when it lacks something. */
export function functionOf(templates: Templates, name: string): DeployedFunction {
  const { ref, arn, properties } = one(
    templates,
    'AWS::Lambda::Function',
    ({ ref }) => ref === name,
  );
  const { Environment, Role, LoggingConfig } = lambda.parse(properties);
  const sources = templates
    .resources('AWS::Lambda::EventSourceMapping')
    .map((mapping) => source.parse(mapping.properties))
    .filter(({ FunctionName }) => FunctionName === ref || FunctionName === arn);
  return {
    environment: Environment.Variables,
    role: Role,
    queues: sources.map(({ EventSourceArn }) => EventSourceArn),
    logGroup: LoggingConfig.LogGroup,
  };
}

/** The policies of a role, or those that stand at a queue, a topic or a key; by its ARN. */
export function policiesOf(templates: Templates, arn: string): readonly unknown[] {
  const is = (holder: Resource) => holder.arn === arn;
  switch (arn.split(':')[2]) {
    case 'iam': {
      const { ref = '', properties } = one(templates, 'AWS::IAM::Role', is);
      const inline = role.parse(properties).Policies.map(({ PolicyDocument }) => PolicyDocument);
      return [...inline, ...attached(templates, 'AWS::IAM::Policy', 'Roles', ref)];
    }
    case 'sqs': {
      const { ref = '' } = one(templates, 'AWS::SQS::Queue', is);
      return attached(templates, 'AWS::SQS::QueuePolicy', 'Queues', ref);
    }
    case 'sns':
      return attached(templates, 'AWS::SNS::TopicPolicy', 'Topics', arn);
    case 'kms':
      return [one(templates, 'AWS::KMS::Key', is).properties.KeyPolicy];
    default:
      return [];
  }
}

function attached(
  templates: Templates,
  type: string,
  holders: string,
  holder: string,
): readonly unknown[] {
  return templates
    .resources(type)
    .filter(({ properties }) => z.array(z.string()).parse(properties[holders]).includes(holder))
    .map(({ properties }) => document.parse(properties).PolicyDocument);
}

/** Who may assume the role. */
export function trustOf(templates: Templates, arn: string): unknown {
  const { properties } = one(templates, 'AWS::IAM::Role', (holder) => holder.arn === arn);
  return role.parse(properties).AssumeRolePolicyDocument;
}

/** The keys of all tables, queues and topics, by the ARN of what they encrypt. */
export function keysOf(templates: Templates): KeyOf {
  const keyed = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::DynamoDB::Table'].flatMap((type) =>
    templates.resources(type).map(({ arn, properties }) => {
      const { KmsMasterKeyId, SSESpecification } = encrypted.parse(properties);
      return [arn, KmsMasterKeyId ?? SSESpecification?.KMSMasterKeyId] as const;
    }),
  );
  const keys = new Map(keyed);
  return (arn) => keys.get(arn);
}

function one(templates: Templates, type: string, is: (resource: Resource) => boolean): Resource {
  const found = templates.resources(type).filter(is);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new Error(`expected one ${type} like this, found ${found.length}`);
}
