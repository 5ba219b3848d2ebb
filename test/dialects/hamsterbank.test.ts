import { describe, expect, it } from 'vitest';
import { hamsterbank } from '../../shared/dialects/hamsterbank.ts';
import { answer } from './answers.ts';

const PRINTED_IN_003 = [
  ['invalid_token', 401, 'CREDENTIAL.ACCESS_TOKEN', 'client'],
  ['invalid_client', 401, 'CREDENTIAL', 'client'],
  ['invalid_grant', 400, 'CONSENT', 'consent'],
  ['invalid_request', 400, 'REQUEST', 'call'],
  ['unauthorized_client', 403, 'CREDENTIAL', 'client'],
  ['unsupported_grant_type', 400, 'CREDENTIAL', 'client'],
  ['invalid_scope', 400, 'CREDENTIAL', 'client'],
  ['missing_consent', 400, 'REQUEST', 'call'],
  ['invalid_consent', 401, 'CONSENT', 'consent'],
  ['wrong_consent_type', 403, 'REQUEST', 'call'],
  ['consent_invalid', 403, 'CONSENT', 'consent'],
  ['consent_not_active', 403, 'CONSENT.NOT_AUTHORISED', 'consent'],
  ['consent_expired', 403, 'CONSENT.EXPIRED', 'consent'],
  ['consent_revoked', 403, 'CONSENT.REVOKED', 'consent'],
  ['permission_denied', 403, 'CONSENT.PERMISSION_DENIED', 'call'],
  ['account_not_found', 404, 'CONSENT.RESOURCE_NOT_GRANTED', 'account'],
  ['account_not_consented', 403, 'CONSENT.RESOURCE_NOT_GRANTED', 'account'],
  ['account_not_owned', 403, 'CONSENT.RESOURCE_NOT_GRANTED', 'account'],
  ['account_locked', 403, 'USER.ACCESS_DENIED.BLOCKED', 'account'],
  ['payment_not_found', 404, 'REQUEST', 'call'],
  ['invalid_amount', 400, 'REQUEST', 'call'],
  ['amount_exceeded', 400, 'BANK.TRANSFER_DENIED', 'call'],
  ['insufficient_funds', 422, 'USER.TRANSFER_DENIED.INSUFFICIENT_FUNDS', 'call'],
  ['invalid_creditor', 400, 'REQUEST', 'call'],
  ['invalid_debtor', 400, 'REQUEST', 'call'],
  ['duplicate_payment', 409, 'BANK.TRANSFER_DENIED.DUPLICATE', 'call'],
  ['payment_failed', 500, 'BANK.TRANSFER_DENIED', 'call'],
  ['no_account', 400, 'REQUEST', 'call'],
  ['balance_error', 500, 'BANK.TECHNICAL', 'bank'],
  ['rate_limit_exceeded', 429, 'RATE_LIMIT', 'provider'],
  ['quota_exceeded', 429, 'RATE_LIMIT.CLIENT_QUOTA', 'client'],
] as const;

describe('hamsterbank', () => {
  it.each(PRINTED_IN_003)(
    'reads %s (%i), printed in 003, as %s',
    (code, status, category, scope) => {
      const finding = hamsterbank.translate(answer(status, { code, message: 'free text' }));

      expect(finding).toEqual({ category, scope, row: `code ${code}` });
    },
  );

  it.each([
    [200, 'OK'],
    [201, 'OK'],
    [202, 'UNKNOWN'],
    [204, 'OK'],
    [400, 'REQUEST'],
    [401, 'CREDENTIAL.ACCESS_TOKEN'],
    [403, 'CREDENTIAL'],
    [404, 'REQUEST'],
    [405, 'REQUEST'],
    [409, 'REQUEST'],
    [422, 'REQUEST'],
    [429, 'RATE_LIMIT'],
    [500, 'TECHNICAL'],
    [502, 'BANK.TECHNICAL'],
    [503, 'MAINTENANCE.BANK'],
    [504, 'BANK.API_TIMEOUT'],
  ])('takes status %i for %s where no code is readable', (status, category) => {
    expect(hamsterbank.translate(answer(status, '<html></html>')).category).toBe(category);
  });

  it('takes a code that is not printed for unknown, whatever the status', () => {
    const finding = hamsterbank.translate(answer(403, { code: 'consent_paused', message: '…' }));

    expect(finding).toEqual({
      category: 'UNKNOWN',
      scope: 'unknown',
      row: 'unknown code consent_paused',
    });
  });

  it('keeps the request_id where there is one', () => {
    const body = { code: 'balance_error', message: 'free text', request_id: 'req-7' };

    expect(hamsterbank.translate(answer(500, body)).correlation).toEqual({ request_id: 'req-7' });
  });

  it('has no tokens', () => {
    expect(hamsterbank.tokensIn('{"consent_token":"x"}')).toEqual({});
  });
});
