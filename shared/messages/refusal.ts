/**
 * Turns a failed reading into one line: which field, what stood there, what was expected. Only
 * plain values are quoted, and shortened. What may hold a token or a bank's words is never quoted:
 * a fingerprint field in which somebody put the token itself, for one. (rule 18)
 */
import type * as z from 'zod/mini';

const QUOTED_CHARS_MAX = 80;

const NEVER_QUOTED: readonly string[] = [
  'data.consentToken',
  'data.usedTokenFingerprint',
  'data.response.headers',
  'data.response.body',
  'data.call.parameters',
];

const CONTAINERS: readonly string[] = ['object', 'record', 'array'];

/** `text` in quotes, on one line, at most 80 characters of it. */
export function quote(text: string): string {
  const shown = text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}…` : text;
  return JSON.stringify(shown).replace(
    /[\u007F-\u009F\u2028\u2029\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function described(value: unknown, quotable: boolean, secret = false): string {
  if (value === undefined) return 'is missing';
  if (typeof value === 'string') {
    return quotable ? `${quote(value)} is refused` : `(${value.length} characters) is refused`;
  }
  if (Array.isArray(value)) return '(a list) is refused';
  if (typeof value === 'object' && value !== null) return '(an object) is refused';
  return secret ? `(a ${typeof value}) is refused` : `${String(value)} is refused`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** One line about the first thing wrong with `json`. Never throws. */
export function refusalOf(error: z.core.$ZodError, json: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'message is refused';

  const path = issue.path.map(String).join('.');
  const silent = NEVER_QUOTED.find((secret) => `${path}.`.startsWith(`${secret}.`));
  // A header's name is the bank's word too.
  const where = (silent ?? path).replace(/^data\./, '') || 'message';
  const value = valueAt(json, issue.path);
  const isContainer = issue.code === 'invalid_type' && CONTAINERS.includes(issue.expected);

  if (issue.code === 'invalid_value') {
    const known = `known: ${issue.values.map(String).join(', ')}`;
    if (typeof value === 'string') return `${where} ${quote(value)} is unknown; ${known}`;
    return `${where} ${described(value, true)}; ${known}`;
  }
  const quotable = silent === undefined && !isContainer;
  return `${where} ${described(value, quotable, silent !== undefined)}; expected ${issue.message}`;
}
