import { describe, expect, it } from 'vitest';
import { keybank } from '../../shared/dialects/keybank.ts';
import { answer } from './answers.ts';

const HEADER = (status: unknown) => ({ responseHeader: { status, statusDescription: 'text' } });

describe('keybank', () => {
  it.each([
    [200, 'OK', 'consent'],
    [299, 'OK.WARNING', 'consent'],
    [400, 'REQUEST', 'call'],
    [401, 'CREDENTIAL', 'client'],
    [403, 'CREDENTIAL', 'client'],
    [404, 'REQUEST', 'call'],
    [405, 'REQUEST', 'call'],
    [415, 'REQUEST', 'call'],
    [429, 'RATE_LIMIT', 'provider'],
    [500, 'TECHNICAL', 'provider'],
    [502, 'BANK.TECHNICAL', 'bank'],
    [503, 'MAINTENANCE.BANK', 'bank'],
    [504, 'BANK.API_TIMEOUT', 'bank'],
  ])('reads status %i, printed in 001, as %s', (status, category, scope) => {
    const finding = keybank.translate(answer(status, ''));

    expect(finding).toEqual({ category, scope, row: `status ${status}` });
  });

  it.each([
    [206, 'OK.WARNING', 'status 2xx'],
    [302, 'UNKNOWN', 'unknown status 302'],
    [418, 'UNKNOWN', 'unknown status 418'],
    [501, 'UNKNOWN', 'unknown status 501'],
  ])('reads status %i, which 001 does not print, as %s', (status, category, row) => {
    expect(keybank.translate(answer(status, ''))).toMatchObject({ category, row });
  });

  it.each([
    [200, 'S', 'OK', 'responseHeader.status S'],
    [200, 'W', 'OK.WARNING', 'responseHeader.status W'],
    [200, ' f ', 'BANK.TECHNICAL', 'responseHeader.status F'],
    [299, 'S', 'OK.WARNING', 'status 299'],
    [199, 'F', 'UNKNOWN', 'unknown status 199'],
    [206, 'F', 'BANK.TECHNICAL', 'responseHeader.status F'],
    [299, 'F', 'BANK.TECHNICAL', 'responseHeader.status F'],
    [302, 'F', 'BANK.TECHNICAL', 'responseHeader.status F'],
    [302, 'S', 'UNKNOWN', 'unknown status 302'],
    [399, 'F', 'BANK.TECHNICAL', 'responseHeader.status F'],
    [400, 'F', 'REQUEST', 'status 400'],
    [403, 'S', 'CREDENTIAL', 'status 403'],
    [503, 'W', 'MAINTENANCE.BANK', 'status 503'],
    [200, 'X', 'OK', 'status 200'],
    [200, 7, 'OK', 'status 200'],
  ])(
    'lets the worse win between status %i and a body that says %j',
    (status, said, category, row) => {
      const finding = keybank.translate(answer(status, HEADER(said)));

      expect(finding).toMatchObject({ category, row });
    },
  );

  it('reads a warning as the success it is: its list of accounts, and no hint when to come back', () => {
    const body = { accounts: [{ id: 'acc-1' }] };
    const finding = keybank.translate(
      answer(299, body, { operation: 'accounts' }, { 'Retry-After': '60' }),
    );

    expect(finding.accounts).toEqual([{ id: 'acc-1' }]);
    expect(finding).not.toHaveProperty('retry');
  });

  it('takes 404 for a lost account when the call names one', () => {
    const finding = keybank.translate(answer(404, '', { accountId: 'acc-1' }));

    expect(finding).toMatchObject({ category: 'CONSENT.RESOURCE_NOT_GRANTED', scope: 'account' });
  });

  it.each([500, 503, 504, 599])('blames the bank for a %i with a connectError', (status) => {
    const finding = keybank.translate(
      answer(status, { ErrorMessage: 'no', ServiceError: { connectError: { host: 'core' } } }),
    );

    expect(finding).toMatchObject({
      category: 'BANK.TECHNICAL',
      row: 'ServiceError.connectError',
    });
  });

  it.each([
    [400, { connectError: 'down' }, 'REQUEST'],
    [600, { connectError: 'down' }, 'UNKNOWN'],
    [503, { connectError: '' }, 'MAINTENANCE.BANK'],
    [503, { connectError: null }, 'MAINTENANCE.BANK'],
    [500, { detailMessage: 'CONSENT.EXPIRED' }, 'TECHNICAL'],
  ])('keeps the rest of ServiceError opaque: %i %j', (status, ServiceError, category) => {
    expect(keybank.translate(answer(status, { ServiceError })).category).toBe(category);
  });

  it('never finds a strike: it has no word for a consent', () => {
    const categories = keybank.rows.flatMap((row) => [row.category, row.onAccount ?? 'OK']);

    expect(categories.filter((category) => category.startsWith('CONSENT'))).toEqual([
      'CONSENT.RESOURCE_NOT_GRANTED',
    ]);
  });

  it('keeps the ids by which the bank finds the call again, and nothing else', () => {
    const finding = keybank.translate(
      answer(400, {
        ErrorMessage: 'free text',
        'X-CorrelationId': 'c-1',
        TransactionId: 't'.repeat(200),
        TransactionTime: 1_700_000_000,
        ServiceError: { detailMessage: 'free text' },
      }),
    );

    expect(finding.correlation).toEqual({
      'X-CorrelationId': 'c-1',
      TransactionId: 't'.repeat(128),
    });
  });

  it('keeps the time of a transaction, where it is written out', () => {
    const finding = keybank.translate(answer(400, { TransactionTime: '2026-11-22T10:00:00Z' }));

    expect(finding.correlation).toEqual({ TransactionTime: '2026-11-22T10:00:00Z' });
  });

  it('keeps no id that could break a log line', () => {
    const finding = keybank.translate(answer(400, { 'X-CorrelationId': 'a\nlevel=ERROR' }));

    expect(finding).not.toHaveProperty('correlation');
  });

  it('has no tokens', () => {
    expect(keybank.tokensIn({ consent_token: 'x' })).toEqual({});
  });
});
