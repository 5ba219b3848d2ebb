/**
 * The metrics that the code writes, under the code's own names: a name that the code does not count
 * does not compile here. Each function writes under a `service` of its own, so what is wanted is a
 * sum over the functions.
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FUNCTION_NAMES, type FunctionName } from '../shared/runtime/environment.ts';
import type { METRICS, MetricName } from '../shared/worker/metric-names.ts';

/** The `METRICS_NAMESPACE` of a stage's functions. */
export function namespaceOf(stage: string): string {
  return `ConsentLifecycle/${stage}`;
}

/** For alarms, which cannot search: the sum of a plain count over all functions. */
export function countOf(
  stage: string,
  name: MetricName,
  period: Duration,
  dimensions: Readonly<Record<string, string>> = {},
): MathExpression {
  const usingMetrics = Object.fromEntries(
    FUNCTION_NAMES.map((service, at) => [
      `m${at}`,
      new Metric({
        namespace: namespaceOf(stage),
        metricName: name,
        dimensionsMap: { service, ...dimensions },
        statistic: 'Sum',
        period,
      }),
    ]),
  );
  const expression = Object.keys(usingMetrics)
    .map((metric) => `FILL(${metric}, 0)`)
    .join(' + ');
  return new MathExpression({ expression, usingMetrics, label: name, period });
}

/** For alarms: how often the function wrote the metric, be its value 0; no data if it never did. */
export function timesWritten(
  stage: string,
  name: MetricName,
  service: FunctionName,
  period: Duration,
): Metric {
  return new Metric({
    namespace: namespaceOf(stage),
    metricName: name,
    dimensionsMap: { service },
    statistic: Stats.SAMPLE_COUNT,
    period,
  });
}

/** For the dashboard: the sum, whichever functions there are. */
export function searchedSum(stage: string, name: MetricName): MathExpression {
  const found = searchOf(stage, name, [], 'Sum');
  return new MathExpression({ expression: `SUM(${found})`, usingMetrics: {}, label: name });
}

/** A line for each value of the metric's dimensions that has been seen. */
export function searched(
  stage: string,
  name: keyof typeof METRICS,
  dimensions: readonly string[],
  statistic: string,
): MathExpression {
  const expression = searchOf(stage, name, dimensions, statistic);
  const label = dimensions.length === 0 ? statistic : '';
  return new MathExpression({ expression, usingMetrics: {}, label });
}

const SEARCH_PERIOD_SECONDS: number = Duration.minutes(5).toSeconds();

function searchOf(
  stage: string,
  name: MetricName,
  dimensions: readonly string[],
  statistic: string,
): string {
  const schema = [`"${namespaceOf(stage)}"`, 'service', ...dimensions].join(',');
  const query = `{${schema}} MetricName="${name}"`;
  return `SEARCH('${query}', '${statistic}', ${SEARCH_PERIOD_SECONDS})`;
}
