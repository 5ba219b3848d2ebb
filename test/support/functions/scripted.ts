/**
 * A function that does what each record's body says, and writes down in the table what it was
 * given. It stands in for the worker's own functions where the local AWS itself is on trial.
 */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

const dynamo = new DynamoDBClient({});

export async function handler(event: SQSEvent, context: Context): Promise<unknown> {
  const failed: string[] = [];
  for (const record of event.Records) {
    await writeDown(record, context);
    const isFirst = record.attributes.ApproximateReceiveCount === '1';
    switch (record.body) {
      case 'fail':
        failed.push(record.messageId);
        break;
      case 'fail once':
        if (isFirst) failed.push(record.messageId);
        break;
      case 'throw once':
        if (isFirst) throw new TypeError('thrown as asked');
        break;
      case 'crash once':
        if (isFirst) process.exit(7);
        break;
      case 'answer nonsense once':
        if (isFirst) return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
        break;
      case 'hang':
        await new Promise(() => setInterval(() => undefined, 1_000));
        break;
      default:
    }
  }
  console.log(`${event.Records.length} records`);
  const answer: SQSBatchResponse = {
    batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })),
  };
  return answer;
}

async function writeDown(record: SQSRecord, context: Context): Promise<void> {
  const Item = {
    pk: { S: 'SEEN' },
    sk: { S: `${record.messageId} ${record.attributes.ApproximateReceiveCount}` },
    record: { S: JSON.stringify(record) },
    now: { N: String(Date.now()) },
    newDate: { S: new Date().toISOString() },
    remainingMs: { N: String(context.getRemainingTimeInMillis()) },
    functionName: { S: String(process.env.AWS_LAMBDA_FUNCTION_NAME) },
    variables: { S: Object.keys(process.env).sort().join(' ') },
  };
  await dynamo.send(new PutItemCommand({ TableName: String(process.env.TABLE_NAME), Item }));
}
