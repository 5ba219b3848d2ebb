/**
 * Hamster Bank (003): a flat `{code, message}`, one code per cause, and HTTP statuses that count
 * where no code is readable. It names expiry and revocation plainly, and its payments may be
 * repeated with their `instruction_id`.
 */
import { at } from './body.ts';
import type { Dialect, Row } from './dialect.ts';
import { codeIn, rowOfCode, rowOfStatus, tableOf, UNKNOWN_CODE, UNKNOWN_STATUS } from './table.ts';
import { dialectOf } from './translate.ts';

const AUTHENTICATION = '003, Authentication errors';
const CONSENT = '003, Consent errors';
const ACCOUNT = '003, Account errors';
const PAYMENT = '003, Payment errors';
const FUNDS = '003, Funds confirmation errors';
const LIMITS = '003, Rate limiting errors';
const STATUSES = '003, HTTP status codes';

const ROWS: readonly Row[] = [
  { match: 'code invalid_token', category: 'CREDENTIAL.ACCESS_TOKEN', source: AUTHENTICATION },
  { match: 'code invalid_client', category: 'CREDENTIAL', source: AUTHENTICATION },
  { match: 'code invalid_grant', category: 'CONSENT', source: AUTHENTICATION },
  { match: 'code invalid_request', category: 'REQUEST', source: AUTHENTICATION },
  { match: 'code unauthorized_client', category: 'CREDENTIAL', source: AUTHENTICATION },
  { match: 'code unsupported_grant_type', category: 'CREDENTIAL', source: AUTHENTICATION },
  { match: 'code invalid_scope', category: 'CREDENTIAL', source: AUTHENTICATION },
  { match: 'code missing_consent', category: 'REQUEST', source: CONSENT },
  { match: 'code invalid_consent', category: 'CONSENT', source: CONSENT },
  { match: 'code wrong_consent_type', category: 'REQUEST', source: CONSENT },
  { match: 'code consent_invalid', category: 'CONSENT', source: CONSENT },
  { match: 'code consent_not_active', category: 'CONSENT.NOT_AUTHORISED', source: CONSENT },
  { match: 'code consent_expired', category: 'CONSENT.EXPIRED', source: CONSENT },
  { match: 'code consent_revoked', category: 'CONSENT.REVOKED', source: CONSENT },
  { match: 'code permission_denied', category: 'CONSENT.PERMISSION_DENIED', source: CONSENT },
  { match: 'code account_not_found', category: 'CONSENT.RESOURCE_NOT_GRANTED', source: ACCOUNT },
  {
    match: 'code account_not_consented',
    category: 'CONSENT.RESOURCE_NOT_GRANTED',
    source: ACCOUNT,
  },
  { match: 'code account_not_owned', category: 'CONSENT.RESOURCE_NOT_GRANTED', source: ACCOUNT },
  {
    match: 'code account_locked',
    category: 'USER.ACCESS_DENIED.BLOCKED',
    scope: 'account',
    source: ACCOUNT,
  },
  { match: 'code payment_not_found', category: 'REQUEST', source: PAYMENT },
  { match: 'code invalid_amount', category: 'REQUEST', source: PAYMENT },
  { match: 'code amount_exceeded', category: 'BANK.TRANSFER_DENIED', source: PAYMENT },
  {
    match: 'code insufficient_funds',
    category: 'USER.TRANSFER_DENIED.INSUFFICIENT_FUNDS',
    source: PAYMENT,
  },
  { match: 'code invalid_creditor', category: 'REQUEST', source: PAYMENT },
  { match: 'code invalid_debtor', category: 'REQUEST', source: PAYMENT },
  { match: 'code duplicate_payment', category: 'BANK.TRANSFER_DENIED.DUPLICATE', source: PAYMENT },
  { match: 'code payment_failed', category: 'BANK.TRANSFER_DENIED', source: PAYMENT },
  { match: 'code no_account', category: 'REQUEST', source: FUNDS },
  { match: 'code balance_error', category: 'BANK.TECHNICAL', source: FUNDS },
  { match: 'code rate_limit_exceeded', category: 'RATE_LIMIT', source: LIMITS },
  { match: 'code quota_exceeded', category: 'RATE_LIMIT.CLIENT_QUOTA', source: LIMITS },
  UNKNOWN_CODE,
  { match: 'status 200', category: 'OK', source: STATUSES },
  { match: 'status 201', category: 'OK', source: STATUSES },
  { match: 'status 204', category: 'OK', source: STATUSES },
  { match: 'status 400', category: 'REQUEST', source: STATUSES },
  { match: 'status 404', category: 'REQUEST', source: STATUSES },
  { match: 'status 405', category: 'REQUEST', source: STATUSES },
  { match: 'status 409', category: 'REQUEST', source: STATUSES },
  { match: 'status 422', category: 'REQUEST', source: STATUSES },
  { match: 'status 401', category: 'CREDENTIAL.ACCESS_TOKEN', source: STATUSES },
  { match: 'status 403', category: 'CREDENTIAL', source: STATUSES },
  { match: 'status 429', category: 'RATE_LIMIT', source: STATUSES },
  { match: 'status 500', category: 'TECHNICAL', source: STATUSES },
  { match: 'status 502', category: 'BANK.TECHNICAL', source: STATUSES },
  { match: 'status 503', category: 'MAINTENANCE.BANK', source: STATUSES },
  { match: 'status 504', category: 'BANK.API_TIMEOUT', source: STATUSES },
  UNKNOWN_STATUS,
];

const TABLE = tableOf(ROWS);

export const hamsterbank: Dialect = dialectOf({
  provider: 'hamsterbank',
  rows: ROWS,
  rowFor,
  tokensIn: () => ({}),
  correlationFields: ['request_id'],
});

function rowFor(status: number, body: unknown): Row {
  const code = codeIn(at(body, 'code'));
  return code === undefined ? rowOfStatus(TABLE, status) : rowOfCode(TABLE, code);
}
