/**
 * What must outlive a deployment: the table, the queues with their dead-letter queues, the topics,
 * the schedule group with the role that its timers name, and the key over all of them.
 */
import { RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import {
  AnyPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EXPIRES_AT } from '../shared/consent/retention.ts';
import { OWED_INDEX } from '../shared/store/owed-index.ts';
import { ConsentKey, ENCRYPTS } from './consent-key.ts';
import { ConsentQueues } from './consent-queues.ts';
import { deployedName } from './deployed-name.ts';
import { SCHEDULE_GROUP, scheduleGroupArn, tableArn, workerRoleArns } from './names.ts';
import { nobodyElse } from './nobody-else.ts';

export interface ConsentStateProps {
  /** The prefix of every name, e.g. `prod`. */
  readonly stage: string;
  /** ARNs of the roles and users that may send results. */
  readonly producers: readonly string[];
  /** Whether everything stays, and the table cannot be deleted, when the stack is deleted. */
  readonly keepsData: boolean;
}

export class ConsentState extends Construct {
  readonly stage: string;
  readonly key: ConsentKey;
  readonly table: Table;
  readonly queues: ConsentQueues;
  readonly reConsent: Topic;
  readonly consentNotices: Topic;
  readonly scheduleGroup: ScheduleGroup;
  readonly schedulerRole: Role;

  constructor(scope: Construct, id: string, props: ConsentStateProps) {
    super(scope, id);
    const { stage, producers, keepsData } = props;
    this.stage = stage;
    this.key = new ConsentKey(this, 'Key', { stage, producers });
    this.table = this.#createTable(keepsData);
    this.queues = new ConsentQueues(this, 'Queues', { stage, producers, key: this.key });
    this.reConsent = this.#createTopic('ReConsent', 're-consent');
    this.consentNotices = this.#createTopic('ConsentNotices', 'consent-notices');
    this.scheduleGroup = new ScheduleGroup(this, 'Timers', {
      scheduleGroupName: deployedName(stage, SCHEDULE_GROUP),
    });
    this.schedulerRole = this.#createSchedulerRole();
    // All or nothing: a queue that stays without its policy would be open, a timer without its
    // role would never arrive. What a failed deployment made goes with it: names are fixed, so
    // what stayed would be in the way of the next one.
    RemovalPolicies.of(this).apply(
      keepsData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    );
  }

  #createTable(keepsData: boolean): Table {
    const table = new Table(this, 'Consents', {
      tableName: deployedName(this.stage, 'consents'),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: EXPIRES_AT,
      deletionProtection: keepsData,
      resourcePolicy: new PolicyDocument({ statements: [this.#onlyTls()] }),
    });
    table.addGlobalSecondaryIndex({
      indexName: OWED_INDEX,
      partitionKey: { name: 'owedIn', type: AttributeType.STRING },
      sortKey: { name: 'owedAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    return table;
  }

  /** By its name, for a table that named itself in its own policy would run in a circle. */
  #onlyTls(): PolicyStatement {
    const table = tableArn(this, this.stage, 'consents');
    return new PolicyStatement({
      sid: 'OnlyTls',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['dynamodb:*'],
      resources: [table, `${table}/index/${OWED_INDEX}`],
      conditions: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  }

  /** A notice sends a PSU to the bank, so nobody publishes but the worker. */
  #createTopic(id: string, name: string): Topic {
    const topic = new Topic(this, id, {
      topicName: deployedName(this.stage, name),
      masterKey: this.key,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      nobodyElse('sns:Publish', topic.topicArn, workerRoleArns(this, this.stage)),
    );
    return topic;
  }

  /** Every timer names this role. */
  #createSchedulerRole(): Role {
    const { account, region } = Stack.of(this);
    const { dueTimers, schedulerDlq } = this.queues;
    return new Role(this, 'SchedulerRole', {
      description: 'Lets EventBridge Scheduler put timers that are due into their queue',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          // Scheduler names the group, not the schedule, as the source.
          ArnEquals: { 'aws:SourceArn': scheduleGroupArn(this, this.stage) },
        },
      }),
      inlinePolicies: {
        deliver: new PolicyDocument({
          statements: [
            new PolicyStatement({
              sid: 'DeliverTimers',
              actions: ['sqs:SendMessage'],
              resources: [dueTimers.queueArn, schedulerDlq.queueArn],
            }),
            new PolicyStatement({
              sid: 'EncryptTimers',
              actions: [...ENCRYPTS],
              resources: [this.key.keyArn],
              conditions: { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } },
            }),
          ],
        }),
      },
    });
  }
}
