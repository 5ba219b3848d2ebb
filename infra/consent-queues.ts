/**
 * The queues, each with its dead-letter queue. Nothing is lost in them for being slow: a message
 * comes again for more than a day before it is set aside, and what is set aside is kept for as long
 * as SQS keeps anything. Only TLS, only one key, and only named senders for what can end a consent.
 */
import { Duration } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  type QueueProps,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge, DEAD_LETTERS, SCHEDULER_DEAD_LETTERS } from './acknowledge.ts';
import type { ConsentKey } from './consent-key.ts';
import { deployedName } from './deployed-name.ts';
import { queueArn, workerRoleArns } from './names.ts';
import { nobodyElse } from './nobody-else.ts';
import {
  REQUEST_RECEIVES_MAX,
  REQUEST_VISIBILITY_SECONDS,
  REQUESTS_KEPT_SECONDS,
} from './request-delivery.ts';

/** The timeout of every function, which the queues' settings depend on. */
export const FUNCTION_TIMEOUT: Duration = Duration.seconds(30);
/** As Lambda asks of a queue that feeds a function: room for throttled and repeated batches. */
const VISIBILITY_PER_TIMEOUT_MIN = 6;
/** Rule 16: what fails comes again for at least a day. */
const REDELIVERED_FOR_MIN: Duration = Duration.hours(24);

const VISIBILITY: Duration = Duration.minutes(3);
/** 500 times 3 minutes are 25 hours. */
const RECEIVES_MAX = 500;
/**
 * A message keeps its age when SQS sets it aside, so a dead letter has at least the ten days that
 * are left of fourteen.
 */
const KEPT: Duration = Duration.days(4);
const DEAD_LETTERS_KEPT: Duration = Duration.days(14);

const FIFO = {
  fifo: true,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
} as const;

export interface ConsentQueuesProps {
  readonly stage: string;
  readonly producers: readonly string[];
  readonly key: ConsentKey;
}

export class ConsentQueues extends Construct {
  readonly bankCallResults: Queue;
  readonly bankCallResultsDlq: Queue;
  readonly bankCallRequests: Queue;
  readonly bankCallRequestsDlq: Queue;
  readonly dueTimers: Queue;
  readonly dueTimersDlq: Queue;
  readonly schedulerDlq: Queue;
  readonly #props: ConsentQueuesProps;

  constructor(scope: Construct, id: string, props: ConsentQueuesProps) {
    super(scope, id);
    this.#props = props;
    this.bankCallResultsDlq = this.#deadLetters('BankCallResultsDlq', 'bank-call-results');
    this.bankCallResults = this.#feeding(
      'BankCallResults',
      'bank-call-results',
      this.bankCallResultsDlq,
    );
    this.dueTimersDlq = this.#deadLetters('DueTimersDlq', 'due-timers');
    this.dueTimers = this.#feeding('DueTimers', 'due-timers', this.dueTimersDlq);
    this.bankCallRequestsDlq = this.#deadLetters('BankCallRequestsDlq', 'bank-call-requests', FIFO);
    this.bankCallRequests = this.#queue('BankCallRequests', 'bank-call-requests.fifo', {
      ...FIFO,
      visibilityTimeout: Duration.seconds(REQUEST_VISIBILITY_SECONDS),
      retentionPeriod: Duration.seconds(REQUESTS_KEPT_SECONDS),
      deadLetterQueue: { queue: this.bankCallRequestsDlq, maxReceiveCount: REQUEST_RECEIVES_MAX },
    });
    // Scheduler puts its own dead letters there; no queue of SQS may.
    this.schedulerDlq = this.#queue('SchedulerDlq', 'scheduler-dlq', {
      retentionPeriod: DEAD_LETTERS_KEPT,
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    acknowledge(this.schedulerDlq, SCHEDULER_DEAD_LETTERS);
    this.#onlyFromProducers();
  }

  #queue(id: string, name: string, props: QueueProps): Queue {
    const { stage, key } = this.#props;
    return new Queue(this, id, {
      queueName: deployedName(stage, name),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      ...props,
    });
  }

  #feeding(id: string, name: string, deadLetters: Queue): Queue {
    return this.#queue(id, name, {
      ...longEnough(VISIBILITY, RECEIVES_MAX),
      retentionPeriod: KEPT,
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: RECEIVES_MAX },
    });
  }

  /** Takes what its one source sets aside; the source is named, for each needs the other's ARN. */
  #deadLetters(id: string, source: string, fifo: Partial<typeof FIFO> = {}): Queue {
    const end = fifo.fifo ? '.fifo' : '';
    const sourceArn = queueArn(this, this.#props.stage, `${source}${end}`);
    const queue = this.#queue(id, `${source}-dlq${end}`, {
      ...fifo,
      retentionPeriod: DEAD_LETTERS_KEPT,
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, `${id}Source`, sourceArn)],
      },
    });
    acknowledge(queue, DEAD_LETTERS);
    return queue;
  }

  /**
   * Whoever may send a result can end a consent: the producers may, and the worker, which tells
   * replaced consents. Producers of another account are let in by this policy.
   */
  #onlyFromProducers(): void {
    const { stage, producers } = this.#props;
    const { queueArn } = this.bankCallResults;
    if (producers.length > 0) {
      this.bankCallResults.addToResourcePolicy(
        new PolicyStatement({
          sid: 'Producers',
          principals: producers.map((arn) => new ArnPrincipal(arn)),
          actions: ['sqs:SendMessage'],
          resources: [queueArn],
        }),
      );
    }
    this.bankCallResults.addToResourcePolicy(
      nobodyElse('sqs:SendMessage', queueArn, [...producers, ...workerRoleArns(this, stage)]),
    );
  }
}

/** Throws one line if a queue that feeds a function would give up a message too early. */
export function longEnough(
  visibilityTimeout: Duration,
  receivesMax: number,
): { readonly visibilityTimeout: Duration } {
  const seconds = visibilityTimeout.toSeconds();
  const visibleMin = VISIBILITY_PER_TIMEOUT_MIN * FUNCTION_TIMEOUT.toSeconds();
  if (seconds < visibleMin) {
    const why = `${VISIBILITY_PER_TIMEOUT_MIN} times the function's timeout`;
    throw new Error(
      `visibility timeout ${seconds} s is too short; expected ${visibleMin} s, ${why}`,
    );
  }
  const redeliveredFor = receivesMax * seconds;
  if (redeliveredFor < REDELIVERED_FOR_MIN.toSeconds()) {
    throw new Error(
      `${receivesMax} receives of ${seconds} s redeliver for ${redeliveredFor} s; ` +
        `expected at least ${REDELIVERED_FOR_MIN.toSeconds()} s`,
    );
  }
  return { visibilityTimeout };
}
