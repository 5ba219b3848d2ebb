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
import { isTooLong, TOKEN_BYTES_MAX } from '../intake/happening.ts';
import { readResultMessage } from '../messages/read-message.ts';
import { quote } from '../messages/refusal.ts';
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

/** Throws a TypeError for what would not survive the way: a date that is none, a token too long. */
export function grantReport(head: Omit<Report, 'name' | 'data'>, grant: Grant): Report {
  const { provider, bank, consentToken, validUntil, supersedes } = grant;
  if (validUntil !== undefined && Number.isNaN(Number(validUntil))) {
    throw new TypeError(`validUntil ${quote(String(validUntil))} is refused; expected a Date`);
  }
  if (consentToken && isTooLong(new Secret(consentToken))) {
    throw new TypeError(`consentToken is refused; expected at most ${TOKEN_BYTES_MAX} bytes`);
  }
  return {
    ...head,
    name: 'consent.granted',
    data: { provider, bank, consentToken, validUntil, supersedes },
    group: bank?.id ?? provider,
  };
}

/**
 * A result that could not be reported. `unreported.reveal()` is the message: send it to the queue
 * `bank-call-results` as soon as you can. The bank's newest token may be in it. Neither it nor the
 * answer is in what the error prints.
 */
export class UnreportedResult extends Error {
  readonly unreported: Secret;
  readonly #handBack: HandBack | undefined;

  constructor(consentId: string, unreported: Secret, cause: unknown, handBack?: HandBack) {
    super(`the result for consent ${JSON.stringify(consentId)} could not be reported`, { cause });
    this.name = 'UnreportedResult';
    this.unreported = unreported;
    this.#handBack = handBack;
  }

  /** What the call returned; throws what it threw. Of a grant or a withdrawal there is nothing. */
  handBack(): unknown {
    return this.#handBack?.();
  }
}

type HandBack = () => unknown;

/**
 * Sends it. Throws an `UnreportedResult` where SQS did not take it, and a TypeError in one line for
 * what the worker would refuse. Safe to repeat: the worker knows a report by its id.
 */
export async function report(
  what: Report,
  { sqs, bankCallResultsUrl, source }: Reports,
  handBack?: HandBack,
): Promise<void> {
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
    throw new UnreportedResult(consentId, new Secret(body), cause, handBack);
  }
}
