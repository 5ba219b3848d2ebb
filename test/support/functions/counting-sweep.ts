/** A sweep that writes down when it ran, by the time on its event and by its own clock. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';

const dynamo = new DynamoDBClient({});

export async function handler(event: EventBridgeEvent<string, object>): Promise<void> {
  const Item = { pk: { S: 'SWEPT' }, sk: { S: event.id }, time: { S: event.time } };
  await dynamo.send(new PutItemCommand({ TableName: String(process.env.TABLE_NAME), Item }));
}
