/**
 * When somebody is called, what the owner's users suffer meanwhile, and what to do. The runbook of
 * each alarm is a section of docs/operating.md under the alarm's own name.
 */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { OWED_INDEX } from '../shared/store/owed-index.ts';
import type { AlarmRow } from './alarm-row.ts';
import { countOf, timesWritten } from './code-metrics.ts';
import type { ConsentState } from './state.ts';
import type { ConsentWorker } from './worker.ts';

const ONE_MINUTE: Duration = Duration.minutes(1);
const FIVE_MINUTES: Duration = Duration.minutes(5);
const QUARTER: Duration = Duration.minutes(15);
const HOUR: Duration = Duration.hours(1);

/** Callers make their next call with an old token when results wait for longer than this. */
const RESULTS_WAIT_MAX: Duration = Duration.minutes(5);
const TIMERS_WAIT_MAX: Duration = Duration.minutes(30);
const REQUESTS_WAIT_MAX: Duration = Duration.hours(4);

export function alarmsOf(state: ConsentState, worker: ConsentWorker): readonly AlarmRow[] {
  return [
    ...deadLetters(state),
    ...waits(state),
    ...timers(state),
    ...owed(state),
    ...answers(state),
    ...trouble(state, worker),
  ];
}

function deadLetters({ queues }: ConsentState): readonly AlarmRow[] {
  const anyIn = (queue: IQueue) =>
    queue.metricApproximateNumberOfMessagesVisible({ period: ONE_MINUTE, statistic: 'Maximum' });
  const row = (name: string, queue: IQueue, suffers: string, doThis: string): AlarmRow => {
    return { name, suffers, doThis, metric: anyIn(queue), threshold: 1 };
  };
  return [
    row(
      'bank-call-results-dead-letters',
      queues.bankCallResultsDlq,
      'A result or a grant was not applied: its consent may be shown as it no longer is.',
      'Read the attribute "reason": whoever sent it has to send it again, mended.',
    ),
    row(
      'due-timers-dead-letters',
      queues.dueTimersDlq,
      'A due timer was given up: a retry or a confirming call comes late, by the sweep.',
      'Look in the log of due-timers for what failed, and mend it. The sweep did the rest.',
    ),
    row(
      'bank-call-requests-dead-letters',
      queues.bankCallRequestsDlq,
      'Callers took a request five times and never finished: accounts are not refreshed.',
      "Look at the callers' own logs. Requests are sent again after a day: redrive no old ones.",
    ),
    row(
      'scheduler-dead-letters',
      queues.schedulerDlq,
      'EventBridge Scheduler could not deliver a timer: a retry comes late, by the sweep.',
      'Read ERROR_CODE on the message: mostly the role, the key or the queue was changed.',
    ),
  ];
}

function waits({ queues }: ConsentState): readonly AlarmRow[] {
  const age = (queue: IQueue) =>
    queue.metricApproximateAgeOfOldestMessage({ period: ONE_MINUTE, statistic: 'Maximum' });
  return [
    {
      name: 'results-wait',
      suffers: 'The newest tokens are not in the table: calls are made with old ones and fail.',
      doThis:
        'Look for throttles and failures of bank-call-results and the table, then for a flood.',
      metric: age(queues.bankCallResults),
      threshold: RESULTS_WAIT_MAX.toSeconds(),
      periods: 5,
    },
    {
      name: 'timers-wait',
      suffers: 'Retries and confirming calls come late; nobody is asked for consent wrongly.',
      doThis: 'Look for throttles and failures of due-timers. A herd at midnight drains by itself.',
      metric: age(queues.dueTimers),
      threshold: TIMERS_WAIT_MAX.toSeconds(),
      periods: 5,
    },
    {
      name: 'requests-wait',
      suffers: 'Nobody makes the requested calls: suspect consents stay suspect, data grows old.',
      doThis: 'Start the callers, or look why they do not take from bank-call-requests.fifo.',
      metric: age(queues.bankCallRequests),
      threshold: REQUESTS_WAIT_MAX.toSeconds(),
      periods: 5,
    },
  ];
}

function timers({ scheduleGroup }: ConsentState): readonly AlarmRow[] {
  const sum = { period: FIVE_MINUTES, statistic: 'Sum' };
  return [
    {
      name: 'scheduler-errors',
      suffers: 'Timers do not arrive: retries and confirming calls come late, by the sweep.',
      doThis: "Look at the scheduler's role, at the key and at the queue due-timers.",
      // Scheduler tries 185 times a day: shorter periods would have none of one timer's attempts.
      metric: scheduleGroup.metricTargetErrors({ ...sum, period: QUARTER }),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'scheduler-drops',
      suffers: 'Timers are lost: what they stood for comes late, by the sweep.',
      doThis:
        "Look at the scheduler's role, at the key and at the queues due-timers, scheduler-dlq.",
      metric: new MathExpression({
        expression: 'FILL(dropped, 0) + FILL(lost, 0)',
        usingMetrics: {
          dropped: scheduleGroup.metricDropped(sum),
          lost: scheduleGroup.metricFailedToBeSentToDLQ(undefined, sum),
        },
        label: 'dropped, and not even set aside',
        period: FIVE_MINUTES,
      }),
      threshold: 1,
    },
    {
      name: 'scheduler-throttled',
      suffers: 'Timers are set or delivered late.',
      doThis: 'Ask AWS for a higher quota of the Scheduler, or spread what makes so many timers.',
      metric: scheduleGroup.metricThrottled(sum),
      threshold: 1,
      periods: 3,
    },
  ];
}

function owed({ stage }: ConsentState): readonly AlarmRow[] {
  return [
    {
      name: 'effects-owed',
      suffers: 'Notices, requests or timers that were decided on do not go out.',
      doThis: 'Read "still overdue" in the log of sweep: awsError names what refuses.',
      metric: countOf(stage, 'still-overdue', QUARTER),
      threshold: 1,
      periods: 2,
    },
    {
      name: 'sweep-missing',
      suffers: 'Nothing yet. What is forgotten from now on is not found.',
      doThis: 'Does it fail? Read its log. Is the rule disabled, or the function throttled?',
      // Written at the end of a sweep: one that starts and fails is as good as none.
      metric: timesWritten(stage, 'overdue', 'sweep', HOUR),
      threshold: 1,
      silenceIsBad: true,
    },
  ];
}

function answers({ stage }: ConsentState): readonly AlarmRow[] {
  return [
    {
      name: 'unclassified-answers',
      suffers:
        'A bank answers in words that we cannot read: such calls are repeated, then given up.',
      doThis: 'Find the row in the history of a consent, and add it to the dialect.',
      metric: countOf(stage, 'unclassified', HOUR),
      threshold: 1,
    },
    {
      name: 'credential-failures',
      suffers: "The bank refuses our own credential: no consent's data is refreshed.",
      doThis: 'Renew the API credential of that provider. The calls are repeated by themselves.',
      metric: countOf(stage, 'credential-failed', FIVE_MINUTES),
      threshold: 1,
    },
    {
      name: 'client-quota-used-up',
      suffers: 'Our monthly quota at a provider is used up: nothing is refreshed until next month.',
      doThis: 'Buy more, or make fewer calls. They go on by themselves.',
      metric: countOf(stage, 'client-quota-used-up', FIVE_MINUTES),
      threshold: 1,
    },
    {
      name: 'tokens-not-renewed',
      suffers:
        'Tokens are lost: the next call of these consents fails, and PSUs log in for nothing.',
      doThis:
        'A caller trims consent_token from successes: find it by its reports, have it mended.',
      metric: countOf(stage, 'token-not-renewed', HOUR),
      threshold: 1,
    },
    {
      name: 'endings-held',
      suffers: 'So many consents of one bank seem to have ended that nobody more is asked.',
      doThis:
        'Is the bank in trouble? Hold or release its ends: in 72 hours they come by themselves.',
      metric: countOf(stage, 'ending-held', FIVE_MINUTES),
      threshold: 1,
    },
    {
      name: 'callers-silent',
      suffers: 'Requests stay unanswered for a day: suspect consents stay suspect.',
      doThis: 'Look whether the callers run, and name the requestId in what they report.',
      metric: countOf(stage, 'unanswered', HOUR),
      threshold: 1,
    },
  ];
}

function trouble(state: ConsentState, { functions }: ConsentWorker): readonly AlarmRow[] {
  const { stage, table, reConsent, consentNotices } = state;
  const all = Object.values(functions);
  return [
    {
      name: 'function-errors',
      suffers: 'Messages come again and are late. None is lost.',
      doThis: 'Read the log: a timeout, too little memory, or a start that fails.',
      metric: sumOf(all.map((one) => one.metricErrors({ period: FIVE_MINUTES, statistic: 'Sum' }))),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'broken-records',
      suffers: 'Messages of some consents come again without end: what they say is not applied.',
      doThis: 'Read "to come again" in the log: errorName and awsError say what cannot be.',
      metric: countOf(stage, 'to-come-again', FIVE_MINUTES, { code: 'BROKEN' }),
      threshold: 1,
    },
    {
      name: 'function-throttles',
      suffers: 'Results and timers wait.',
      doThis: "Raise the account's concurrency, or find what uses it up.",
      metric: sumOf(
        all.map((one) => one.metricThrottles({ period: FIVE_MINUTES, statistic: 'Sum' })),
      ),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'table-throttles',
      suffers: 'Results wait, callers may fail to read their tokens.',
      doThis: 'Look for one consent with a flood of results, else ask AWS for more throughput.',
      metric: sumOf(throttlesOf(table)),
      threshold: 1,
      periods: 3,
    },
    {
      name: 'notices-undelivered',
      suffers: 'A subscriber does not hear that a PSU has to be asked.',
      doThis: "Look at the subscriber's queue: its policy, its key, whether it is still there.",
      metric: sumOf(
        [reConsent, consentNotices].map((topic) =>
          topic.metricNumberOfNotificationsFailed({ period: FIVE_MINUTES, statistic: 'Sum' }),
        ),
      ),
      threshold: 1,
    },
  ];
}

/** Of the index too: by its name alone a table counts only itself, but waits for its index. */
function throttlesOf(table: Table): readonly IMetric[] {
  const own = { TableName: table.tableName };
  return [own, { ...own, GlobalSecondaryIndexName: OWED_INDEX }].flatMap((dimensionsMap) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      table.metric(name, { dimensionsMap, period: FIVE_MINUTES, statistic: 'Sum' }),
    ),
  );
}

function sumOf(metrics: readonly IMetric[]): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, at) => [`m${at}`, metric]));
  const names = Object.keys(usingMetrics);
  return new MathExpression({
    expression: names.map((name) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics,
    label: 'sum',
    period: FIVE_MINUTES,
  });
}
