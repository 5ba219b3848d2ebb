/**
 * What a report needs of a body. A success is cut down to the tokens, the accounts of a list, and
 * the ids by which the bank finds the call again: transactions and balances are nobody's business
 * here. An error goes as it came, unless it is larger than any real one or no JSON. All of it has
 * room in a message, whatever the bank wrote.
 */
import type { Call, RawResponse } from '../consent/finding.ts';
import type { Provider } from '../consent/provider.ts';
import { accountsIn } from '../dialects/accounts.ts';
import { at, readBody } from '../dialects/body.ts';
import { DIALECTS } from '../dialects/registry.ts';

/** Bytes of JSON. */
const ERROR_BYTES_MAX = 100_000;
/**
 * SQS takes 1 MiB. A list of accounts that has no room would not be cached either, and a part of it
 * would make the rest look gone.
 */
const KEPT_BYTES_MAX = 400_000;

/** Where the dialects look, beside the list of accounts: what matters most comes first. */
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
  if (!isSuccess && bytesOf(response.body) <= ERROR_BYTES_MAX) return response;

  const body = readBody(response.body);
  // That there is an error counts, even if nothing of it can be read.
  let kept: Kept = !isSuccess && at(body, 'error') != null ? { error: {} } : {};
  for (const path of READ) kept = keptWith(kept, path, at(body, ...path));
  if (isSuccess && call.operation === 'accounts') {
    kept = keptWith(kept, ['accounts'], accountsIn(body));
  }
  return { ...response, body: kept };
}

type Kept = Readonly<Record<string, unknown>>;

/** With the value at its path, if there is room for it. */
function keptWith(kept: Kept, [name = '', inner]: readonly string[], value: unknown): Kept {
  if (value === undefined) return kept;
  const outer = kept[name] as object | undefined;
  const next = { ...kept, [name]: inner === undefined ? value : { ...outer, [inner]: value } };
  return bytesOf(next) > KEPT_BYTES_MAX ? kept : next;
}

/** As JSON; without end for what JSON cannot say: a circle, a bigint, lists too deep in lists. */
function bytesOf(value: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? '');
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
