/**
 * The categories every dialect translates into: Klarna's six groups with their dotted names, and
 * what the other dialects need beside them. Names are looked up by `longestPrefix`, so what a bank
 * adds to a group tomorrow counts as the group today.
 */
export const CATEGORIES = [
  'OK',
  'OK.WARNING',
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
  'NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE',
  'NOT_SUPPORTED.AUTHENTICATION_METHOD',
  'NOT_SUPPORTED.AUTHENTICATION_METHOD.ON_MOBILE_DEVICE',
  'MAINTENANCE',
  'MAINTENANCE.BANK',
  'MAINTENANCE.BANK.ACCOUNTS',
  'MAINTENANCE.BANK.TRANSFER',
  'MAINTENANCE.XS2A',
  'CONSENT',
  'CONSENT.EXPIRED',
  'CONSENT.REVOKED',
  'CONSENT.LIMIT_EXCEEDED',
  'CONSENT.RESOURCE_NOT_GRANTED',
  'CONSENT.NOT_AUTHORISED',
  'CONSENT.PERMISSION_DENIED',
  'REQUEST',
  'CREDENTIAL',
  'CREDENTIAL.ACCESS_TOKEN',
  'RATE_LIMIT',
  'RATE_LIMIT.CLIENT_QUOTA',
  'NO_RESPONSE',
  'UNKNOWN',
] as const;

export type Category = (typeof CATEGORIES)[number];

/** Whom a finding concerns. Only `consent` can be a strike. (glossary) */
export type Scope =
  | 'consent'
  | 'account'
  | 'call'
  | 'bank'
  | 'provider'
  | 'client'
  | 'user'
  | 'unknown';

/**
 * The longest entry of `table` that is `name` or a prefix of it ending at a dot; `undefined` when
 * there is none. `CONSENT.NEW` finds `CONSENT`, `CONSENTED.X` finds nothing.
 */
export function longestPrefix<Row>(
  table: Readonly<Partial<Record<string, Row>>>,
  name: string,
): Row | undefined {
  for (let key = name; key !== ''; key = key.slice(0, Math.max(0, key.lastIndexOf('.')))) {
    if (Object.hasOwn(table, key)) return table[key];
  }
  return undefined;
}
