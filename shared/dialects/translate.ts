/**
 * What all dialects share: from the row that an answer matched to the finding. A dialect adds its
 * table, how to find the row, and where tokens and the bank's own ids stand; nothing else of a
 * body reaches the finding.
 */
import type { Category } from '../consent/category.ts';
import type { Finding } from '../consent/finding.ts';
import type { Provider } from '../consent/provider.ts';
import { accountsIn } from './accounts.ts';
import { at, readBody } from './body.ts';
import type { Answer, Dialect, Row, Tokens } from './dialect.ts';
import { retryHintIn } from './retry-hint.ts';
import { scopeOf } from './scope.ts';
import { NO_RESPONSE } from './table.ts';

const CORRELATION_CHARACTERS_MAX = 128;

/** Ids are printable ASCII; anything else is no id, and would not be safe in a log line. */
const PRINTABLE = /^[\x20-\x7e]+$/;

interface Language {
  readonly provider: Provider;
  readonly rows: readonly Row[];
  /** The row for a response; `body` has been parsed. */
  rowFor(status: number, body: unknown): Row;
  tokensIn(body: unknown): Tokens;
  /** Fields of the body by which the bank finds the call again, at most 8. */
  readonly correlationFields: readonly string[];
}

export function dialectOf(language: Language): Dialect {
  return {
    provider: language.provider,
    rows: [...language.rows, NO_RESPONSE],
    translate: (answer) => translate(language, answer),
    tokensIn: (body) => language.tokensIn(readBody(body)),
  };
}

function translate(language: Language, { call, response }: Answer): Finding {
  if (response === null) {
    const { category, match } = NO_RESPONSE;
    return { category, scope: scopeOf(category), row: match };
  }
  const body = readBody(response.body);
  const row = language.rowFor(response.status, body);
  const category = (call.accountId === undefined ? undefined : row.onAccount) ?? row.category;
  const succeeded = isSuccess(category);
  const retry = succeeded ? undefined : retryHintIn(response.headers);
  const accounts = succeeded && call.operation === 'accounts' ? accountsIn(body) : undefined;
  const correlation = correlationIn(body, language.correlationFields);

  return {
    category,
    scope: row.scope ?? scopeOf(category),
    row: row.match,
    ...language.tokensIn(body),
    ...(retry && { retry }),
    ...(accounts && { accounts }),
    ...(correlation.length > 0 && { correlation: Object.fromEntries(correlation) }),
  };
}

function isSuccess(category: Category): boolean {
  return category === 'OK' || category === 'OK.WARNING';
}

function correlationIn(body: unknown, fields: readonly string[]): readonly [string, string][] {
  return fields.flatMap((field): [string, string][] => {
    const id = at(body, field);
    if (typeof id !== 'string') return [];
    const kept = id.slice(0, CORRELATION_CHARACTERS_MAX);
    return PRINTABLE.test(kept) ? [[field, kept]] : [];
  });
}
