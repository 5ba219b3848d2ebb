/**
 * The bill of a month: what each kind of result was counted to take, times its share of the mix,
 * times list prices. What cannot be counted on a machine of ours is assumed here, by name.
 */
import { table } from '../docs/table.ts';
import { type Counted, type CountedMix, KIND_NAMES, KINDS } from './kinds.ts';
import { PRICE_LIST, PRICES } from './prices.ts';

const GB = 1e9;

const LAMBDA_GB = 0.5;
/** Of one message: some four round trips to DynamoDB and others, and next to no computing. */
const INVOCATION_SECONDS = 0.04;
/** START, END and REPORT, which Lambda writes by itself. */
const LAMBDA_LINES = 3;
const LAMBDA_LINES_BYTES = 320;
/** CloudWatch adds so much to each line. */
const LOG_LINE_BYTES = 26;
/** Sending, receiving and deleting; bodies of up to 64 KB. */
const REQUESTS_PER_MESSAGE = 3;
/** Lambda asks each of the two queues on five connections, for 20 seconds at a time. */
const IDLE_POLLS = 2 * 5 * 3 * 60 * 730;
const RESULTS_PER_CONSENT = 100;
/** Each consent is counted for its bank once a week, in addition to the mix. */
const WEEKLY_COUNTS_PER_RESULT = 730 / (7 * 24) / RESULTS_PER_CONSENT;
/** State, full history and accounts. */
const CONSENT_BYTES = 20_000;
/** Each alarm is paid for by the metrics that it looks at. */
export const ALARM_METRICS = 48;
/**
 * A key for data is asked for every five minutes: by each who sends to or receives from a queue or
 * topic, and by each function for the table.
 */
const KMS_REQUESTS = 18 * 12 * 730;
/** A mark before the work and one after it, as a library for idempotency writes them. */
const MARKS_PER_MESSAGE = 2;

export interface Item {
  readonly what: string;
  /** US dollars. */
  readonly perResult: number;
  readonly perMonth: number;
}

function weighted(mix: CountedMix, of: (counted: Counted) => number): number {
  return KIND_NAMES.reduce(
    (sum, kind) => sum + (KINDS[kind].perThousand / 1_000) * of(mix.kinds[kind]),
    0,
  );
}

function invocationsOf({ results, timers }: Counted): number {
  return results + timers;
}

function callsOf({ calls }: Counted): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

function logBytesOf(counted: Counted): number {
  const own = counted.logBytes + counted.logLines * LOG_LINE_BYTES;
  const lambdas = LAMBDA_LINES_BYTES + LAMBDA_LINES * LOG_LINE_BYTES;
  return own + invocationsOf(counted) * lambdas;
}

/** What the worker costs, service by service. */
export function billOf(mix: CountedMix): readonly Item[] {
  const each = (of: (counted: Counted) => number) => weighted(mix, of);
  const called = (action: string) => each(({ calls }) => calls[action] ?? 0);
  const invocation = PRICES.lambdaRequest + LAMBDA_GB * INVOCATION_SECONDS * PRICES.lambdaGbSecond;
  const storageGb = CONSENT_BYTES / GB / RESULTS_PER_CONSENT;
  const queueMessage = REQUESTS_PER_MESSAGE * PRICES.sqsRequest;
  const requestMessage = REQUESTS_PER_MESSAGE * PRICES.sqsFifoRequest;
  const watched = mix.metrics * PRICES.metricMonth + ALARM_METRICS * PRICES.alarmMetricMonth;
  return [
    item('Lambda', each(invocationsOf) * invocation),
    item(
      'DynamoDB, writes',
      (each(({ writeUnits }) => writeUnits) + WEEKLY_COUNTS_PER_RESULT) * PRICES.dynamoWriteUnit,
    ),
    item('DynamoDB, reads', each(({ readUnits }) => readUnits) * PRICES.dynamoReadUnit),
    item(
      'DynamoDB, storage and backup',
      storageGb * (PRICES.dynamoGbMonth + PRICES.dynamoBackupGbMonth),
    ),
    item(
      'SQS',
      each(invocationsOf) * queueMessage + called('sqs:SendMessage') * requestMessage,
      IDLE_POLLS * PRICES.sqsRequest,
    ),
    item('EventBridge Scheduler', each(({ timers }) => timers) * PRICES.schedulerInvocation),
    item('SNS', called('sns:Publish') * PRICES.snsPublish),
    item('CloudWatch, logs', (each(logBytesOf) / GB) * PRICES.logGb),
    item('CloudWatch, metrics, alarms, dashboard', 0, watched + PRICES.dashboardMonth),
    item('KMS', 0, PRICES.kmsKeyMonth + KMS_REQUESTS * PRICES.kmsRequest),
  ];
}

function item(what: string, perResult: number, perMonth = 0): Item {
  return { what, perResult, perMonth };
}

/** What a handler writes more that marks each message before its work and after it. */
function marksOf(mix: CountedMix): Item {
  const units = weighted(mix, invocationsOf) * MARKS_PER_MESSAGE;
  return item('marks', units * PRICES.dynamoWriteUnit);
}

/** One transition for each decision, and one for each call that the worker makes. */
function transitionsOf(mix: CountedMix): Item {
  const transitions = weighted(mix, (counted) => invocationsOf(counted) + callsOf(counted));
  return item('transitions', transitions * PRICES.stepFunctionsTransition);
}

/** US dollars a month. */
export function dollarsOf(items: readonly Item[], results: number): number {
  return items.reduce((sum, { perResult, perMonth }) => sum + perResult * results + perMonth, 0);
}

/** What one of each kind takes. */
export function mixTable(mix: CountedMix): string {
  const rows = KIND_NAMES.map((kind) => {
    const { results, timers, calls, writeUnits, readUnits } = mix.kinds[kind];
    const called = Object.entries(calls).map(([call, count]) => {
      const [, action = call] = call.split(':');
      return count === 1 ? action : `${count} ${action}`;
    });
    const messages = timers === 0 ? `${results}` : `${results} + ${timers}`;
    const { perThousand, says } = KINDS[kind];
    return [`${perThousand}`, says, messages, called.join(', '), `${writeUnits}`, `${readUnits}`];
  });
  const head = [
    'of 1,000',
    'result',
    'messages + timers',
    'AWS calls',
    'write units',
    'read units',
  ];
  return table(head, rows);
}

/** The bill at two sizes, and what two other designs would add or cost. */
export function billTable(mix: CountedMix): string {
  const items = billOf(mix);
  const row = (what: string, of: readonly Item[]) => [
    what,
    ...[1e6, 1e8].map((results) => dollars(dollarsOf(of, results))),
  ];
  return table(
    [`US dollars a month (${PRICE_LIST})`, '1 M results', '100 M results'],
    [
      ...items.map((one) => row(one.what, [one])),
      row('**the worker**', items),
      row('a handler that marks each message before its work and after it', [
        ...items,
        marksOf(mix),
      ]),
      row('Step Functions Standard, its transitions alone', [transitionsOf(mix)]),
    ],
  );
}

function dollars(amount: number): string {
  return amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
