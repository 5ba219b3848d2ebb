/**
 * What exists in the local AWS, under the names of docs/messages.md and docs/state.md (a stage puts
 * its prefix before each), and the environment that tells each function about it.
 */
import type { EnvironmentOf, FunctionName } from '../../shared/runtime/environment.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '000000000000';
export const TABLE = 'consents';
export const SCHEDULE_GROUP = 'consent-lifecycle';
export const SCHEDULER_ROLE_ARN: string = `arn:aws:iam::${ACCOUNT_ID}:role/scheduler`;
export const TOPICS = ['re-consent', 'consent-notices'] as const;
/** The queues that functions consume. */
export const WORKER_QUEUES = ['bank-call-results', 'due-timers'] as const;
export const DEAD_LETTER_QUEUES = [
  'bank-call-results-dlq',
  'bank-call-requests-dlq.fifo',
  'due-timers-dlq',
  'scheduler-dlq',
] as const;

export type Resource =
  | typeof TABLE
  | typeof SCHEDULE_GROUP
  | (typeof TOPICS)[number]
  | (typeof WORKER_QUEUES)[number]
  | (typeof DEAD_LETTER_QUEUES)[number]
  | 'bank-call-requests.fifo';

/** The name under which a resource exists. */
export type Named = (resource: Resource) => string;

/** By the access key id that a function signs with, the gateway tells who calls. */
export const ACCESS_KEY_IDS: Readonly<Record<FunctionName, string>> = {
  'bank-call-results': 'LOCALBANKCALLRESULTS',
  'due-timers': 'LOCALDUETIMERS',
  sweep: 'LOCALSWEEP',
};

/**
 * A failed message is delivered again after this many seconds: soon enough to watch, and five
 * deliveries end in the dead-letter queue within the 10 seconds that settling may take.
 */
export const REDELIVERY_SECONDS = 1;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function topicArn(name: string): string {
  return `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${name}`;
}

export type Environments = { readonly [Name in FunctionName]: EnvironmentOf<Name> };

/** The variables of every function; `endpoint` is the gateway's URL without a final slash. */
export function environmentsAt(endpoint: string, named: Named): Environments {
  const urlOf = (queue: Resource) => queueUrl(endpoint, named(queue));
  const worker = {
    TABLE_NAME: named(TABLE),
    BANK_CALL_RESULTS_URL: urlOf('bank-call-results'),
    BANK_CALL_REQUESTS_URL: urlOf('bank-call-requests.fifo'),
    DUE_TIMERS_URL: urlOf('due-timers'),
    DUE_TIMERS_ARN: queueArn(named('due-timers')),
    RE_CONSENT_TOPIC_ARN: topicArn(named('re-consent')),
    CONSENT_NOTICES_TOPIC_ARN: topicArn(named('consent-notices')),
    SCHEDULE_GROUP: named(SCHEDULE_GROUP),
    SCHEDULER_ROLE_ARN,
    SCHEDULER_DLQ_ARN: queueArn(named('scheduler-dlq')),
    METRICS_NAMESPACE: 'ConsentLifecycle',
  };
  return {
    'bank-call-results': {
      ...worker,
      BANK_CALL_RESULTS_DLQ_URL: urlOf('bank-call-results-dlq'),
    },
    'due-timers': { ...worker, DUE_TIMERS_DLQ_URL: urlOf('due-timers-dlq') },
    sweep: worker,
  };
}
