/**
 * Which resources a request names, as the ARNs that IAM would ask a policy about. What names none,
 * or none that is known here, is asked of `*`: only a policy that allows it everywhere allows it.
 */
import type { AwsRequest, Service } from './aws-request.ts';
import { ACCOUNT_ID, queueArn, REGION } from './resources.ts';

/** What a schedule is given for when it fires; all ARNs. */
export interface Passed {
  readonly role: string;
  readonly target: string;
  readonly deadLetters?: string;
}

export interface Asked {
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly passes?: Passed;
}

type Fields = Readonly<Record<string, unknown>>;

/** At least one; never throws. */
export function askedOf(service: Service, request: AwsRequest): readonly Asked[] {
  const asked = NAMED_IN[service](request);
  return asked.length === 0 ? [{ resource: '*' }] : asked;
}

const NAMED_IN: Readonly<Record<Service, (request: AwsRequest) => readonly Asked[]>> = {
  dynamodb: ({ body }) => {
    const { TableName, IndexName, RequestItems } = fieldsOf(body);
    const tables =
      typeof TableName === 'string' ? [TableName] : Object.keys(asFields(RequestItems));
    const index = typeof IndexName === 'string' ? `/index/${IndexName}` : '';
    return tables.map((table) => ({ resource: arn('dynamodb', `table/${table}${index}`) }));
  },
  sqs: ({ body }) => {
    const { QueueUrl, QueueName } = fieldsOf(body);
    const name = typeof QueueUrl === 'string' ? QueueUrl.split('/').at(-1) : QueueName;
    return typeof name === 'string' ? [{ resource: queueArn(name) }] : [];
  },
  sns: ({ body }) => {
    const form = new URLSearchParams(body);
    const topic = form.get('TopicArn') ?? form.get('TargetArn');
    return topic === null ? [] : [{ resource: topic }];
  },
  sts: () => [],
  scheduler: ({ target, body }) => {
    const [path = '', query] = target.split('?');
    const [, collection, name] = path.split('/');
    if (name === undefined) return [];
    if (collection === 'schedule-groups') {
      return [{ resource: arn('scheduler', `schedule-group/${name}`) }];
    }
    if (collection !== 'schedules') return [];
    const { GroupName, Target } = fieldsOf(body);
    const group = GroupName ?? new URLSearchParams(query).get('groupName') ?? 'default';
    return [{ resource: arn('scheduler', `schedule/${group}/${name}`), ...passedIn(Target) }];
  },
};

function passedIn(target: unknown): Pick<Asked, 'passes'> {
  const { Arn, RoleArn, DeadLetterConfig } = asFields(target);
  if (typeof Arn !== 'string' || typeof RoleArn !== 'string') return {};
  const { Arn: deadLetters } = asFields(DeadLetterConfig);
  const optional = typeof deadLetters === 'string' ? { deadLetters } : {};
  return { passes: { role: RoleArn, target: Arn, ...optional } };
}

function arn(service: Service, path: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${path}`;
}

function fieldsOf(body: string): Fields {
  try {
    return asFields(JSON.parse(body));
  } catch {
    return {};
  }
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
