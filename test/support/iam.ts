/**
 * Whether policies allow a request, by IAM's own rules as far as our templates need them: the
 * evaluation logic, the element Principal and the condition operators of the IAM User Guide
 * (reference_policies_evaluation-logic, reference_policies_elements_principal,
 * reference_policies_elements_condition_operators, reference_policies_condition-set-operators).
 * What is not known here is an error.
 */
import type { Json } from './template.ts';

export interface Request {
  /** A role's ARN or a service's name. Required by the policy of a resource. */
  readonly principal?: string;
  readonly action: string;
  readonly resource: string;
  /**
   * Global and service keys by name; `aws:PrincipalArn` follows from the principal. A key of many
   * values is a list.
   */
  readonly conditionKeys: Readonly<Record<string, string | readonly string[]>>;
}

const DOCUMENT = ['Version', 'Id', 'Statement'];
const STATEMENT = ['Sid', 'Effect', 'Principal', 'Action', 'Resource', 'Condition'];

/**
 * Whether some statement allows it and none denies it. The policies of the caller's role and of the
 * resource, in one account, are weighed together. A resource's statement for the whole account
 * (`:root`) allows nobody by itself: it leaves the matter to the policies of roles.
 */
export function allows(policies: readonly unknown[], request: Request): boolean {
  const effects = policies
    .flatMap(statementsOf)
    .filter((statement) => applies(statement, request))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function statementsOf(policy: unknown): readonly Json[] {
  const document = known(policy, DOCUMENT);
  const { Statement } = document;
  return (Array.isArray(Statement) ? Statement : [Statement]).map((one) => known(one, STATEMENT));
}

/** The object, once nothing stands in it that would be overlooked. */
function known(value: unknown, elements: readonly string[]): Json {
  const object = objectOf(value);
  const strange = Object.keys(object).find((name) => !elements.includes(name));
  if (strange !== undefined) {
    throw new Error(`policy element "${strange}" is not known here: ${JSON.stringify(value)}`);
  }
  return object;
}

function applies(statement: Json, request: Request): boolean {
  const { Effect, Principal, Action, Resource, Condition = {} } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new Error(`expected Allow or Deny, not ${JSON.stringify(Effect)}`);
  }
  // A trust policy names no resource: it stands at its role.
  const isTrust = Principal !== undefined && Resource === undefined;
  return (
    isMeant(statement, request) &&
    listOf(Action).some((one) => like(one.toLowerCase(), request.action.toLowerCase())) &&
    (isTrust || listOf(Resource).some((one) => like(one, request.resource))) &&
    Object.entries(objectOf(Condition)).every(([operator, tests]) =>
      Object.entries(objectOf(tests)).every(([key, values]) =>
        holds(operator, key, listOf(values), request),
      ),
    )
  );
}

function isMeant({ Effect, Principal }: Json, { principal }: Request): boolean {
  if (Principal === undefined) return true;
  if (principal === undefined) {
    throw new Error(`say who asks: a policy is for ${JSON.stringify(Principal)}`);
  }
  if (Principal === '*') return true;
  const { AWS = [], Service = [] } = known(Principal, ['AWS', 'Service']);
  return (
    listOf(Service).includes(principal) ||
    listOf(AWS).some((one) => {
      if (one !== '*' && !one.startsWith('arn:')) {
        throw new Error(`principal "${one}" is not known here; expected an ARN or *`);
      }
      const [, account] = /^arn:aws:iam::(\d+):root$/.exec(one) ?? [];
      const isOfAccount = account !== undefined && principal.startsWith(`arn:aws:iam::${account}:`);
      return one === '*' || one === principal || (Effect === 'Deny' && isOfAccount);
    })
  );
}

interface Operator {
  readonly matches: (expected: string, actual: string) => boolean;
  readonly negated?: true;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { matches: (expected, actual) => expected === actual },
  StringLike: { matches: like },
  ArnEquals: { matches: arnLike },
  ArnLike: { matches: arnLike },
  ArnNotEquals: { matches: arnLike, negated: true },
  ArnNotLike: { matches: arnLike, negated: true },
  Bool: { matches: (expected, actual) => expected.toLowerCase() === actual.toLowerCase() },
};

const OF_MANY = 'ForAllValues:';

function holds(
  name: string,
  key: string,
  expected: readonly string[],
  { principal, conditionKeys }: Request,
): boolean {
  const isOfMany = name.startsWith(OF_MANY);
  const single = isOfMany ? name.slice(OF_MANY.length) : name;
  const base = single.replace(/IfExists$/, '');
  const operator = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (operator === undefined) throw new Error(`condition operator "${name}" is not known here`);

  const keys = { ...(principal?.startsWith('arn:') && { 'aws:PrincipalArn': principal }) };
  const all = Object.entries({ ...keys, ...conditionKeys });
  const actual = all.find(([one]) => one.toLowerCase() === key.toLowerCase())?.[1];
  // For all of no values anything is true.
  if (actual === undefined) return isOfMany || operator.negated === true || base !== single;
  if (typeof actual !== 'string' && !isOfMany) {
    throw new Error(`${key} has many values; expected ${OF_MANY} before ${name}`);
  }
  return listOf(actual).every((value) => {
    const matches = expected.some((one) => operator.matches(literal(one), value));
    return operator.negated ? !matches : matches;
  });
}

/** Each part between colons is compared by itself, wildcards and all. */
function arnLike(pattern: string, arn: string): boolean {
  const parts = partsOf(arn);
  return partsOf(pattern).every((part, at) => like(part, parts[at] ?? ''));
}

function partsOf(arn: string): readonly string[] {
  const [, head = '', resource = ''] = /^((?:[^:]*:){5})(.*)$/.exec(arn) ?? [];
  return [...head.split(':'), resource];
}

const WILDCARDS: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };

function like(pattern: string, text: string): boolean {
  const expression = literal(pattern).replaceAll(/\W/g, (sign) => WILDCARDS[sign] ?? `\\${sign}`);
  return new RegExp(`^${expression}$`, 's').test(text);
}

function literal(pattern: string): string {
  if (!pattern.includes('${')) return pattern;
  throw new Error(`policy variables are not known here: "${pattern}"`);
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one) => {
    if (typeof one === 'string' || typeof one === 'boolean') return String(one);
    throw new Error(`expected a text in a policy, not ${JSON.stringify(one)}`);
  });
}

function objectOf(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`expected an object in a policy, not ${JSON.stringify(value)}`);
}
