/** Policies weighed as IAM weighs them. */
import { describe, expect, it } from 'vitest';
import { allows, type Request } from '../support/iam.ts';

const QUEUE = 'arn:aws:sqs:eu-central-1:000000000000:dev-results';
const ROLE = 'arn:aws:iam::000000000000:role/dev-sweep';
const ROOT = 'arn:aws:iam::000000000000:root';

const SEND: Request = { action: 'sqs:SendMessage', resource: QUEUE, conditionKeys: {} };
const ALLOW = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };

function policy(...Statement: readonly object[]) {
  return { Version: '2012-10-17', Statement };
}

describe('policies', () => {
  it.each([
    ['sqs:SendMessage', QUEUE],
    ['SQS:sendmessage', QUEUE],
    ['sqs:*', QUEUE],
    ['sqs:Send*', QUEUE],
    ['sqs:SendMess?ge', QUEUE],
    ['*', '*'],
    ['sqs:SendMessage', 'arn:aws:sqs:*:000000000000:dev-*'],
    ['sqs:SendMessage', 'arn:aws:sqs:eu-central-1:000000000000:dev-result?'],
    [
      ['sqs:ReceiveMessage', 'sqs:SendMessage'],
      ['arn:aws:sqs:x', QUEUE],
    ],
  ])('allow by action %j on %j', (Action, Resource) => {
    expect(allows([policy({ Effect: 'Allow', Action, Resource })], SEND)).toBe(true);
  });

  it.each([
    ['sqs:SendMessageBatch', QUEUE],
    ['sqs:Send', QUEUE],
    ['sns:*', QUEUE],
    ['sqs:SendMess??ge', QUEUE],
    ['sqs:SendMessage', `${QUEUE}-dlq`],
    ['sqs:SendMessage', 'arn:aws:sqs:eu-central-1:000000000000:DEV-results'],
    ['sqs:SendMessage', 'arn:aws:sqs:eu-central-1:000000000000:dev.results'],
    ['sqs:SendMessage', []],
  ])('do not allow by action %j on %j', (Action, Resource) => {
    expect(allows([policy({ Effect: 'Allow', Action, Resource })], SEND)).toBe(false);
  });

  it('allow nothing when there are none', () => {
    expect(allows([], SEND)).toBe(false);
  });

  it('deny before they allow, whichever comes first', () => {
    const deny = { Effect: 'Deny', Action: 'sqs:*', Resource: '*' };

    expect(allows([policy(ALLOW, deny)], SEND)).toBe(false);
    expect(allows([policy(deny), policy(ALLOW)], SEND)).toBe(false);
  });

  it('take a statement that stands alone for a list of one', () => {
    expect(allows([{ Version: '2012-10-17', Id: 'x', Statement: ALLOW }], SEND)).toBe(true);
  });
});

describe('a condition', () => {
  const under = (Condition: object, conditionKeys: Request['conditionKeys']) =>
    allows([policy({ ...ALLOW, Condition })], { ...SEND, conditionKeys });

  it.each([
    ['StringEquals', 'sqs.amazonaws.com', 'sqs.amazonaws.com', true],
    ['StringEquals', ['sns', 'sqs'], 'sqs', true],
    ['StringEquals', 'sqs.*', 'sqs.x', false],
    ['StringEquals', 'SQS', 'sqs', false],
    ['StringLike', 'sqs.*.amazonaws.com', 'sqs.eu-central-1.amazonaws.com', true],
    ['StringLike', 'sqs.?', 'sqs.ab', false],
    ['ArnEquals', 'arn:aws:iam::*:role/dev-*', ROLE, true],
    ['ArnLike', 'arn:aws:iam::*:role/dev-*', ROLE, true],
    ['ArnLike', 'arn:aws:iam::*', ROLE, false],
    ['ArnLike', 'arn:*:role/dev-sweep', ROLE, false],
    ['ArnLike', 'arn:aws:logs:*:*:log-group:a:*', 'arn:aws:logs:x:1:log-group:a:b', true],
    ['ArnNotEquals', ROLE, ROLE, false],
    ['ArnNotEquals', ['arn:aws:iam::1:role/a', ROLE], ROLE, false],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', ROLE, true],
    ['Bool', 'false', 'false', true],
    ['Bool', false, 'false', true],
    ['Bool', 'true', 'false', false],
  ])('%s %j of %j is %j', (operator, expected, actual, holds) => {
    expect(under({ [operator]: { 'aws:Key': expected } }, { 'aws:Key': actual })).toBe(holds);
  });

  it.each([
    ['ForAllValues:StringEquals', ['pk', 'lease'], true],
    ['ForAllValues:StringEquals', ['pk', 'status'], false],
    ['ForAllValues:StringEquals', 'lease', true],
    ['ForAllValues:StringEquals', [], true],
    ['ForAllValues:StringEqualsIfExists', ['status'], false],
  ])('%s ["pk","lease"] of %j is %j', (operator, actual, holds) => {
    const condition = { [operator]: { 'dynamodb:Attributes': ['pk', 'lease'] } };

    expect(under(condition, { 'dynamodb:Attributes': actual })).toBe(holds);
  });

  it.each([
    ['StringEquals', false],
    ['ForAllValues:StringEquals', true],
    ['ArnLike', false],
    ['Bool', false],
    ['ArnNotEquals', true],
    ['ArnNotLike', true],
    ['StringEqualsIfExists', true],
    ['ArnNotLikeIfExists', true],
    ['BoolIfExists', true],
  ])('%s on a key that the request lacks is %j', (operator, holds) => {
    expect(under({ [operator]: { 'aws:Key': 'any' } }, {})).toBe(holds);
  });

  it('IfExists still compares a key that is there', () => {
    expect(under({ StringEqualsIfExists: { 'aws:Key': 'a' } }, { 'aws:Key': 'b' })).toBe(false);
  });

  it('must hold for every operator and every key', () => {
    const Condition = { StringEquals: { a: '1', b: '2' }, Bool: { c: 'true' } };

    expect(under(Condition, { a: '1', b: '2', c: 'true' })).toBe(true);
    expect(under(Condition, { a: '1', b: '2', c: 'false' })).toBe(false);
    expect(under(Condition, { a: '1', b: '1', c: 'true' })).toBe(false);
  });

  it('finds its key in any case', () => {
    expect(under({ StringEquals: { 'AWS:sourcearn': 'a' } }, { 'aws:SourceArn': 'a' })).toBe(true);
  });
});

describe('the policy of a resource', () => {
  const asked = (Principal: unknown, principal: string, Effect = 'Allow') =>
    allows([policy({ ...ALLOW, Effect, Principal })], { ...SEND, principal });

  it.each([
    ['*', ROLE],
    [{ AWS: '*' }, ROLE],
    [{ AWS: ROLE }, ROLE],
    [{ AWS: ['arn:aws:iam::1:role/a', ROLE] }, ROLE],
    [{ AWS: ROOT }, ROOT],
    [{ Service: 'sns.amazonaws.com' }, 'sns.amazonaws.com'],
  ])('is for whom it names: %j', (Principal, principal) => {
    expect(asked(Principal, principal)).toBe(true);
  });

  it.each([
    [{ AWS: `${ROLE}-too` }, ROLE],
    [{ Service: 'sqs.amazonaws.com' }, 'sns.amazonaws.com'],
    [{ AWS: ROOT }, ROLE],
  ])('is for nobody else: %j', (Principal, principal) => {
    expect(asked(Principal, principal)).toBe(false);
  });

  it('leaves what it allows the whole account to the policies of roles', () => {
    const ofKey = policy({ ...ALLOW, Principal: { AWS: ROOT } });

    expect(allows([ofKey, policy(ALLOW)], { ...SEND, principal: ROLE })).toBe(true);
  });

  it.each([ROOT, '*'])('denies everybody in %s what their own policies allow', (AWS) => {
    const deny = policy({ ...ALLOW, Effect: 'Deny', Principal: { AWS } });

    expect(allows([policy(ALLOW), deny], { ...SEND, principal: ROLE })).toBe(false);
  });

  it('can make an exception for a role, by the ARN of who asks', () => {
    const Condition = { ArnNotEquals: { 'aws:PrincipalArn': [ROLE] } };
    const deny = policy({ ...ALLOW, Effect: 'Deny', Principal: '*', Condition });

    expect(allows([policy(ALLOW), deny], { ...SEND, principal: ROLE })).toBe(true);
    expect(allows([policy(ALLOW), deny], { ...SEND, principal: `${ROLE}-too` })).toBe(false);
  });

  it('can refuse whoever comes without TLS', () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    const deny = policy({ ...ALLOW, Effect: 'Deny', Principal: '*', Condition });
    const over = (tls: string) => ({
      ...SEND,
      principal: ROLE,
      conditionKeys: { 'aws:SecureTransport': tls },
    });

    expect(allows([policy(ALLOW), deny], over('true'))).toBe(true);
    expect(allows([policy(ALLOW), deny], over('false'))).toBe(false);
  });

  it('of a role is about that role, and names no resource', () => {
    const Principal = { Service: 'scheduler.amazonaws.com' };
    const trust = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal });
    const assume = { action: 'sts:AssumeRole', resource: ROLE, conditionKeys: {} };

    expect(allows([trust], { ...assume, principal: 'scheduler.amazonaws.com' })).toBe(true);
    expect(allows([trust], { ...assume, principal: 'lambda.amazonaws.com' })).toBe(false);
  });
});

describe('what is not known here', () => {
  it.each([
    [{ ...ALLOW, NotAction: 'sqs:*' }, 'policy element "NotAction"'],
    [{ Effect: 'Allow', Action: '*', NotResource: QUEUE }, 'policy element "NotResource"'],
    [{ ...ALLOW, NotPrincipal: '*' }, 'policy element "NotPrincipal"'],
    [{ ...ALLOW, Effect: 'allow' }, 'expected Allow or Deny, not "allow"'],
    [{ Effect: 'Allow', Action: 'sqs:SendMessage' }, 'expected a text in a policy'],
    [{ ...ALLOW, Resource: `arn:\${aws:username}` }, 'policy variables are not known here'],
    [{ ...ALLOW, Principal: { Federated: 'x' } }, 'policy element "Federated"'],
    [{ ...ALLOW, Principal: { AWS: '000000000000' } }, 'principal "000000000000" is not known'],
    [{ ...ALLOW, Condition: { NumericLessThan: { a: '1' } } }, 'operator "NumericLessThan"'],
    [{ ...ALLOW, Condition: { 'ForAnyValue:StringEquals': { a: '1' } } }, '"ForAnyValue:String'],
    [{ ...ALLOW, Condition: { Null: { a: 'true' } } }, 'operator "Null"'],
    [{ ...ALLOW, Condition: { StringEquals: { a: `\${b}` } } }, 'policy variables'],
    [{ ...ALLOW, Condition: { StringEquals: { a: { Ref: 'x' } } } }, '{"Ref":"x"}'],
  ])('in %j is an error', (statement, why) => {
    const request = { ...SEND, principal: ROLE, conditionKeys: { a: '1' } };

    expect(() => allows([policy(statement)], request)).toThrow(why);
  });

  it('is a key of many values where one is expected', () => {
    const statement = { ...ALLOW, Condition: { StringEquals: { a: '1' } } };
    const request = { ...SEND, conditionKeys: { a: ['1'] } };

    expect(() => allows([policy(statement)], request)).toThrow('a has many values');
  });

  it('in a document is an error too', () => {
    expect(() => allows([{ Statements: [] }], SEND)).toThrow('policy element "Statements"');
    expect(() => allows(['{}'], SEND)).toThrow('expected an object in a policy, not "{}"');
  });

  it('is who asks, when a policy is for somebody', () => {
    expect(() => allows([policy({ ...ALLOW, Principal: '*' })], SEND)).toThrow('say who asks');
  });
});
