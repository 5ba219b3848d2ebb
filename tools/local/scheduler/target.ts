/**
 * What is sent when a schedule fires: SQS messages, either through the templated target (the
 * queue's ARN) or the universal one (`aws-sdk:sqs:sendMessage`). Every other target is refused when
 * the schedule is made, so a schedule that was accepted is one that fires.
 */
import { parseInput, sendMessageInput, type Target } from './inputs.ts';
import { invalid, Refusal } from './refusal.ts';
import { iso } from './timing.ts';

/** One message for an SQS queue. `attributes` are message attributes of type String. */
export interface Delivery {
  readonly targetArn: string;
  readonly input: string;
  readonly messageGroupId?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What is known of one attempt, for the payload and for the dead letter. Instants in ms. */
export interface Attempt {
  readonly scheduleArn: string;
  readonly scheduledAt: number;
  readonly executionId: string;
  readonly attempt: number;
}

export interface Failure {
  readonly error: unknown;
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

const INPUT_BYTES_MAX = 262_144;
const ERROR_MESSAGE_CHARACTERS_MAX = 1_024;

const SQS_ARN = /^arn:aws(?:-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+(\.fifo)?$/;
const SEND_MESSAGE_ARN = 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage';
const FOREIGN_PARAMETERS = [
  'EcsParameters',
  'EventBridgeParameters',
  'KinesisParameters',
  'SageMakerPipelineParameters',
] as const satisfies readonly (keyof Target)[];

/** Throws a Refusal for a target that this emulator or AWS would not invoke. */
export function checkTarget(target: Target): void {
  for (const parameters of FOREIGN_PARAMETERS) {
    if (target[parameters] !== undefined) {
      throw invalid(`${parameters} are not valid for target ${target.Arn}.`);
    }
  }
  const bytes = Buffer.byteLength(target.Input ?? '');
  if (bytes > INPUT_BYTES_MAX) {
    throw invalid(`Target.Input has ${bytes} bytes, at most ${INPUT_BYTES_MAX} are allowed.`);
  }
  if (target.Arn === SEND_MESSAGE_ARN) {
    if (target.SqsParameters !== undefined) {
      throw invalid(`SqsParameters are not valid for target ${target.Arn}.`);
    }
    sendMessageOf(target.Input ?? '');
    return;
  }
  const queue = SQS_ARN.exec(target.Arn);
  if (queue === null) {
    throw invalid(
      `Target arn '${target.Arn}' is not fired by this emulator: ` +
        `it takes the ARN of an SQS queue or ${SEND_MESSAGE_ARN}.`,
    );
  }
  const isFifo = queue[1] !== undefined;
  const groupId = target.SqsParameters?.MessageGroupId;
  if (isFifo && groupId === undefined) {
    throw invalid(
      `Target ${target.Arn} is a FIFO queue: SqsParameters.MessageGroupId is required.`,
    );
  }
  if (!isFifo && groupId !== undefined) {
    throw invalid(
      `SqsParameters.MessageGroupId '${groupId}' is not valid for target ${target.Arn}: ` +
        'it is not a FIFO queue.',
    );
  }
}

/** The target's input with AWS's four keywords replaced; AWS's own notification if it has none. */
export function payloadOf(target: Target, attempt: Attempt): string {
  const values = {
    'schedule-arn': attempt.scheduleArn,
    'scheduled-time': iso(attempt.scheduledAt),
    'execution-id': attempt.executionId,
    'attempt-number': String(attempt.attempt),
  };
  return Object.entries(values).reduce(
    (payload, [keyword, value]) => payload.replaceAll(`<aws.scheduler.${keyword}>`, value),
    target.Input ?? defaultNotification(attempt),
  );
}

/** The message that `payload` makes for the target. Throws if the universal input is not valid. */
export function deliveryOf(target: Target, payload: string): Delivery {
  if (target.Arn === SEND_MESSAGE_ARN) return sendMessageOf(payload);
  const messageGroupId = target.SqsParameters?.MessageGroupId;
  return {
    targetArn: target.Arn,
    input: payload,
    ...(messageGroupId !== undefined && { messageGroupId }),
  };
}

/** The message for the dead-letter queue, with the attributes that AWS documents. */
export function deadLetterOf(
  queueArn: string,
  target: Target,
  attempt: Attempt,
  failure: Failure,
): Delivery {
  const error = failure.error instanceof Error ? failure.error : new Error(String(failure.error));
  return {
    targetArn: queueArn,
    input: payloadOf(target, attempt),
    attributes: {
      ERROR_CODE: error.name,
      ERROR_MESSAGE: error.message.slice(0, ERROR_MESSAGE_CHARACTERS_MAX) || error.name,
      EXECUTION_ID: attempt.executionId,
      EXHAUSTED_RETRY_CONDITION: failure.exhausted,
      IS_PAYLOAD_TRUNCATED: 'false',
      RETRY_ATTEMPTS: String(attempt.attempt - 1),
      SCHEDULED_TIME: iso(attempt.scheduledAt),
      SCHEDULE_ARN: attempt.scheduleArn,
      TARGET_ARN: target.Arn,
    },
  };
}

function sendMessageOf(input: string): Delivery {
  const message = parseInput(sendMessageInput, parseJson(input));
  const [account, queue] = message.QueueUrl.split('/').slice(-2);
  const region = /sqs\.([a-z0-9-]+)\./.exec(message.QueueUrl)?.[1] ?? 'eu-central-1';
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([key, { StringValue }]) => [key, StringValue] as const,
  );
  return {
    targetArn: `arn:aws:sqs:${region}:${account}:${queue}`,
    input: message.MessageBody,
    ...(message.MessageGroupId !== undefined && { messageGroupId: message.MessageGroupId }),
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
  };
}

function parseJson(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    throw new Refusal('ValidationException', 'Target.Input of a universal target must be JSON.');
  }
}

function defaultNotification(attempt: Attempt): string {
  const [, , , region, account] = attempt.scheduleArn.split(':');
  return JSON.stringify({
    version: '0',
    id: attempt.executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: iso(attempt.scheduledAt),
    region,
    resources: [attempt.scheduleArn],
    detail: '{}',
  });
}
