/**
 * Serves the queue `bank-call-requests.fifo`: makes each call that is asked for, unless it has been
 * answered, is out of date or may not be made now, which the worker finds out by itself and asks
 * again. A request is done once its call was made, whatever came of it: repeating it is for the
 * worker to say. So is one that the program leaves out.
 */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Consumer } from 'sqs-consumer';
import type * as z from 'zod/mini';
import type { Call } from '../consent/finding.ts';
import type { Clock } from '../lifecycle/ports.ts';
import { bankCallRequested } from '../messages/bank-call-requested.ts';
import { typeOf } from '../messages/cloud-event.ts';
import { readMessage } from '../messages/read-message.ts';
import type { BankResponse } from './answer.ts';
import type { WithConsent } from './with-consent.ts';

const SCHEMAS = { [typeOf('bank-call.requested')]: bankCallRequested } as const;

type RequestMessage = z.output<typeof bankCallRequested>;

/** A call to make: what the message `bank-call.requested` says. */
export interface RequestedCall {
  readonly consentId: string;
  readonly requestId: string;
  readonly call: Call;
  readonly provider: RequestMessage['data']['provider'];
  readonly bank: RequestMessage['data']['bank'];
  readonly reason: RequestMessage['data']['reason'];
  readonly attempt: number;
}

export type Make = (
  request: RequestedCall,
  token: string | undefined,
  signal: AbortSignal,
) => Promise<BankResponse>;

/**
 * Hears of each call that threw, and of each request that could not be read or begun. A promise is
 * waited for; what it throws itself has nobody left to hear it.
 */
export type Failed = (error: unknown, consentId?: string) => unknown;

/** Whether a request is to be served. One that is left out is done, and nothing is reported. */
export type Wanted = (request: RequestedCall) => boolean;

export interface Requests {
  /** The handler of a Lambda function that the queue feeds, with `ReportBatchItemFailures`. */
  readonly lambda: (event: Pick<SQSEvent, 'Records'>) => Promise<SQSBatchResponse>;
  /** A consumer for a program that keeps running; `start()` and `stop()` it. */
  readonly consumer: (queueUrl: string) => Promise<Consumer>;
}

interface Service {
  readonly sqs: SQSClient;
  readonly clock: Clock;
  readonly failed: Failed;
  readonly wanted: Wanted;
}

export function requestsFor(
  withConsent: WithConsent,
  make: Make,
  { sqs, clock, failed, wanted }: Service,
): Requests {
  // A call that was made must not be made again for want of a listener.
  const tell = async (...heard: Parameters<Failed>) => failed(...heard);
  const hear: Failed = (...heard) => tell(...heard).catch(() => {});

  /** Whether the request is done. Never throws. */
  async function serve(body: string): Promise<boolean> {
    const read = readMessage<RequestMessage>(body, SCHEMAS);
    if (read.kind === 'refused') {
      await hear(new TypeError(read.reason));
      return false;
    }
    const { id: requestId, subject: consentId, data } = read.message;
    const { notAfter, generation: _, ...rest } = data;
    const request = { consentId, requestId, ...rest };
    if (clock() > notAfter) return true;

    let wasMade = false;
    try {
      if (!wanted(request)) return true;
      const call = { ...data.call, requestId };
      const outcome = await withConsent(consentId, call, (token, signal) => {
        wasMade = true;
        return make(request, token, signal);
      });
      return outcome.outcome === 'answered' || outcome.reason !== 'call-running';
    } catch (error) {
      await hear(error, consentId);
      return wasMade;
    }
  }

  return {
    async lambda({ Records }) {
      const again: string[] = [];
      const groups = Map.groupBy(Records, ({ attributes }) => attributes.MessageGroupId);
      await Promise.all(
        [...groups.values()].map(async (group) => {
          // In a group the later ones wait for the first that is to come again.
          const rest = [...group];
          while (rest[0] !== undefined && (await serve(rest[0].body))) rest.shift();
          again.push(...rest.map(({ messageId }) => messageId));
        }),
      );
      return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
    },
    async consumer(queueUrl) {
      const { Consumer } = await import('sqs-consumer');
      const consumer = Consumer.create({
        queueUrl,
        sqs,
        suppressFifoWarning: true,
        handleMessage: async (message) => ((await serve(message.Body ?? '')) ? message : undefined),
      });
      // What SQS refuses; the consumer goes on by itself.
      return consumer.on('error', (error) => void hear(error));
    },
  };
}
