/** What cannot be read is put aside as it came, with the reason beside it. */
import { describe, expect, it } from 'vitest';
import { setAside } from '../../shared/runtime/dead-letters.ts';
import { recordedAws } from '../effects/recorded-aws.ts';

const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/000000000000/bank-call-results-dlq';
const SQS_BYTES_MAX = 1_048_576;

const put = async (body: string, reason: string) => {
  const { sqs, sent } = recordedAws();
  await setAside({ messageId: 'm1', body }, reason, { sqs, deadLetterQueueUrl: QUEUE });
  return sent.map((request) => request.body);
};

describe('a message that cannot be read', () => {
  it('is put aside as it came, with its id and the reason', async () => {
    const sent = await put('{ not json', 'expected JSON');

    expect(sent).toEqual([
      {
        QueueUrl: QUEUE,
        MessageBody: '{ not json',
        MessageAttributes: {
          reason: { DataType: 'String', StringValue: 'expected JSON' },
          messageId: { DataType: 'String', StringValue: 'm1' },
        },
      },
    ]);
  });

  it('takes no more of a reason than fits', async () => {
    const [sent] = await put('x', 'r'.repeat(10_000));

    expect(sent).toHaveProperty('MessageAttributes.reason.StringValue', 'r'.repeat(512));
  });

  it('that fills SQS’s bounds is put aside without a word, and not lost', async () => {
    const body = '€'.repeat(Math.floor(SQS_BYTES_MAX / 3));

    const [sent] = await put(body, 'expected JSON');

    expect(sent?.MessageBody).toBe(body);
    expect(sent).not.toHaveProperty('MessageAttributes');
  });

  it('is not put aside when SQS refuses it, and that is said', async () => {
    const { sqs } = recordedAws(() => ({ status: 503, error: 'ServiceUnavailable' }));

    const unreadable = { messageId: 'm1', body: 'x' };

    const putting = setAside(unreadable, 'expected JSON', { sqs, deadLetterQueueUrl: QUEUE });

    await expect(putting).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });
});
