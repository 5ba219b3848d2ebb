/**
 * What all dialects share: from the row that an answer matched to the finding. A dialect adds its
 * table, how to find the row, and where tokens and the bank's own ids stand; nothing else of a
 * body reaches the finding.
 */
import type { Category } from '../consent/category.ts';
import type { ErrorDetail, Finding } from '../consent/finding.ts';
import type { Provider } from '../consent/provider.ts';
import { accountsIn } from './accounts.ts';
import { at, readBody } from './body.ts';
import type { Answer, Dialect, Row, Tokens } from './dialect.ts';
import { retryHintIn } from './retry-hint.ts';
import { scopeOf } from './scope.ts';
import { NO_RESPONSE } from './table.ts';

const NAME_CHARACTERS_MAX = 128;
const DETAILS_MAX = 8;

/** Ids are printable ASCII; anything else is no id, and would not be safe in a log line. */
const PRINTABLE = /^[\x20-\x7e]+$/;

interface Language {
  readonly provider: Provider;
  readonly rows: readonly Row[];
  /** The row for a response; `body` has been parsed. */
  rowFor(status: number, body: unknown): Row;
  tokensIn(body: unknown): Tokens;
  /** Where a list of `{code?, location?}` stands that says what was wrong with the request. */
  readonly detailsAt?: readonly string[];
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
  const details = language.detailsAt ? detailsIn(at(body, ...language.detailsAt)) : [];

  return {
    category,
    scope: row.scope ?? scopeOf(category),
    row: row.match,
    ...language.tokensIn(body),
    ...(retry && { retry }),
    ...(accounts && { accounts }),
    ...(correlation.length > 0 && { correlation: Object.fromEntries(correlation) }),
    ...(details.length > 0 && { details }),
  };
}

function isSuccess(category: Category): boolean {
  return category === 'OK' || category === 'OK.WARNING';
}

function correlationIn(body: unknown, fields: readonly string[]): readonly [string, string][] {
  return fields.flatMap((field): [string, string][] => {
    const id = nameIn(at(body, field));
    return id === undefined ? [] : [[field, id]];
  });
}

function detailsIn(list: unknown): readonly ErrorDetail[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, DETAILS_MAX).flatMap((item: unknown) => {
    const code = nameIn(at(item, 'code'));
    const location = nameIn(at(item, 'location'));
    if (code === undefined && location === undefined) return [];
    return [{ ...(code !== undefined && { code }), ...(location !== undefined && { location }) }];
  });
}

function nameIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const kept = value.slice(0, NAME_CHARACTERS_MAX);
  return PRINTABLE.test(kept) ? kept : undefined;
}
