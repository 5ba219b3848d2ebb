/**
 * What exists in the local AWS, under the names of docs/messages.md and docs/state.md, and the
 * environment that tells each function about it.
 */
import type { EnvironmentOf, FunctionName } from '../../shared/runtime/environment.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT_ID = '000000000000';
export const TABLE_NAME = 'consents';
export const SCHEDULE_GROUP = 'consent-lifecycle';
export const TOPICS = ['re-consent', 'consent-notices'] as const;
/** The queues that functions consume. */
export const WORKER_QUEUES = ['bank-call-results', 'due-timers'] as const;

export type WorkerQueue = (typeof WORKER_QUEUES)[number];

/** The access key id by which the gateway tells a function's calls from everybody else's. */
export const FUNCTION_ACCESS_KEY_ID = 'AKIALOCALFUNCTION';

/**
 * A failed message is delivered again after this many seconds: soon enough to watch, and five
 * deliveries end in the dead-letter queue within the 10 seconds that settling may take.
 */
export const REDELIVERY_SECONDS = 1;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function topicArn(name: (typeof TOPICS)[number]): string {
  return `arn:aws:sns:${REGION}:${ACCOUNT_ID}:${name}`;
}

export function queueUrl(endpoint: string, name: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${name}`;
}

export type Environments = { readonly [Name in FunctionName]: EnvironmentOf<Name> };

/** The variables of every function; `endpoint` is the gateway's URL without a final slash. */
export function environmentsAt(endpoint: string): Environments {
  const worker = {
    TABLE_NAME,
    BANK_CALL_RESULTS_URL: queueUrl(endpoint, 'bank-call-results'),
    BANK_CALL_REQUESTS_URL: queueUrl(endpoint, 'bank-call-requests.fifo'),
    DUE_TIMERS_URL: queueUrl(endpoint, 'due-timers'),
    DUE_TIMERS_ARN: queueArn('due-timers'),
    RE_CONSENT_TOPIC_ARN: topicArn('re-consent'),
    CONSENT_NOTICES_TOPIC_ARN: topicArn('consent-notices'),
    SCHEDULE_GROUP,
    SCHEDULER_ROLE_ARN: `arn:aws:iam::${ACCOUNT_ID}:role/scheduler`,
    SCHEDULER_DLQ_ARN: queueArn('scheduler-dlq'),
  };
  return {
    'bank-call-results': {
      ...worker,
      BANK_CALL_RESULTS_DLQ_URL: queueUrl(endpoint, 'bank-call-results-dlq'),
    },
    'due-timers': { ...worker, DUE_TIMERS_DLQ_URL: queueUrl(endpoint, 'due-timers-dlq') },
    sweep: worker,
  };
}
