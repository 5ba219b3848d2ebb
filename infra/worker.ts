/**
 * The three functions as they run: the bundle of each, its role, its log, its environment (which
 * does not compile if a variable is missing), and what starts it.
 */
import { CfnResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  EventSourceMapping,
  Function as LambdaWorker,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentOf, FunctionName } from '../shared/runtime/environment.ts';
import { acknowledge, EVENT_SOURCE, FUNCTION, SWEEP_RULE, timersOf } from './acknowledge.ts';
import { bundle } from './bundle.ts';
import { namespaceOf } from './code-metrics.ts';
import { FUNCTION_TIMEOUT } from './consent-queues.ts';
import { deployedName } from './deployed-name.ts';
import { roleName } from './names.ts';
import { type Feed, permissionsOf } from './permissions.ts';
import type { ConsentState } from './state.ts';

/** Twice what the heap needs: a cold start is paid by processor time, which comes with memory. */
const MEMORY_MB = 512;
/** As many as Lambda hands over without a batching window: a token is wanted at once. */
const BATCH_SIZE = 10;
/**
 * Batches side by side. 20 are some thousand results a second; the account's other functions keep
 * the rest. Timers come in a herd at midnight, and none of them is in a hurry.
 */
const CONCURRENT_MAX = { 'bank-call-results': 20, 'due-timers': 10 } as const;
const SWEEP_EVERY: Duration = Duration.minutes(15);

type Fed = keyof typeof CONCURRENT_MAX;

export interface ConsentWorkerProps {
  readonly state: ConsentState;
  readonly logsKept: RetentionDays;
}

export class ConsentWorker extends Construct {
  readonly functions: Readonly<Record<FunctionName, LambdaWorker>>;

  constructor(scope: Construct, id: string, props: ConsentWorkerProps) {
    super(scope, id);
    const { state } = props;
    const { bankCallResults, bankCallResultsDlq, dueTimers, dueTimersDlq } = state.queues;
    const results = { queue: bankCallResults, deadLetters: bankCallResultsDlq };
    const timers = { queue: dueTimers, deadLetters: dueTimersDlq };
    const worker = workerVariables(state);
    this.functions = {
      'bank-call-results': this.#fed('BankCallResults', 'bank-call-results', props, results, {
        ...worker,
        BANK_CALL_RESULTS_DLQ_URL: bankCallResultsDlq.queueUrl,
      }),
      'due-timers': this.#fed('DueTimers', 'due-timers', props, timers, {
        ...worker,
        DUE_TIMERS_DLQ_URL: dueTimersDlq.queueUrl,
      }),
      sweep: this.#create('Sweep', 'sweep', props, undefined, worker),
    };
    this.#sweepEvery(state.stage);
  }

  #fed<Name extends Fed>(
    id: string,
    name: Name,
    props: ConsentWorkerProps,
    feed: Feed,
    environment: EnvironmentOf<Name>,
  ): LambdaWorker {
    const created = this.#create(id, name, props, feed, environment);
    const source = new EventSourceMapping(this, `${id}Source`, {
      target: created,
      eventSourceArn: feed.queue.queueArn,
      batchSize: BATCH_SIZE,
      maxConcurrency: CONCURRENT_MAX[name],
      reportBatchItemFailures: true,
    });
    acknowledge(source, EVENT_SOURCE);
    return created;
  }

  #create<Name extends FunctionName>(
    id: string,
    name: Name,
    { state, logsKept }: ConsentWorkerProps,
    feed: Feed | undefined,
    environment: EnvironmentOf<Name>,
  ): LambdaWorker {
    const functionName = deployedName(state.stage, name);
    const logGroup = new LogGroup(this, `${id}Log`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: logsKept,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, `${id}Role`, {
      roleName: roleName(this, state.stage, name),
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { work: permissionsOf(state, logGroup, feed) },
    });
    acknowledge(role, timersOf(this, state.scheduleGroup.scheduleGroupName));
    const created = new LambdaWorker(this, id, {
      functionName,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle(name)),
      handler: 'index.handler',
      environment: { ...environment },
      memorySize: MEMORY_MB,
      timeout: FUNCTION_TIMEOUT,
      // The role is complete: the CDK adds nothing to it.
      role: role.withoutPolicyUpdates(),
      logGroup,
      // Only the sweep is invoked asynchronously, and the next one does what this one did not.
      ...(feed === undefined && { retryAttempts: 0 }),
    });
    acknowledge(created, FUNCTION);
    // The function names its role, and so comes after it: saying it twice is a finding of cfn-lint.
    const { defaultChild } = created.node;
    if (CfnResource.isCfnResource(defaultChild)) defaultChild.addDeletionOverride('DependsOn');
    return created;
  }

  #sweepEvery(stage: string): void {
    const rule = new Rule(this, 'SweepEvery', {
      ruleName: deployedName(stage, 'sweep'),
      description: 'Looks for consents that owe something and were forgotten',
      schedule: Schedule.rate(SWEEP_EVERY),
      targets: [new LambdaFunction(this.functions.sweep, { retryAttempts: 0 })],
    });
    acknowledge(rule, SWEEP_RULE);
  }
}

function workerVariables(state: ConsentState): EnvironmentOf<'sweep'> {
  const { queues, table, reConsent, consentNotices, scheduleGroup, schedulerRole } = state;
  return {
    TABLE_NAME: table.tableName,
    BANK_CALL_RESULTS_URL: queues.bankCallResults.queueUrl,
    BANK_CALL_REQUESTS_URL: queues.bankCallRequests.queueUrl,
    DUE_TIMERS_URL: queues.dueTimers.queueUrl,
    DUE_TIMERS_ARN: queues.dueTimers.queueArn,
    RE_CONSENT_TOPIC_ARN: reConsent.topicArn,
    CONSENT_NOTICES_TOPIC_ARN: consentNotices.topicArn,
    SCHEDULE_GROUP: scheduleGroup.scheduleGroupName,
    SCHEDULER_ROLE_ARN: schedulerRole.roleArn,
    SCHEDULER_DLQ_ARN: queues.schedulerDlq.queueArn,
    METRICS_NAMESPACE: namespaceOf(state.stage),
  };
}
