/**
 * What a report needs of a body. A success is cut down to the tokens, the accounts of a list, and
 * the ids by which the bank finds the call again: transactions and balances are nobody's business
 * here. An error goes as it came, unless it is larger than any real one.
 */
import type { Call, RawResponse } from '../consent/finding.ts';
import type { Provider } from '../consent/provider.ts';
import { accountsIn } from '../dialects/accounts.ts';
import { at, readBody } from '../dialects/body.ts';
import { DIALECTS } from '../dialects/registry.ts';

/** Characters of JSON; SQS takes 1 MiB. */
const ERROR_CHARS_MAX = 100_000;
const VALUE_CHARS_MAX = 100_000;
/** A longer list would not be cached either; a part of it would make the rest look gone. */
const ACCOUNTS_CHARS_MAX = 400_000;

/** Where the dialects look, beside the list of accounts. */
const READ: readonly (readonly string[])[] = [
  ['consent_token'],
  ['transfer_token'],
  ['data', 'consent_token'],
  ['data', 'transfer_token'],
  ['error', 'code'],
  ['code'],
  ['responseHeader', 'status'],
  ['ServiceError', 'connectError'],
  ['X-CorrelationId'],
  ['TransactionId'],
  ['TransactionTime'],
  ['request_id'],
];

/** The response as it is reported. Never throws. */
export function trimmed(response: RawResponse, call: Call, provider: Provider): RawResponse {
  const { category } = DIALECTS[provider].translate({ call, response });
  const isSuccess = category === 'OK' || category === 'OK.WARNING';
  if (!isSuccess && sizeOf(response.body) <= ERROR_CHARS_MAX) return response;

  const body = readBody(response.body);
  const kept: Record<string, unknown> = {};
  // That there is an error counts, even if nothing of it can be read.
  if (!isSuccess && at(body, 'error') != null) kept.error = {};
  for (const path of READ) keep(kept, path, at(body, ...path), VALUE_CHARS_MAX);
  if (isSuccess && call.operation === 'accounts') {
    keep(kept, ['accounts'], accountsIn(body), ACCOUNTS_CHARS_MAX);
  }
  return { ...response, body: kept };
}

function keep(
  into: Record<string, unknown>,
  [name = '', inner]: readonly string[],
  value: unknown,
  charsMax: number,
): void {
  if (value === undefined || sizeOf(value) > charsMax) return;
  if (inner === undefined) into[name] = value;
  else into[name] = { ...(into[name] as object | undefined), [inner]: value };
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0);
}
