/**
 * CloudFormation templates as the account of the local AWS would resolve them: references become
 * the names, URLs and ARNs under which the local AWS has the same things. An intrinsic, an
 * attribute or a type of resource that is not known here is an error that quotes it, never a guess.
 */
import { ACCOUNT_ID, queueArn, queueUrl, REGION, topicArn } from '../../tools/local/resources.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Template {
  readonly Resources?: Readonly<Record<string, { Type: string; Properties?: Json }>>;
  readonly Outputs?: Readonly<Record<string, { Value: unknown; Export?: { Name: unknown } }>>;
  readonly Parameters?: Readonly<Record<string, { Type: string; Default?: unknown }>>;
}

export interface Resource {
  readonly logicalId: string;
  /** Resolved. */
  readonly properties: Json;
  /** What `Ref` gives, and its ARN; missing for what nothing refers to. */
  readonly ref?: string;
  readonly arn?: string;
}

export interface Templates {
  /** All resources of a type, like `AWS::SQS::Queue`; throws what cannot be resolved in them. */
  resources(type: string): readonly Resource[];
  /** The value with all intrinsics in it resolved, as it stands in the template of `stack`. */
  resolve(stack: string, value: unknown): unknown;
}

/** `stacks` by name; `endpoint` is the local AWS's URL without a final slash. */
export function readTemplates(
  stacks: Readonly<Record<string, Template>>,
  endpoint: string,
): Templates {
  const scopeOf = (stack: string): Scope => ({ stacks, endpoint, stack });
  return {
    resolve: (stack, value) => resolve(scopeOf(stack), value),
    resources: (type) =>
      Object.entries(stacks).flatMap(([stack, { Resources = {} }]) => {
        const found = Object.entries(Resources).filter(([, { Type }]) => Type === type);
        return found.map(([logicalId, { Properties = {} }]) => {
          const scope = scopeOf(stack);
          const { ref, arn } = Object.hasOwn(KINDS, type) ? identify(scope, logicalId) : {};
          const properties = resolve(scope, Properties) as Json; // An object stays an object.
          return { logicalId, properties, ...(ref && { ref }), ...(arn && { arn }) };
        });
      }),
  };
}

interface Scope {
  readonly stacks: Readonly<Record<string, Template>>;
  readonly endpoint: string;
  readonly stack: string;
}

interface Identity {
  readonly ref: string;
  readonly arn: string;
  /** For `Fn::GetAtt`. */
  readonly attributes: Json;
}

interface Kind {
  /** The property that names it. */
  readonly named?: string;
  readonly identify: (name: string, endpoint: string) => Identity;
}

const byName =
  (arnOf: (name: string) => string): Kind['identify'] =>
  (name) => ({ ref: name, arn: arnOf(name), attributes: { Arn: arnOf(name) } });

const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::SQS::Queue': {
    named: 'QueueName',
    identify: (name, endpoint) => ({
      ref: queueUrl(endpoint, name),
      arn: queueArn(name),
      attributes: { Arn: queueArn(name), QueueName: name, QueueUrl: queueUrl(endpoint, name) },
    }),
  },
  'AWS::SNS::Topic': {
    named: 'TopicName',
    identify: (name) => ({
      ref: topicArn(name),
      arn: topicArn(name),
      attributes: { TopicArn: topicArn(name), TopicName: name },
    }),
  },
  'AWS::DynamoDB::Table': {
    named: 'TableName',
    identify: byName((name) => arn('dynamodb', `table/${name}`)),
  },
  'AWS::Scheduler::ScheduleGroup': {
    named: 'Name',
    identify: byName((name) => arn('scheduler', `schedule-group/${name}`)),
  },
  'AWS::Events::Rule': { named: 'Name', identify: byName((name) => arn('events', `rule/${name}`)) },
  'AWS::Lambda::Function': {
    named: 'FunctionName',
    identify: byName((name) => arn('lambda', `function:${name}`)),
  },
  'AWS::Logs::LogGroup': {
    named: 'LogGroupName',
    identify: byName((name) => arn('logs', `log-group:${name}:*`)),
  },
  'AWS::KMS::Key': { identify: byName((name) => arn('kms', `key/${name}`)) },
  'AWS::IAM::Role': {
    named: 'RoleName',
    identify: byName((name) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`),
  },
};

function arn(service: string, path: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${path}`;
}

/** What has no name of its own gets one of its stack's, as in CloudFormation. */
function identify(scope: Scope, logicalId: string): Identity {
  const resource = templateOf(scope).Resources?.[logicalId];
  if (resource === undefined) throw new Error(`${scope.stack} has no resource "${logicalId}"`);
  const { Type, Properties = {} } = resource;
  const kind = Object.hasOwn(KINDS, Type) ? KINDS[Type] : undefined;
  if (kind === undefined) return refuse(scope, { [logicalId]: { Type } });
  const given = kind.named === undefined ? undefined : Properties[kind.named];
  const name = given === undefined ? `${scope.stack}-${logicalId}` : text(scope, given);
  return kind.identify(name, scope.endpoint);
}

function templateOf({ stacks, stack }: Scope): Template {
  const template = stacks[stack];
  if (template === undefined) throw new Error(`there is no template of a stack "${stack}"`);
  return template;
}

function resolve(scope: Scope, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolve(scope, one));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const name = entries.map(([key]) => key).find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined) {
    return Object.fromEntries(entries.map(([key, held]) => [key, resolve(scope, held)]));
  }
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined || entries.length > 1) return refuse(scope, value);
  return intrinsic(scope, entries[0]?.[1], value);
}

type Intrinsic = (scope: Scope, argument: unknown, whole: object) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (scope, name, whole) => {
    if (typeof name !== 'string') return refuse(scope, whole);
    return refer(scope, name);
  },
  'Fn::GetAtt': (scope, argument, whole) => {
    const [logicalId, attribute] = Array.isArray(argument) ? argument : [];
    if (typeof logicalId !== 'string') return refuse(scope, whole);
    return attributeOf(scope, logicalId, text(scope, attribute));
  },
  'Fn::Join': (scope, argument, whole) => {
    const [delimiter, parts] = pair(scope, argument, whole);
    return list(scope, parts).join(text(scope, delimiter));
  },
  'Fn::Split': (scope, argument, whole) => {
    const [delimiter, source] = pair(scope, argument, whole);
    return text(scope, source).split(text(scope, delimiter));
  },
  'Fn::Select': (scope, argument, whole) => {
    const [index, from] = pair(scope, argument, whole);
    const selected = list(scope, from)[Number(text(scope, index))];
    if (selected === undefined) return refuse(scope, whole);
    return selected;
  },
  'Fn::Sub': (scope, argument, whole) => {
    const [body, given] =
      typeof argument === 'string' ? [argument, {}] : pair(scope, argument, whole);
    const variables = resolve(scope, given) as Json; // CloudFormation takes nothing but an object.
    return text(scope, body).replaceAll(
      /\$\{(!?)([^}]+)\}/g,
      (_, literal: string, name: string) => {
        if (literal === '!') return `\${${name}}`;
        if (Object.hasOwn(variables, name)) return text(scope, variables[name]);
        const [logicalId = '', ...attribute] = name.split('.');
        return attribute.length === 0
          ? refer(scope, name)
          : attributeOf(scope, logicalId, attribute.join('.'));
      },
    );
  },
  'Fn::ImportValue': (scope, name) => {
    const wanted = text(scope, name);
    for (const [stack, { Outputs = {} }] of Object.entries(scope.stacks)) {
      const there = { ...scope, stack };
      const output = Object.values(Outputs).find(
        ({ Export }) => Export !== undefined && text(there, Export.Name) === wanted,
      );
      if (output !== undefined) return resolve(there, output.Value);
    }
    throw new Error(`${scope.stack}: no stack exports "${wanted}"`);
  },
  // What the CDK writes for a weak reference between stacks; `Region`, if any, is the reader's own.
  'Fn::GetStackOutput': (scope, argument, whole) => {
    const { StackName, OutputName, Region, ...others } = { ...(resolve(scope, argument) as Json) };
    if ((Region ?? REGION) !== REGION || Object.keys(others).length > 0)
      return refuse(scope, whole);
    const there = { ...scope, stack: String(StackName) };
    const output = templateOf(there).Outputs?.[String(OutputName)];
    if (output === undefined) return refuse(scope, whole);
    return resolve(there, output.Value);
  },
};

function refer(scope: Scope, name: string): string {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::Region': REGION,
    'AWS::StackName': scope.stack,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  if (name.startsWith('AWS::')) return pseudo[name] ?? refuse(scope, { Ref: name });
  const parameter = templateOf(scope).Parameters?.[name];
  if (parameter === undefined) return identify(scope, name).ref;
  // The default of any other type says where the value is, not what it is.
  const isPlain = parameter.Type === 'String' && parameter.Default !== undefined;
  return isPlain ? text(scope, parameter.Default) : refuse(scope, { Ref: name });
}

function attributeOf(scope: Scope, logicalId: string, attribute: string): string {
  const { attributes } = identify(scope, logicalId);
  if (Object.hasOwn(attributes, attribute)) return String(attributes[attribute]);
  return refuse(scope, { 'Fn::GetAtt': [logicalId, attribute] });
}

function pair(scope: Scope, argument: unknown, whole: object): readonly [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) return refuse(scope, whole);
  return [argument[0], argument[1]];
}

function text(scope: Scope, value: unknown): string {
  const resolved = resolve(scope, value);
  if (typeof resolved === 'string' || typeof resolved === 'number') return String(resolved);
  throw new Error(`${scope.stack}: expected a text, not ${JSON.stringify(value)}`);
}

function list(scope: Scope, value: unknown): readonly string[] {
  const resolved = resolve(scope, value);
  if (Array.isArray(resolved)) return resolved.map((one) => text(scope, one));
  throw new Error(`${scope.stack}: expected a list, not ${JSON.stringify(value)}`);
}

function refuse({ stack }: Scope, value: object): never {
  throw new Error(`${stack}: ${JSON.stringify(value)} is not known here`);
}
