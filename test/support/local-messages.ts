/**
 * Messages as callers send them, with the banks' own responses in them: printed ones from the
 * fixtures, and the few shapes that no document prints.
 */
import { readFileSync } from 'node:fs';
import type { SQSEvent } from 'aws-lambda';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { queueArn, REGION } from '../../tools/local/resources.ts';

export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface BankResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Reported {
  readonly id?: string;
  readonly provider?: string;
  readonly bank?: object;
  readonly operation?: string;
  readonly accountId?: string;
  readonly instructionId?: string;
  /** The token that the call was made with. */
  readonly used?: string;
  readonly requestId?: string;
}

export const BANK = { id: 'DE-37040044', timeZone: 'Europe/Berlin' } as const;

let ids = 0;

/** A message of the queue `bank-call-results`; `name` is its type without prefix and version. */
export function message(
  name: string,
  subject: string,
  time: string,
  data: CloudEvent['data'],
): CloudEvent {
  ids += 1;
  const type = `consent-lifecycle.${name}.v1`;
  const head = { specversion: '1.0', id: `message-${ids}`, source: '/callers/sync' } as const;
  return { ...head, type, subject, time, data };
}

export function granted(consentId: string, time: string, more: object = {}): CloudEvent {
  return message('consent.granted', consentId, time, {
    provider: 'klarna-consent',
    bank: BANK,
    ...more,
  });
}

/** A call that the bank has answered with `response`. */
export function answered(
  consentId: string,
  time: string,
  response: BankResponse,
  more: Reported = {},
): CloudEvent {
  const { id, provider = 'klarna-consent', bank = BANK, used, requestId, ...rest } = more;
  const event = message('bank-call.completed', consentId, time, {
    provider,
    bank,
    call: { operation: 'accounts', ...rest },
    ...(used !== undefined && { usedTokenFingerprint: fingerprintOf(used) }),
    ...(requestId !== undefined && { requestId }),
    response,
  });
  return id === undefined ? event : { ...event, id };
}

/** A response as a bank's documentation prints it, e.g. `klarna-consent/consent-expired`. */
export function printed(name: string): BankResponse {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url);
  const { status, headers, body }: BankResponse = JSON.parse(readFileSync(file, 'utf8'));
  return { status, headers, body };
}

/** An error in the words of Klarna's consent API, for codes that no document prints. */
export function klarnaError(code: string, token?: string): BankResponse {
  const error = { code, message: 'free text of the bank' };
  return { status: 400, headers: {}, body: { error, ...(token && { consent_token: token }) } };
}

/** A success of Klarna's consent API: its content and its token stand in `data`. */
export function success(token?: string, result: object = {}): BankResponse {
  const data = { result, ...(token !== undefined && { consent_token: token }) };
  return { status: 200, headers: {}, body: { data } };
}

/** These messages as one batch, as Lambda hands it to the function. */
export function batchOf(
  messages: readonly CloudEvent[],
  sentAt: number,
  receiveCount = 1,
): SQSEvent {
  return {
    Records: messages.map((one) => ({
      messageId: one.id,
      receiptHandle: one.id,
      body: JSON.stringify(one),
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(sentAt),
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: String(sentAt),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn('bank-call-results'),
      awsRegion: REGION,
    })),
  };
}
