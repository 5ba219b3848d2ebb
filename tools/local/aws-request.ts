/**
 * One request to the local endpoint and one answer, as the gateway hands them to the emulators
 * behind it. The body is read whole before anybody sees it: an emulator never meets a client that
 * went away in the middle.
 */
export const SERVICES = ['dynamodb', 'sqs', 'sns', 'sts', 'scheduler'] as const;

export type Service = (typeof SERVICES)[number];

export interface AwsRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted when the client went away. */
  readonly gone: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error in the JSON protocols' form, which every AWS SDK turns into a named exception. */
export function awsError(status: number, code: string, message: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message, Message: message }),
  };
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}
