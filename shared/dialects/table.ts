/**
 * Finds the row of a dialect's table for a code or an HTTP status. Of a code that has none the last
 * parts are dropped until there is one, so a subcategory that is new tomorrow is read as its group
 * today; case and surrounding space do not count.
 */
import { longestPrefix } from '../consent/category.ts';
import type { Row } from './dialect.ts';

export type Table = Readonly<Record<string, Row>>;

/** No code in any table is longer, so cutting there loses no match and bounds the work. */
const CODE_CHARACTERS_MAX = 128;

/** A code that may be repeated in a label; anything else could be free text. */
const QUOTABLE_CODE = /^[A-Za-z0-9_.]{1,64}$/;

export const NO_RESPONSE: Row = { match: 'no response', category: 'NO_RESPONSE', source: 'ours' };
export const UNKNOWN_CODE: Row = { match: 'unknown code', category: 'UNKNOWN', source: 'ours' };
export const UNKNOWN_STATUS: Row = { match: 'unknown status', category: 'UNKNOWN', source: 'ours' };

export function tableOf(rows: readonly Row[]): Table {
  return Object.fromEntries(rows.map((row) => [row.match.toLowerCase(), row]));
}

/** The row for `code`, by its longest known prefix. A row `X.*` takes what is new below X. */
export function rowOfCode(table: Table, code: string): Row {
  const trimmed = code.trim();
  const key = `code ${trimmed.slice(0, CODE_CHARACTERS_MAX)}`.toLowerCase();
  const row = longestPrefix(table, key);

  if (row === undefined) {
    if (!QUOTABLE_CODE.test(trimmed)) return UNKNOWN_CODE;
    return { ...UNKNOWN_CODE, match: `${UNKNOWN_CODE.match} ${trimmed}` };
  }
  const known = row.match.toLowerCase();
  return known === key ? row : (exactRow(table, `${known}.*`) ?? row);
}

/** The row for an HTTP status: its own, else that of its hundred (`status 2xx`), else unknown. */
export function rowOfStatus(table: Table, status: number): Row {
  return (
    exactRow(table, `status ${status}`) ??
    exactRow(table, `status ${Math.trunc(status / 100)}xx`) ?? {
      ...UNKNOWN_STATUS,
      match: `${UNKNOWN_STATUS.match} ${status}`,
    }
  );
}

export function exactRow(table: Table, match: string): Row | undefined {
  const key = match.toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The code to look up: text that is more than space. Anything else is not readable as a code. */
export function codeIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
