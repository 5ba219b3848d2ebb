/**
 * What a person looks at first: what comes in, what it means for consents, what is left of the
 * day, how fast it goes, what is stuck. Every note, effect and reason of the code has its line.
 */
import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { EFFECT_METRICS, type MetricName, NOTE_METRICS } from '../shared/worker/metric-names.ts';
import { searched, searchedSum } from './code-metrics.ts';
import { deployedName } from './deployed-name.ts';
import type { ConsentState } from './state.ts';
import type { ConsentWorker } from './worker.ts';

const WIDTH = 24;
const HEIGHT = 7;

/** The notes that tell how consents fare; the others stand together at the end. */
const FATES = ['strike', 'strike-voided', 'ending-held', 'ended', 'revived'] as const;
const WAITS = ['limit-wait', 'rolling-window', 'day-full', 'unanswered'] as const;
const TOKENS = ['token-rotated', 'token-not-renewed', 'token-outdated', 'race-lost'] as const;

export function createDashboard(
  scope: Construct,
  id: string,
  { state, worker }: { readonly state: ConsentState; readonly worker: ConsentWorker },
): Dashboard {
  return new Dashboard(scope, id, {
    dashboardName: deployedName(state.stage, 'consent-lifecycle'),
    defaultInterval: Duration.days(1),
    widgets: [
      [title(state.stage)],
      row(
        graph('Results by provider and category', [
          searched(state.stage, 'results', ['category', 'provider'], 'Sum'),
        ]),
        graph('Handled after (ms)', [
          searched(state.stage, 'handled-after', [], 'p50'),
          searched(state.stage, 'handled-after', [], 'p99'),
        ]),
      ),
      row(
        graph('Suspected, cleared, held, ended, revived', sums(state, FATES)),
        graph('Waits', sums(state, WAITS)),
        graph('Calls left today (least, by provider)', [
          searched(state.stage, 'calls-left', ['provider'], 'Minimum'),
        ]),
        graph('Tokens', sums(state, TOKENS)),
      ),
      row(
        graph('Effects', sums(state, EFFECT_METRICS)),
        graph('Ignored, by reason', [searched(state.stage, 'ignored', ['reason'], 'Sum')]),
        graph('To come again, by what failed', [
          searched(state.stage, 'to-come-again', ['code'], 'Sum'),
        ]),
      ),
      row(
        graph('Oldest message (s)', ages(state)),
        graph('Dead letters', deadLetters(state)),
        graph('Owed', sums(state, ['overdue', 'still-overdue', 'unreadable', 'batch-failed'])),
        graph('Functions: errors, throttles', failures(worker)),
      ),
      row(graph('All notes', sums(state, NOTE_METRICS))),
    ],
  });
}

function title(stage: string): TextWidget {
  return new TextWidget({
    markdown:
      `# Consents, ${stage}\nA strike is an error by which a bank calls a consent over; it is ` +
      'believed when it is confirmed. What each name means: docs/metrics.md, docs/failures.md. ' +
      'What to do about an alarm: docs/operating.md.',
    width: WIDTH,
    height: 2,
  });
}

function row(...graphs: readonly ((width: number) => IWidget)[]): IWidget[] {
  return graphs.map((graphOf) => graphOf(WIDTH / graphs.length));
}

function graph(name: string, metrics: readonly IMetric[]): (width: number) => IWidget {
  return (width) =>
    new GraphWidget({
      title: name,
      left: [...metrics],
      leftYAxis: { min: 0 },
      width,
      height: HEIGHT,
    });
}

function sums({ stage }: ConsentState, names: readonly MetricName[]): readonly IMetric[] {
  return names.map((name) => searchedSum(stage, name));
}

function ages({ queues }: ConsentState): readonly IMetric[] {
  const { bankCallResults, dueTimers, bankCallRequests } = queues;
  return [bankCallResults, dueTimers, bankCallRequests].map((queue) =>
    queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
  );
}

function deadLetters({ queues }: ConsentState): readonly IMetric[] {
  const { bankCallResultsDlq, dueTimersDlq, bankCallRequestsDlq, schedulerDlq } = queues;
  return [bankCallResultsDlq, dueTimersDlq, bankCallRequestsDlq, schedulerDlq].map((queue) =>
    queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
  );
}

function failures({ functions }: ConsentWorker): readonly IMetric[] {
  return Object.values(functions).flatMap((one) => [
    one.metricErrors({ statistic: 'Sum' }),
    one.metricThrottles({ statistic: 'Sum' }),
  ]);
}
