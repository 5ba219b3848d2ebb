/**
 * The alarms, the topic that they are published to, and the dashboard.
 */
import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { ALARM_EMAIL, acknowledge } from './acknowledge.ts';
import { type AlarmRow, comparisonOf } from './alarm-row.ts';
import { alarmsOf } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { deployedName } from './deployed-name.ts';
import type { ConsentState } from './state.ts';
import type { ConsentWorker } from './worker.ts';

export interface ConsentWatchProps {
  readonly state: ConsentState;
  readonly worker: ConsentWorker;
  readonly alarmEmail?: string;
}

export class ConsentWatch extends Construct {
  readonly alarms: Topic;

  constructor(scope: Construct, id: string, { state, worker, alarmEmail }: ConsentWatchProps) {
    super(scope, id);
    // Without a key: an alarm about the key has to get through, and none says more than names.
    this.alarms = new Topic(this, 'Alarms', {
      topicName: deployedName(state.stage, 'consent-alarms'),
      enforceSSL: true,
    });
    // A topic with a policy of its own has lost the default one, by which alarms were let in.
    this.alarms.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (alarmEmail !== undefined) this.#tell(alarmEmail);
    for (const row of alarmsOf(state, worker)) this.#alarm(state.stage, row);
    createDashboard(this, 'Dashboard', { state, worker });
    RemovalPolicies.of(this).apply(RemovalPolicy.DESTROY);
  }

  #tell(endpoint: string): void {
    const subscription = new Subscription(this, 'AlarmEmail', {
      topic: this.alarms,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint,
    });
    acknowledge(subscription, ALARM_EMAIL);
  }

  #alarm(stage: string, row: AlarmRow): void {
    const alarm = new Alarm(this, row.name, {
      alarmName: deployedName(stage, row.name),
      alarmDescription: `${row.suffers} ${row.doThis} Runbook: docs/operating.md#${row.name}`,
      metric: row.metric,
      threshold: row.threshold,
      evaluationPeriods: row.periods ?? 1,
      ...comparisonOf(row),
    });
    alarm.addAlarmAction(new SnsAction(this.alarms));
    alarm.addOkAction(new SnsAction(this.alarms));
  }
}
