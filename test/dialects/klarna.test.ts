import { describe, expect, it } from 'vitest';
import { klarnaConsent } from '../../shared/dialects/klarna-consent.ts';
import { klarnaXs2a } from '../../shared/dialects/klarna-xs2a.ts';
import { answer, klarnaError } from './answers.ts';

const PRINTED_IN_000 = [
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
] as const;

describe.each([klarnaConsent, klarnaXs2a])('$provider', (dialect) => {
  it.each(PRINTED_IN_000)('reads %s, printed in 000, as the category of that name', (code) => {
    const finding = dialect.translate(answer(400, klarnaError(code)));

    expect(finding.category).toBe(code);
    expect(finding.row).toBe(`code ${code}`);
  });

  it.each([
    ['bad_request', 'REQUEST', 'call'],
    ['badRequest', 'REQUEST', 'call'],
    ['notFound', 'REQUEST', 'call'],
    ['forbidden', 'CREDENTIAL', 'client'],
    ['illegalAuthorizationHeader', 'CREDENTIAL', 'client'],
    ['internalServerError', 'TECHNICAL', 'provider'],
  ])('reads the request code %s as %s', (code, category, scope) => {
    const finding = dialect.translate(answer(418, klarnaError(code)));

    expect(finding).toEqual({ category, scope, row: `code ${code}` });
  });

  it.each([
    ['CONSENT.NEW_THING', 'CONSENT', 'code CONSENT'],
    ['CONSENT.EXPIRED.AT_NIGHT', 'CONSENT.EXPIRED', 'code CONSENT.EXPIRED'],
    ['CONSENT.PERMISSION_DENIED', 'CONSENT', 'code CONSENT'],
    ['  consent.Expired\n', 'CONSENT.EXPIRED', 'code CONSENT.EXPIRED'],
    ['NOT_SUPPORTED.NEW', 'NOT_SUPPORTED.*', 'code NOT_SUPPORTED.*'],
    [
      'NOT_SUPPORTED.AUTHENTICATION_METHOD.NEW',
      'NOT_SUPPORTED.AUTHENTICATION_METHOD',
      'code NOT_SUPPORTED.AUTHENTICATION_METHOD',
    ],
    ['CONSENTED.X', 'UNKNOWN', 'unknown code CONSENTED.X'],
    ['CONSENT_EXPIRED', 'UNKNOWN', 'unknown code CONSENT_EXPIRED'],
    ['NOT.SUPPORTED', 'UNKNOWN', 'unknown code NOT.SUPPORTED'],
    ['.CONSENT', 'UNKNOWN', 'unknown code .CONSENT'],
    ['constructor', 'UNKNOWN', 'unknown code constructor'],
    ['RATE_LIMIT', 'UNKNOWN', 'unknown code RATE_LIMIT'],
    ['call 0800 now!', 'UNKNOWN', 'unknown code'],
    ['X'.repeat(65), 'UNKNOWN', 'unknown code'],
  ])('matches the code %j on dot boundaries: %s', (code, category, row) => {
    const finding = dialect.translate(answer(429, klarnaError(code)));

    expect(finding.category).toBe(category);
    expect(finding.row).toBe(row);
  });

  it('reads a code of 450,000 dots by its group', () => {
    const finding = dialect.translate(answer(400, klarnaError(`CONSENT${'.A'.repeat(450_000)}`)));

    expect(finding.category).toBe('CONSENT');
  });

  it.each([
    [200, 'OK'],
    [204, 'OK'],
    [301, 'UNKNOWN'],
    [400, 'REQUEST'],
    [401, 'CREDENTIAL'],
    [402, 'UNKNOWN'],
    [403, 'CREDENTIAL'],
    [404, 'REQUEST'],
    [405, 'REQUEST'],
    [409, 'REQUEST'],
    [415, 'REQUEST'],
    [422, 'REQUEST'],
    [429, 'RATE_LIMIT'],
    [500, 'TECHNICAL'],
    [502, 'BANK.TECHNICAL'],
    [503, 'MAINTENANCE'],
    [504, 'BANK.API_TIMEOUT'],
    [520, 'UNKNOWN'],
  ])('takes status %i for %s where no code is readable', (status, category) => {
    const categories = ['', '<html>Bad day</html>', null, {}, [], 7].map(
      (body) => dialect.translate(answer(status, body)).category,
    );

    expect(new Set(categories)).toEqual(new Set([category]));
  });

  it.each([' ', '', null, 42, ['CONSENT'], { code: 'CONSENT' }])(
    'goes by the status when the code is %j',
    (code) => {
      const finding = dialect.translate(answer(502, klarnaError(code)));

      expect(finding).toMatchObject({ category: 'BANK.TECHNICAL', row: 'status 502' });
    },
  );

  it('takes a success with an error in its body for that error', () => {
    const finding = dialect.translate(answer(200, klarnaError('CONSENT.REVOKED')));

    expect(finding.category).toBe('CONSENT.REVOKED');
  });

  it('does not take an error without a code for a success', () => {
    const finding = dialect.translate(answer(200, { error: { message: 'sorry' } }));

    expect(finding.category).toBe('UNKNOWN');
  });

  it('takes a null error for none', () => {
    const finding = dialect.translate(answer(200, { error: null }));

    expect(finding.category).toBe('OK');
  });

  it('parses a string body that is JSON, with a byte order mark too', () => {
    const body = `\uFEFF${JSON.stringify(klarnaError('CONSENT.EXPIRED'))}`;

    expect(dialect.translate(answer(400, body)).category).toBe('CONSENT.EXPIRED');
  });

  it('reads inapplicable accounts as a lost account when the call names one', () => {
    const body = klarnaError('NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE');

    const finding = dialect.translate(answer(400, body, { accountId: 'acc-1' }));

    expect(finding).toEqual({
      category: 'CONSENT.RESOURCE_NOT_GRANTED',
      scope: 'account',
      row: 'code NOT_SUPPORTED.ACCOUNTS_NOT_APPLICABLE',
    });
  });

  it('finds both tokens in an error', () => {
    const body = klarnaError('NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE', {
      consent_token: 'consent-secret',
      transfer_token: 'transfer-secret',
    });

    const finding = dialect.translate(answer(400, body));

    expect(finding.consentToken?.reveal()).toBe('consent-secret');
    expect(finding.transferToken?.reveal()).toBe('transfer-secret');
  });

  it('finds the token that a success carries inside its data', () => {
    const body = { data: { consent_token: 'next', result: { accounts: [] } } };

    expect(dialect.translate(answer(200, body)).consentToken?.reveal()).toBe('next');
    expect(dialect.tokensIn(JSON.stringify(body)).consentToken?.reveal()).toBe('next');
  });

  it.each([undefined, null, '', 0, 42, true, {}, ['t'], { token: 't' }])(
    'finds no token in %j',
    (token) => {
      const body = { consent_token: token, transfer_token: token };

      expect(dialect.tokensIn(body)).toEqual({});
      expect(dialect.translate(answer(200, body))).toEqual({
        category: 'OK',
        scope: 'consent',
        row: 'status 2xx',
      });
    },
  );

  it('keeps code and place of each detail, and nothing a bank wrote in its own words', () => {
    const errors = [
      { message: 'free text', location: 'insights_consumer_id' },
      { code: 'too_long', message: 'free text' },
      { message: 'free text' },
      'free text',
    ];
    const body = { error: { code: 'bad_request', message: 'free text', errors } };

    expect(dialect.translate(answer(400, body)).details).toStrictEqual([
      { location: 'insights_consumer_id' },
      { code: 'too_long' },
    ]);
    expect(dialect.translate(answer(400, klarnaError('bad_request'))).details).toBeUndefined();
  });

  it('keeps eight details at most', () => {
    const errors = Array.from({ length: 9 }, (_, n) => ({ code: `code-${n}` }));
    const body = { error: { code: 'bad_request', message: 'free text', errors } };

    expect(dialect.translate(answer(400, body)).details).toEqual(errors.slice(0, 8));
  });

  it('has no two rows for one code or status', () => {
    const matches = dialect.rows.map((row) => row.match.toLowerCase());

    expect(new Set(matches).size).toBe(matches.length);
  });
});
