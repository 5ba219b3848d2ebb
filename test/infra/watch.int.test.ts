/** The alarms say what is suffered and what to do, and the dashboard leaves out no metric. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { EFFECT_METRICS, METRICS, NOTE_METRICS } from '../../shared/worker/metric-names.ts';
import { policiesOf } from '../support/deployed.ts';
import { allows, type Request } from '../support/iam.ts';
import type { Templates } from '../support/template.ts';
import { PROD, propertiesOf, resolved, synthesise } from './synthesised.ts';

const RUNBOOK = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
/** CloudWatch takes so many characters. */
const DESCRIPTION_CHARS_MAX = 1_024;

let templates: Templates;

beforeAll(() => {
  templates = resolved(synthesise(PROD));
});

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly MetricName?: string;
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: Metric };
  }[];
  readonly Namespace?: string;
}

interface Metric {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

function alarms(): readonly AlarmProperties[] {
  return templates
    .resources('AWS::CloudWatch::Alarm')
    .map(({ properties }) => properties as unknown as AlarmProperties);
}

function nameOf({ AlarmName }: AlarmProperties): string {
  return AlarmName.replace(/^prod-/, '');
}

function alarmOf(name: string): AlarmProperties {
  const properties = propertiesOf(templates, 'AWS::CloudWatch::Alarm', 'AlarmName', `prod-${name}`);
  return properties as unknown as AlarmProperties;
}

const ALARMS: Readonly<Record<string, readonly string[]>> = {
  'bank-call-results-dead-letters': ['ApproximateNumberOfMessagesVisible'],
  'due-timers-dead-letters': ['ApproximateNumberOfMessagesVisible'],
  'bank-call-requests-dead-letters': ['ApproximateNumberOfMessagesVisible'],
  'scheduler-dead-letters': ['ApproximateNumberOfMessagesVisible'],
  'results-wait': ['ApproximateAgeOfOldestMessage'],
  'timers-wait': ['ApproximateAgeOfOldestMessage'],
  'requests-wait': ['ApproximateAgeOfOldestMessage'],
  'scheduler-errors': ['TargetErrorCount'],
  'scheduler-drops': ['InvocationDroppedCount', 'InvocationsFailedToBeSentToDeadLetterCount'],
  'scheduler-throttled': ['InvocationThrottleCount'],
  'effects-owed': ['still-overdue'],
  'sweep-missing': ['overdue'],
  'unclassified-answers': ['unclassified'],
  'credential-failures': ['credential-failed'],
  'client-quota-used-up': ['client-quota-used-up'],
  'tokens-not-renewed': ['token-not-renewed'],
  'endings-held': ['ending-held'],
  'callers-silent': ['unanswered'],
  'function-errors': ['Errors'],
  'broken-records': ['to-come-again'],
  'function-throttles': ['Throttles'],
  'table-throttles': ['ReadThrottleEvents', 'WriteThrottleEvents'],
  'notices-undelivered': ['NumberOfNotificationsFailed'],
};

describe('the alarms', () => {
  it('look at what goes wrong, and nothing else', () => {
    const watched = alarms().map((alarm) => {
      const { MetricName, Metrics = [] } = alarm;
      const several = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);
      return [nameOf(alarm), [...new Set(MetricName === undefined ? several : [MetricName])]];
    });

    expect(Object.fromEntries(watched)).toEqual(ALARMS);
  });

  it('say in full what is suffered, what to do and where to read on', () => {
    for (const alarm of alarms()) {
      expect(alarm.AlarmDescription).toMatch(
        new RegExp(`^[A-Z].*\\. .*[.?] Runbook: docs/operating\\.md#${nameOf(alarm)}$`),
      );
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(DESCRIPTION_CHARS_MAX);
    }
  });

  it('miss a sweep that does not come to its end, be it started or not', () => {
    expect(alarmOf('sweep-missing')).toMatchObject({
      Namespace: 'ConsentLifecycle/prod',
      MetricName: 'overdue',
      Dimensions: [{ Name: 'service', Value: 'sweep' }],
      Statistic: 'SampleCount',
      Period: 3_600,
      EvaluationPeriods: 1,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
  });

  it('hear of a timer that cannot be delivered long before it is given up', () => {
    expect(alarmOf('scheduler-errors')).toMatchObject({
      Namespace: 'AWS/Scheduler',
      MetricName: 'TargetErrorCount',
      Dimensions: [{ Name: 'ScheduleGroup', Value: 'prod-consent-lifecycle' }],
      Statistic: 'Sum',
      // Scheduler tries 185 times a day: shorter periods would have none of one timer's attempts.
      Period: 900,
      EvaluationPeriods: 2,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('count what the index of the table is refused beside what the table is', () => {
    const table = { Name: 'TableName', Value: 'prod-consents' };
    const index = { Name: 'GlobalSecondaryIndexName', Value: 'owed' };
    const { Metrics = [] } = alarmOf('table-throttles');
    const watched = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []).map(
      ({ MetricName, Dimensions }) => [MetricName, Dimensions],
    );
    const sum = Metrics.map(({ Expression }) => Expression).find((one) => one !== undefined);

    expect(watched).toHaveLength(4);
    expect(watched).toEqual(
      expect.arrayContaining([
        ['ReadThrottleEvents', [table]],
        ['WriteThrottleEvents', [table]],
        ['ReadThrottleEvents', [index, table]],
        ['WriteThrottleEvents', [index, table]],
      ]),
    );
    expect(sum).toBe('FILL(m0, 0) + FILL(m1, 0) + FILL(m2, 0) + FILL(m3, 0)');
  });

  it('have a runbook each, and no runbook is left without its alarm', () => {
    const [, runbooks = ''] = /\n## Alarms\n([\s\S]*?)\n## /.exec(RUNBOOK) ?? [];
    const headings = [...runbooks.matchAll(/^### (\S+)$/gm)].map(([, heading]) => heading);

    expect(headings.toSorted()).toEqual(Object.keys(ALARMS).toSorted());
  });

  it('are mailed to whoever the stage names', () => {
    const [subscription] = templates.resources('AWS::SNS::Subscription');

    expect(subscription?.properties).toEqual({
      TopicArn: 'arn:aws:sns:eu-central-1:000000000000:prod-consent-alarms',
      Protocol: 'email',
      Endpoint: 'ops@bank.example',
    });
    for (const alarm of templates.resources('AWS::CloudWatch::Alarm')) {
      expect(alarm.properties).toMatchObject({
        AlarmActions: [subscription?.properties.TopicArn],
        OKActions: [subscription?.properties.TopicArn],
      });
    }
  });

  it('are published without a key, so that they are heard when the key is what fails', () => {
    expect(propertiesOf(templates, 'AWS::SNS::Topic', 'TopicName', 'prod-consent-alarms')).toEqual({
      TopicName: 'prod-consent-alarms',
    });
  });

  it('may be published to their topic, by this account and over TLS', () => {
    const topic = 'arn:aws:sns:eu-central-1:000000000000:prod-consent-alarms';
    const asked = (account: string, tls: string): Request => ({
      principal: 'cloudwatch.amazonaws.com',
      action: 'sns:Publish',
      resource: topic,
      conditionKeys: { 'aws:SourceAccount': account, 'aws:SecureTransport': tls },
    });
    const may = (request: Request) => allows(policiesOf(templates, topic), request);

    expect(may(asked('000000000000', 'true'))).toBe(true);
    expect(may(asked('111111111111', 'true'))).toBe(false);
    expect(may(asked('000000000000', 'false'))).toBe(false);
  });

  it('ask for our own metrics as the code writes them: by namespace and by service', () => {
    const ours = alarms()
      .flatMap(({ Metrics = [] }) => Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []))
      .filter(({ Namespace }) => !Namespace.startsWith('AWS/'));

    expect(new Set(ours.map(({ Namespace }) => Namespace))).toEqual(
      new Set(['ConsentLifecycle/prod']),
    );
    expect(
      new Set(
        ours.flatMap(({ Dimensions }) =>
          Dimensions.filter(({ Name }) => Name === 'service').map(({ Value }) => Value),
        ),
      ),
    ).toEqual(new Set(['bank-call-results', 'due-timers', 'sweep']));
  });
});

describe('the dashboard', () => {
  it('has a line for each metric, note and effect of the code', () => {
    const [dashboard] = templates.resources('AWS::CloudWatch::Dashboard');
    const body = JSON.parse(String(dashboard?.properties.DashboardBody));
    const text = JSON.stringify(body);

    const names = [...Object.keys(METRICS), ...NOTE_METRICS, ...EFFECT_METRICS];
    const missing = names.filter((name) => !text.includes(`MetricName=\\"${name}\\"`));

    expect(dashboard?.properties.DashboardName).toBe('prod-consent-lifecycle');
    expect(missing).toEqual([]);
  });
});
