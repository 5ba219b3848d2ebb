/**
 * A page of DynamoDB's Scan: so many items are read, those that the filter holds of are answered,
 * with the attributes that were asked for.
 */
import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../shared/store/consent-item.ts';
import { holds, nameOf } from './expressions.ts';

type Page = Pick<ScanCommandOutput, 'Items' | 'LastEvaluatedKey'>;

/** `all` in the table's order. Throws for an expression that it does not know. */
export function scanned(all: readonly Item[], input: ScanCommandInput): Page {
  const { ExclusiveStartKey: start, Limit = all.length } = input;
  const { FilterExpression: filter, ProjectionExpression: projection } = input;
  const from = start === undefined ? 0 : all.findIndex((item) => isAt(item, start)) + 1;
  const page = all.slice(from, from + Limit);
  const found = page.filter((item) => filter === undefined || holds(filter, item, input));
  const wanted = projection?.split(', ').map((name) => nameOf(name, input));
  const last = page.at(-1);
  const isMore = from + Limit < all.length && last !== undefined;
  return {
    Items: found.map((item) => (wanted === undefined ? item : only(wanted, item))),
    ...(isMore && { LastEvaluatedKey: only(['pk', 'sk'], last) }),
  };
}

function isAt({ pk, sk }: Item, key: Item): boolean {
  return pk?.S === key.pk?.S && sk?.S === key.sk?.S;
}

function only(names: readonly string[], item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
