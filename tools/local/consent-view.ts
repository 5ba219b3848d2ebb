/**
 * A stored consent for human eyes: the item as it stands in the table, its times readable, its
 * tokens redacted, wherever in the item they stand. (rule 18)
 */
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { SECOND } from '../../shared/consent/instant.ts';
import { EXPIRES_AT } from '../../shared/consent/retention.ts';
import { stateKeyOf } from '../../shared/store/consent-item.ts';

const TOKEN = /^token$|Token$/;
const INSTANT = /^at$|At$|^until$|Until$|^since$|Since$|^before$|^notAfter$|^dayStart$/;

/** The consent's state, or `undefined` when none is stored. Throws what DynamoDB refuses. */
export async function viewConsent(
  dynamo: DynamoDBClient,
  tableName: string,
  consentId: string,
): Promise<object | undefined> {
  const Key = stateKeyOf(consentId);
  const read = await dynamo.send(
    new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
  );
  return read.Item && fieldsOf(unmarshall(read.Item));
}

function fieldsOf(value: object): object {
  const fields = Object.entries(value).map(([key, held]) => [key, readable(key, held)]);
  return Object.fromEntries(fields);
}

function readable(name: string, value: unknown): unknown {
  if (TOKEN.test(name) && typeof value === 'string') return '[redacted]';
  if (name === EXPIRES_AT && typeof value === 'number') return readable('at', value * SECOND);
  if (INSTANT.test(name) && isDate(value)) return new Date(value).toISOString();
  // What is larger than any number of ours.
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map((entry) => readable('', entry));
  return typeof value === 'object' && value !== null ? fieldsOf(value) : value;
}

/** An item that was edited by hand may hold any number, and has to be looked at all the same. */
function isDate(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}
