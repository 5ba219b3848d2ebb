/** What AWS asks of a role, beside the call that it makes. */
import { describe, expect, it } from 'vitest';
import type { Call } from '../../tools/local/call-log.ts';
import {
  asksOfCall,
  asksOfEventSource,
  asksOfLogging,
  asksOfScheduler,
  asksOfTrust,
  keysOfUpdate,
} from '../support/aws-asks.ts';
import type { Request } from '../support/iam.ts';

const OURS = 'eu-central-1:000000000000';
const KEY = `arn:aws:kms:${OURS}:key/k-1`;
const QUEUE = `arn:aws:sqs:${OURS}:due-timers`;
const DEAD_LETTERS = `arn:aws:sqs:${OURS}:scheduler-dlq`;
const TABLE = `arn:aws:dynamodb:${OURS}:table/consents`;
const TOPIC = `arn:aws:sns:${OURS}:re-consent`;
const ROLE = 'arn:aws:iam::000000000000:role/scheduler';

const CREATE: Call = {
  by: 'sweep',
  action: 'scheduler:CreateSchedule',
  resource: `arn:aws:scheduler:${OURS}:schedule/timers/t-1`,
  passes: { role: ROLE, target: QUEUE, deadLetters: DEAD_LETTERS },
};

/** Everything that these tests know is encrypted by the one key. */
function keyOf(arn: string): string | undefined {
  return [QUEUE, DEAD_LETTERS, TABLE, TOPIC].includes(arn) ? KEY : undefined;
}

function call(action: string, resource: string): Call {
  return { by: 'sweep', action, resource };
}

/** Each request in one line: action, resource, and what it comes through. */
function linesOf(requests: readonly Request[]): readonly string[] {
  return requests.map(({ action, resource, conditionKeys }) =>
    [action, resource, ...Object.values(conditionKeys)].join(' '),
  );
}

function through(service: string, ...actions: readonly string[]): readonly string[] {
  return actions.map((action) => `kms:${action} ${KEY} ${service}.eu-central-1.amazonaws.com`);
}

describe('a call', () => {
  it.each([
    ['sqs:SendMessage', QUEUE, through('sqs', 'GenerateDataKey', 'Decrypt')],
    ['sqs:ReceiveMessage', QUEUE, through('sqs', 'Decrypt')],
    ['sqs:DeleteMessage', QUEUE, []],
    ['sqs:GetQueueAttributes', QUEUE, []],
    ['sns:Publish', TOPIC, through('sns', 'GenerateDataKey', 'Decrypt')],
    ['dynamodb:BatchGetItem', TABLE, through('dynamodb', 'Decrypt')],
    ['dynamodb:GetItem', TABLE, through('dynamodb', 'Decrypt')],
    ['dynamodb:PutItem', TABLE, through('dynamodb', 'Decrypt')],
    ['dynamodb:UpdateItem', TABLE, through('dynamodb', 'Decrypt')],
    ['dynamodb:Query', `${TABLE}/index/owed`, through('dynamodb', 'Decrypt')],
    ['scheduler:DeleteSchedule', CREATE.resource, []],
  ])('of %s on %s asks for itself and for the key', (action, resource, ofTheKey) => {
    const lines = linesOf(asksOfCall(call(action, resource), keyOf));

    expect(lines).toEqual([`${action} ${resource}`, ...ofTheKey]);
  });

  it('asks for no key where none of ours encrypts', () => {
    const lines = linesOf(asksOfCall(call('sqs:SendMessage', `${QUEUE}-too`), keyOf));

    expect(lines).toEqual([`sqs:SendMessage ${QUEUE}-too`]);
  });

  it('that sets a timer asks to pass its role to the Scheduler', () => {
    expect(asksOfCall(CREATE, keyOf)).toEqual([
      { action: 'scheduler:CreateSchedule', resource: CREATE.resource, conditionKeys: {} },
      {
        action: 'iam:PassRole',
        resource: ROLE,
        conditionKeys: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
      },
    ]);
  });

  it.each(['dynamodb:Scan', 'sqs:SendMessageBatch', 'constructor'])(
    'of %s is an error, for nobody has looked up what it asks',
    (action) => {
      expect(() => asksOfCall(call(action, TABLE), keyOf)).toThrow(`${action} is not known here`);
    },
  );
});

describe('what no call shows', () => {
  it('is asked of a function that a queue feeds', () => {
    expect(linesOf(asksOfEventSource(QUEUE, keyOf))).toEqual([
      `sqs:ReceiveMessage ${QUEUE}`,
      ...through('sqs', 'Decrypt'),
      `sqs:DeleteMessage ${QUEUE}`,
      `sqs:GetQueueAttributes ${QUEUE}`,
    ]);
  });

  it('is, of an update, each attribute that it names at the top of the item', () => {
    const update = {
      Key: { pk: { S: 'CONSENT#status' }, sk: { S: 'STATE' } },
      UpdateExpression:
        'SET a = :b, #token = :token, c = list_append(if_not_exists(c, :d), :e) REMOVE f',
      ConditionExpression: 'lease.resultKey = :key AND g = :a',
      ExpressionAttributeNames: { '#token': 'token' },
    };

    expect(keysOfUpdate(JSON.stringify(update))).toEqual({
      'dynamodb:Attributes': ['pk', 'sk', 'a', 'token', 'c', 'f', 'lease', 'g'],
    });
    expect(keysOfUpdate(JSON.stringify({ ...update, ReturnValues: 'ALL_OLD' }))).toMatchObject({
      'dynamodb:ReturnValues': 'ALL_OLD',
    });
  });

  it('is asked of a function that logs', () => {
    const stream = `arn:aws:logs:${OURS}:log-group:/aws/lambda/sweep:log-stream:any`;

    expect(linesOf(asksOfLogging('/aws/lambda/sweep'))).toEqual([
      `logs:CreateLogStream ${stream}`,
      `logs:PutLogEvents ${stream}`,
    ]);
  });

  it("is asked of the Scheduler's role when a timer fires, and when that fails", () => {
    const encrypts = through('sqs', 'GenerateDataKey', 'Decrypt');

    expect(linesOf(asksOfScheduler(CREATE, keyOf))).toEqual([
      `sqs:SendMessage ${QUEUE}`,
      ...encrypts,
      `sqs:SendMessage ${DEAD_LETTERS}`,
      ...encrypts,
    ]);
    expect(asksOfScheduler(call('sns:Publish', TOPIC), keyOf)).toEqual([]);
  });

  it("is asked of that role's trust, in the name of the group", () => {
    expect(asksOfTrust(CREATE)).toEqual([
      {
        principal: 'scheduler.amazonaws.com',
        action: 'sts:AssumeRole',
        resource: ROLE,
        conditionKeys: {
          'aws:SourceArn': `arn:aws:scheduler:${OURS}:schedule-group/timers`,
          'aws:SourceAccount': '000000000000',
        },
      },
    ]);
    expect(asksOfTrust(call('sns:Publish', TOPIC))).toEqual([]);
  });
});
