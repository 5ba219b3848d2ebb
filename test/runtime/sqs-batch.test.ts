/** The edge that SQS feeds: which records come again, within what time, and what is counted. */
import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../shared/runtime/failure.ts';
import { type Incoming, type SqsWork, sqsBatch } from '../../shared/runtime/sqs-batch.ts';
import { contextWith } from './lambda-context.ts';

const SENT_AT = Date.UTC(2026, 10, 22, 8, 15);
const HANDLED_AFTER_MS = 1_250;

function recordOf(messageId: string): SQSEvent['Records'][number] {
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body: `body of ${messageId}`,
    attributes: {
      ApproximateReceiveCount: '3',
      SentTimestamp: String(SENT_AT),
      SenderId: 'caller',
      ApproximateFirstReceiveTimestamp: String(SENT_AT + 5),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:bank-call-results',
    awsRegion: 'eu-central-1',
  };
}

/** Invokes a handler that does `take`, and tells what was logged and counted, in order. */
async function invoke(
  take: SqsWork['take'],
  ids: readonly string[],
  remainingMs: () => number = LONG,
) {
  const told: string[] = [];
  const causes: unknown[] = [];
  const handler = sqsBatch({
    take,
    clock: () => SENT_AT + HANDLED_AFTER_MS,
    log: {
      info: (message) => told.push(message),
      warn: (message) => told.push(message),
      error: (message, cause) => {
        told.push(message);
        causes.push(cause);
      },
    },
    counts: countsIn(told),
  });
  const answered = await handler({ Records: ids.map(recordOf) }, contextWith(remainingMs));
  return { answered, told, causes };
}

/** What `flush` returned would be taken for the handler's answer: it returns nothing. */
function countsIn(told: string[]): SqsWork['counts'] {
  return {
    count: (name) => {
      told.push(`count ${name}`);
    },
    observe: (name, value, unit) => {
      told.push(`${name} ${value} ${unit}`);
    },
    flush: () => {
      told.push('flush');
    },
  };
}

const ONE_RECORD = { Records: [recordOf('m1')] };
const LONG = () => 60_000;

/** A handler that does everything, and logs nothing. */
function silentHandler(told: string[], clock: SqsWork['clock']) {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return sqsBatch({ take: async () => [], log, counts: countsIn(told), clock });
}

describe('a batch from SQS', () => {
  it('is done when nothing is to come again', async () => {
    const { answered, told } = await invoke(async () => [], ['m1', 'm2']);

    const handled = `handled-after ${HANDLED_AFTER_MS} Milliseconds`;
    expect(answered).toEqual({ batchItemFailures: [] });
    expect(told).toEqual([handled, handled, 'flush']);
  });

  it('fails for the records that are to come again, and for no other', async () => {
    const ids = ['m1', 'm2', 'm3', 'm4'];
    const { answered, told } = await invoke(async () => ['m2', 'm4'], ids);

    expect(told.filter((line) => line.startsWith('handled-after'))).toHaveLength(2);
    expect(answered).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm2' }, { itemIdentifier: 'm4' }],
    });
  });

  it('comes to the work with each record’s id, body and the time SQS accepted it', async () => {
    const seen: Incoming[] = [];

    await invoke(
      async (records) => {
        seen.push(...records);
        return [];
      },
      ['m1', 'm2'],
    );

    expect(seen).toEqual([
      { messageId: 'm1', body: 'body of m1', sentAt: SENT_AT },
      { messageId: 'm2', body: 'body of m2', sentAt: SENT_AT },
    ]);
  });

  it.each([
    ['an outage', new Failure('STORE_UNAVAILABLE')],
    ['broken code', new TypeError('canary-token is not a function')],
  ])('fails as a whole for %s, said and counted once, and is not thrown', async (_, cause) => {
    const { answered, told, causes } = await invoke(() => Promise.reject(cause), ['m1', 'm2']);

    expect(answered).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
    expect(told).toEqual(['the batch failed', 'count batch-failed', 'flush']);
    expect(causes).toEqual([cause]);
  });

  it('has time until 15 seconds are left, asked for anew each time', async () => {
    const left = [60_000, 15_001, 15_000, 14_999, 0];
    const answers: boolean[] = [];
    const taking: SqsWork['take'] = async (_records, hasTime) => {
      for (const _ of left) answers.push(hasTime());
      return [];
    };
    let asked = -1;

    await invoke(taking, ['m1'], () => {
      asked += 1;
      return left[asked] ?? 0;
    });

    expect(answers).toEqual([true, true, false, false, false]);
  });

  it('is handled after no time where the clocks of SQS and the function differ', async () => {
    const told: string[] = [];
    const handler = silentHandler(told, () => SENT_AT - 40);

    await handler(ONE_RECORD, contextWith(LONG));

    expect(told).toEqual(['handled-after 0 Milliseconds', 'flush']);
  });

  it('is counted anew in each invocation', async () => {
    const told: string[] = [];
    const times = [SENT_AT + 100, SENT_AT + 200];
    const handler = silentHandler(told, () => times.shift() ?? 0);

    await handler(ONE_RECORD, contextWith(LONG));
    await handler(ONE_RECORD, contextWith(LONG));

    expect(told).toEqual([
      'handled-after 100 Milliseconds',
      'flush',
      'handled-after 200 Milliseconds',
      'flush',
    ]);
  });
});
