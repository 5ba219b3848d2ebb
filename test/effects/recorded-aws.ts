/**
 * Real SDK clients whose requests are kept instead of sent, each with a canned answer: what is
 * asserted is what would have gone over the wire.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly error?: string;
}

interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

function textIn(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}

/** SNS is asked in a form and answers in XML, the others speak JSON. */
function bodyOf(text: string): SentRequest['body'] {
  return text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
}

function handlerOf(sent: SentRequest[], answer: (request: SentRequest) => Answer) {
  return {
    handle: async (request: WireRequest) => {
      const asked = request.body === undefined ? '{}' : textIn(request.body);
      const body = bodyOf(asked);
      const seen = { method: request.method, path: request.path, body };
      sent.push(seen);

      const { status, error } = answer(seen);
      const done = asked.startsWith('{') ? '{}' : '<PublishResponse/>';
      const text = error === undefined ? done : JSON.stringify({ __type: error, Message: error });
      return {
        response: {
          statusCode: status,
          headers: error === undefined ? {} : { 'x-amzn-errortype': error },
          body: new TextEncoder().encode(text),
        },
      };
    },
  };
}

/** Answers each request by `answer`; nothing is repeated by the SDK. */
export function recordedAws(answer: (request: SentRequest) => Answer = () => ({ status: 200 })): {
  readonly scheduler: () => Promise<SchedulerClient>;
  readonly sqs: () => Promise<SQSClient>;
  readonly sns: () => Promise<SNSClient>;
  readonly dynamo: DynamoDBClient;
  readonly sent: readonly SentRequest[];
} {
  const sent: SentRequest[] = [];
  const settings = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: handlerOf(sent, answer),
  };
  return {
    scheduler: async () => new SchedulerClient(settings),
    // The canned answer has no checksum of the message.
    sqs: async () => new SQSClient({ ...settings, md5: false }),
    sns: async () => new SNSClient(settings),
    dynamo: new DynamoDBClient(settings),
    sent,
  };
}
