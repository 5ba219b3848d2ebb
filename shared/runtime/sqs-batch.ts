/**
 * The edge of a function that SQS feeds: records in, the ids of those that are to come again out.
 * One record's failure fails that record only; logs carry ids, never a body. What the invocation
 * has no time for is left for the next one.
 */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Log } from './log.ts';
import type { Counts } from './metrics.ts';
import { timeIn } from './time-reserve.ts';

/** A record as the work wants it. */
export interface Incoming {
  readonly messageId: string;
  readonly body: string;
  /** When SQS accepted it: milliseconds since the epoch. */
  readonly sentAt: number;
}

export interface SqsWork {
  readonly log: Log;
  readonly counts: Counts<'batch-failed' | 'handled-after'>;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves to the ids that are to come again; what it throws fails the whole batch. */
  readonly take: (
    records: readonly Incoming[],
    hasTime: () => boolean,
  ) => Promise<readonly string[]>;
}

export function sqsBatch({
  log,
  counts,
  clock,
  take,
}: SqsWork): MiddyfiedHandler<SQSEvent, SQSBatchResponse> {
  return middy<SQSEvent, SQSBatchResponse>()
    .use({
      after: () => {
        counts.flush();
      },
    })
    .handler(async (event: SQSEvent, context: Context) => {
      const records = event.Records.map(incoming);
      const again = await take(records, timeIn(context)).catch((cause: unknown) => {
        // Said here and not thrown: Lambda would print the error, and what it was caused by.
        log.error('the batch failed', cause);
        counts.count('batch-failed');
        return records.map(({ messageId }) => messageId);
      });
      const now = clock();
      const failed = new Set(again);
      for (const { messageId, sentAt } of records) {
        if (failed.has(messageId)) continue;
        counts.observe('handled-after', Math.max(0, now - sentAt), 'Milliseconds');
      }
      return { batchItemFailures: again.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

function incoming({ messageId, body, attributes }: SQSRecord): Incoming {
  return { messageId, body, sentAt: Number(attributes.SentTimestamp) };
}
