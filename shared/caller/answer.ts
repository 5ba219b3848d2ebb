/**
 * A bank's answer, out of whatever a program's HTTP client hands on: a `Response` of fetch, an
 * object like axios's (`data`), or a plain one (`body`). The program gets its own object back
 * unread. Of the headers those go on by which a bank says when to come back, and no others: there
 * may be secrets among them.
 */
import type { RawResponse } from '../consent/finding.ts';

/** What a call may resolve to. A body is JSON: parsed, as text or as bytes. */
export type BankResponse =
  | Pick<Response, 'status' | 'headers' | 'bodyUsed' | 'clone'>
  | { readonly status: number; readonly headers?: object; readonly data: unknown }
  | { readonly status: number; readonly headers?: object; readonly body?: unknown };

const HEADERS = ['retry-after', 'ratelimit-reset', 'ratelimit-remaining'];
const STATUS_MIN = 100;
const STATUS_MAX = 599;

/**
 * Throws a TypeError that says what was expected, and repeats no text, for it may be the body with
 * its token (rule 18). A body that breaks off throws as fetch does.
 */
export async function readAnswer(response: unknown): Promise<RawResponse> {
  if (typeof response !== 'object' || response === null) throw refused(named(response));
  const status = Reflect.get(response, 'status');
  if (!Number.isInteger(status) || status < STATUS_MIN || status > STATUS_MAX) {
    throw refused(`status ${named(status)}`);
  }
  return {
    status,
    headers: headersOf(Reflect.get(response, 'headers')),
    body: await bodyOf(response),
  };
}

/** The answer that an HTTP client's error carries, as axios's does. */
export function answerIn(thrown: unknown): unknown {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  return Reflect.get(thrown, 'response') ?? undefined;
}

/** Whether the error says that the time was up. */
export function isTimeout(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const words = [Reflect.get(thrown, 'name'), Reflect.get(thrown, 'code')];
  return words.some((word) => TIMEOUTS.includes(String(word)));
}

const TIMEOUTS = ['TimeoutError', 'AbortError', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_CANCELED'];

async function bodyOf(response: object): Promise<unknown> {
  if (isFetched(response)) {
    if (response.bodyUsed) throw refused('a response whose body has been read');
    return response.clone().text();
  }
  const body = Reflect.get(response, 'data') ?? Reflect.get(response, 'body');
  if (!ArrayBuffer.isView(body)) return body;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

function isFetched(response: object): response is Response {
  return 'clone' in response && 'bodyUsed' in response;
}

function headersOf(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) return {};
  // `Headers` are iterable, and no other package's are the global ones.
  const pairs: [string, unknown][] =
    Symbol.iterator in headers
      ? [...(headers as Iterable<[string, unknown]>)]
      : Object.entries(headers);
  return Object.fromEntries(
    pairs
      .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)])
      .filter(([name]) => HEADERS.includes(name)),
  );
}

function named(value: unknown): string {
  return typeof value === 'number' || value == null ? String(value) : `(a ${typeof value})`;
}

function refused(what: string): TypeError {
  const shapes = 'a fetch Response with its body unread, or {status, headers?, data or body}';
  return new TypeError(`the call returned ${what}; expected ${shapes}`);
}
