/**
 * Pages of a list, in the order of their keys. The token of the next page is the last key seen, so
 * what comes or goes between two pages is neither repeated nor does it hide anything else.
 */
import { invalid } from './refusal.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

const KEY = /^[0-9a-zA-Z-_./]+$/;

/** Throws a Refusal for a token that no page gave. */
export function pageOf<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults, NextToken }: { MaxResults: number; NextToken?: string | undefined },
): Page<Item> {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  if (NextToken !== undefined && !KEY.test(after)) {
    throw invalid(`Invalid NextToken '${NextToken}': it is not from an earlier page.`);
  }
  const rest = all
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, MaxResults);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    ...(rest.length > shown.length &&
      last !== undefined && { nextToken: Buffer.from(last.key).toString('base64url') }),
  };
}
