/**
 * Real SDK clients whose requests are kept instead of sent, each with a canned answer: what is
 * asserted is what would have gone over the wire.
 */
import { SchedulerClient } from '@aws-sdk/client-scheduler';
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

function handlerOf(sent: SentRequest[], answer: (request: SentRequest) => Answer) {
  return {
    handle: async (request: WireRequest) => {
      const body = request.body === undefined ? {} : JSON.parse(textIn(request.body));
      const seen = { method: request.method, path: request.path, body };
      sent.push(seen);

      const { status, error } = answer(seen);
      const text = error === undefined ? '{}' : JSON.stringify({ __type: error, Message: error });
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
    sent,
  };
}
