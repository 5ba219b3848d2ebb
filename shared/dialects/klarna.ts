/**
 * What Klarna's two APIs share: the body `{error: {code, message}, consent_token?}`, the dotted
 * codes, and the HTTP statuses that count where no code is readable. An answer with an error is
 * that error, whatever its status; a token is read from any answer, whatever else it says.
 */
import type { Category } from '../consent/category.ts';
import { Secret } from '../consent/secret.ts';
import { at, textIn } from './body.ts';
import type { Dialect, Row, Tokens } from './dialect.ts';
import { codeIn, rowOfCode, rowOfStatus, tableOf, UNKNOWN_CODE, UNKNOWN_STATUS } from './table.ts';
import { dialectOf } from './translate.ts';

const SESSION_ERRORS = '000, Regular session';
const CONSENT_ERRORS = '000, Consent errors';
const INVALID_REQUESTS = '000, Error examples';
const EXAMPLES = '002, Example error responses';
const NO_CODE = 'ours, no code readable';

/** Klarna's names are our categories. */
function named(source: string, codes: readonly Category[]): readonly Row[] {
  return codes.map((code) => ({ match: `code ${code}`, category: code, source }));
}

function statuses(category: Category, values: readonly (number | '2xx')[]): readonly Row[] {
  return values.map((value) => ({ match: `status ${value}`, category, source: NO_CODE }));
}

const ERROR_WITHOUT_CODE: Row = {
  match: 'error without code in a success',
  category: 'UNKNOWN',
  source: 'ours',
};

const ROWS: readonly Row[] = [
  ...named(SESSION_ERRORS, [
    'USER',
    'USER.ABORTED',
    'USER.ACCESS_DENIED',
    'USER.ACCESS_DENIED.CREDENTIALS',
    'USER.ACCESS_DENIED.BLOCKED',
    'USER.CONFIGURATION',
    'USER.CONFIGURATION.CONFIRM_INFOPAGE',
    'USER.CONFIGURATION.ACCOUNT',
    'USER.CONFIGURATION.AUTHENTICATION_METHOD',
    'USER.SESSION',
    'USER.SESSION.TIMEOUT',
    'USER.SESSION.DUPLICATE',
    'USER.TRANSFER_DENIED',
    'USER.TRANSFER_DENIED.INSUFFICIENT_FUNDS',
    'USER.TRANSFER_DENIED.TRANSFER_TYPE_NOT_POSSIBLE',
    'BANK',
    'BANK.TRANSFER_DENIED',
    'BANK.TRANSFER_DENIED.DUPLICATE',
    'BANK.TRANSFER_DENIED.TO_ACCOUNT_BLOCKED',
    'BANK.TRANSFER_DENIED.UNSUPPORTED_CURRENCY',
    'BANK.TECHNICAL',
    'BANK.API_TIMEOUT',
    'TECHNICAL',
    'NOT_SUPPORTED',
    'NOT_SUPPORTED.*',
    'NOT_SUPPORTED.SEVERAL_ACCESSORS',
    'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE',
    'NOT_SUPPORTED.BUSINESS_ACCOUNT',
  ]),
  {
    match: 'code NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE',
    category: 'NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE',
    // The third example under it in 000 is an account_id (or iban) that the user does not have.
    onAccount: 'CONSENT.RESOURCE_NOT_GRANTED',
    source: SESSION_ERRORS,
  },
  ...named(SESSION_ERRORS, [
    'NOT_SUPPORTED.AUTHENTICATION_METHOD',
    'NOT_SUPPORTED.AUTHENTICATION_METHOD.ON_MOBILE_DEVICE',
    'MAINTENANCE',
    'MAINTENANCE.BANK',
    'MAINTENANCE.BANK.ACCOUNTS',
    'MAINTENANCE.BANK.TRANSFER',
    'MAINTENANCE.XS2A',
  ]),
  ...named(CONSENT_ERRORS, [
    'CONSENT',
    'CONSENT.EXPIRED',
    'CONSENT.REVOKED',
    'CONSENT.LIMIT_EXCEEDED',
    'CONSENT.RESOURCE_NOT_GRANTED',
  ]),
  { match: 'code bad_request', category: 'REQUEST', source: INVALID_REQUESTS },
  { match: 'code badRequest', category: 'REQUEST', source: EXAMPLES },
  { match: 'code notFound', category: 'REQUEST', source: EXAMPLES },
  { match: 'code forbidden', category: 'CREDENTIAL', source: INVALID_REQUESTS },
  { match: 'code illegalAuthorizationHeader', category: 'CREDENTIAL', source: INVALID_REQUESTS },
  { match: 'code internalServerError', category: 'TECHNICAL', source: EXAMPLES },
  UNKNOWN_CODE,
  ...statuses('OK', ['2xx']),
  ERROR_WITHOUT_CODE,
  ...statuses('REQUEST', [400, 404, 405, 409, 415, 422]),
  ...statuses('CREDENTIAL', [401, 403]),
  ...statuses('RATE_LIMIT', [429]),
  ...statuses('TECHNICAL', [500]),
  ...statuses('BANK.TECHNICAL', [502]),
  ...statuses('MAINTENANCE', [503]),
  ...statuses('BANK.API_TIMEOUT', [504]),
  UNKNOWN_STATUS,
];

const TABLE = tableOf(ROWS);

export function klarnaDialect(provider: 'klarna-consent' | 'klarna-xs2a'): Dialect {
  return dialectOf({
    provider,
    rows: ROWS,
    rowFor,
    tokensIn,
    detailsAt: ['error', 'errors'],
    correlationFields: [],
  });
}

function rowFor(status: number, body: unknown): Row {
  const error = at(body, 'error');
  const code = codeIn(at(error, 'code'));
  if (code !== undefined) return rowOfCode(TABLE, code);

  const row = rowOfStatus(TABLE, status);
  const failed = error !== undefined && error !== null;
  return failed && row.category === 'OK' ? ERROR_WITHOUT_CODE : row;
}

/** Errors carry their tokens at the top (002), successes inside `data`. */
function tokensIn(body: unknown): Tokens {
  const consent = tokenIn(body, 'consent_token');
  const transfer = tokenIn(body, 'transfer_token');
  return {
    ...(consent && { consentToken: new Secret(consent) }),
    ...(transfer && { transferToken: new Secret(transfer) }),
  };
}

function tokenIn(body: unknown, name: string): string | undefined {
  return textIn(at(body, name)) ?? textIn(at(body, 'data', name));
}
