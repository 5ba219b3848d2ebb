/**
 * Says what is wrong with an item that no code of ours can have written, or only code to come. It
 * names the attribute and what was expected. A value is quoted only where a word of a closed list
 * was expected, so no token is ever quoted (rule 18).
 */
import type * as z from 'zod/mini';
import { SCHEMA_VERSION } from '../consent/retention.ts';

type Issue = z.core.$ZodIssue;

const COMPLAINTS_MAX = 3;
const QUOTE_LENGTH_MAX = 100;

function at(item: unknown, path: readonly PropertyKey[]): unknown {
  let value = item;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return value === null ? 'null' : typeof value;
}

function quoted(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return JSON.stringify(value.slice(0, QUOTE_LENGTH_MAX));
}

function complaintOf(issue: Issue, item: unknown): string {
  const found = at(item, issue.path);
  const attribute = issue.path.join('.');
  switch (issue.code) {
    case 'invalid_value': {
      const words = issue.values.join(' | ').slice(0, QUOTE_LENGTH_MAX);
      return `${attribute}: expected ${words}, found ${quoted(found)}`;
    }
    case 'invalid_type':
      return `${attribute}: expected ${issue.expected}, found ${kindOf(found)}`;
    default:
      return `${attribute}: not a value that is written there (${issue.code})`;
  }
}

/** Of a `schemaVersion` that only later code writes; `undefined` if it is not. Never throws. */
export function complaintOfVersion(schemaVersion: unknown): string | undefined {
  return Number(schemaVersion) > SCHEMA_VERSION
    ? `schemaVersion: expected at most ${SCHEMA_VERSION}, found ${schemaVersion}`
    : undefined;
}

/** One line on the first few issues of `item`. Never throws. */
export function complaintsOf(issues: readonly Issue[], item: unknown): string {
  const complaints = issues.slice(0, COMPLAINTS_MAX).map((issue) => complaintOf(issue, item));
  return complaints.join('; ');
}

/** The error of an item that cannot be read. `what` names it, `why` quotes no token. */
export function impossibleItem(what: string, why: string): Error {
  const error = new Error(`${what} cannot be read: ${why}`);
  error.name = 'ImpossibleItem';
  return error;
}
