/**
 * What a program reports to the worker, as a message of the queue `bank-call-results`. Where it
 * cannot be sent, however often the SQS client tries, the error carries it: a result that is never
 * reported is a hiccup that looks like silence, or an end that nobody hears of.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Instant } from '../consent/instant.ts';
import type { Bank, Provider } from '../consent/provider.ts';
import { Secret } from '../consent/secret.ts';
import { messageGroupOf } from '../effects/message-group.ts';
import { readResultMessage } from '../messages/read-message.ts';
import { rfc3339 } from '../messages/wire.ts';

export interface Reports {
  readonly sqs: SQSClient;
  readonly bankCallResultsUrl: string;
  /** Who reports: a CloudEvents `source`, such as `/jobs/balances`. */
  readonly source: string;
}

export interface Report {
  /** Unique per report; the same id twice is the same report. */
  readonly id: string;
  readonly name: 'bank-call.completed' | 'consent.granted' | 'consent.withdrawn';
  readonly consentId: string;
  readonly at: Instant;
  readonly data: object;
  /** The bank's id: results of one bank queue up behind each other only. */
  readonly group?: string;
}

/** A PSU has consented. */
export interface Grant {
  readonly provider: Provider;
  readonly bank?: Bank;
  /** The first one, where the provider has tokens. */
  readonly consentToken?: string;
  readonly validUntil?: Date;
  /** The consentId that this consent takes the place of. */
  readonly supersedes?: string;
}

export function grantReport(head: Omit<Report, 'name' | 'data'>, grant: Grant): Report {
  return {
    ...head,
    name: 'consent.granted',
    data: grant,
    group: grant.bank?.id ?? grant.provider,
  };
}

/**
 * A result that could not be reported. `unreported.reveal()` is the message: send it to the queue
 * `bank-call-results` as soon as you can. The bank's newest token may be in it.
 */
export class UnreportedResult extends Error {
  readonly unreported: Secret;

  constructor(consentId: string, unreported: Secret, cause: unknown) {
    super(`the result for consent ${JSON.stringify(consentId)} could not be reported`, { cause });
    this.name = 'UnreportedResult';
    this.unreported = unreported;
  }
}

/**
 * Sends it. Throws an `UnreportedResult` where SQS did not take it, and a TypeError in one line for
 * what the worker would refuse. Safe to repeat: the worker knows a report by its id.
 */
export async function report(what: Report, { sqs, bankCallResultsUrl, source }: Reports) {
  const { id, name, consentId, at, data, group } = what;
  const type = `consent-lifecycle.${name}.v1`;
  const time = rfc3339(at);
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    subject: consentId,
    time,
    data,
  });
  const read = readResultMessage(body);
  if (read.kind === 'refused') throw new TypeError(read.reason);
  try {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: bankCallResultsUrl,
        MessageBody: body,
        ...(group !== undefined && { MessageGroupId: messageGroupOf(group) }),
      }),
    );
  } catch (cause) {
    throw new UnreportedResult(consentId, new Secret(body), cause);
  }
}
