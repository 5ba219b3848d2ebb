import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../shared/consent/category.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { scopeOf } from '../../shared/dialects/scope.ts';
import { answer } from './answers.ts';

describe.each(PROVIDERS)('%s', (provider) => {
  const dialect = DIALECTS[provider];

  it('bears the name it is registered under', () => {
    expect(dialect.provider).toBe(provider);
  });

  it.each(['timeout', 'connection'] as const)('knows nothing after a %s', (failure) => {
    const call = { operation: 'balances', attended: false };

    const finding = dialect.translate({ call, response: null, failure });

    expect(finding).toEqual({ category: 'NO_RESPONSE', scope: 'unknown', row: 'no response' });
  });

  it('passes the retry hint of an error on', () => {
    const finding = dialect.translate(answer(503, '', {}, { 'RETRY-AFTER': '120' }));

    expect(finding.retry).toEqual({ afterMs: 120_000 });
  });

  it('has no retry hint after a success', () => {
    const finding = dialect.translate(answer(200, '', {}, { 'RateLimit-Reset': '60' }));

    expect(finding).not.toHaveProperty('retry');
  });

  it.each([
    ['accounts', (list: unknown) => ({ accounts: list })],
    ['data.accounts', (list: unknown) => ({ data: { accounts: list } })],
    ['data.result.accounts', (list: unknown) => ({ data: { result: { accounts: list } } })],
  ])('finds the account list at %s', (_path, bodyWith) => {
    const list = [
      { id: 'acc-1', iban: 'DE02120300000000202051', currency: 'EUR', holder: 'M. Muster' },
      { iban: 'DE02500105170137075030' },
      { id: 'acc-2', iban: null, currency: '' },
      { id: '' },
      { id: 3 },
      null,
      'acc-4',
    ];

    const finding = dialect.translate(answer(200, bodyWith(list), { operation: 'accounts' }));

    expect(finding.accounts).toEqual([
      { id: 'acc-1', iban: 'DE02120300000000202051', currency: 'EUR' },
      { id: 'acc-2' },
    ]);
  });

  it('keeps an empty account list: it says that no account is left', () => {
    const finding = dialect.translate(answer(200, { accounts: [] }, { operation: 'accounts' }));

    expect(finding.accounts).toEqual([]);
  });

  it('reads no account list where it is none, or the call failed or asked something else', () => {
    const accounts = [{ id: 'acc-1' }];

    const findings = [
      dialect.translate(answer(200, { accounts: { id: 'acc-1' } }, { operation: 'accounts' })),
      dialect.translate(answer(500, { accounts }, { operation: 'accounts' })),
      dialect.translate(answer(200, { accounts }, { operation: 'balances' })),
    ];

    for (const finding of findings) expect(finding).not.toHaveProperty('accounts');
  });
});

describe('scopeOf', () => {
  it('knows whom each category concerns', () => {
    const known = CATEGORIES.filter((category) => scopeOf(category) !== 'unknown');

    expect(CATEGORIES.filter((category) => !known.includes(category))).toEqual([
      'NO_RESPONSE',
      'UNKNOWN',
    ]);
  });

  it.each([
    ['CONSENT', 'consent'],
    ['CONSENT.EXPIRED', 'consent'],
    ['CONSENT.LIMIT_EXCEEDED', 'consent'],
    ['CONSENT.RESOURCE_NOT_GRANTED', 'account'],
    ['CONSENT.PERMISSION_DENIED', 'call'],
    ['NOT_SUPPORTED.*', 'call'],
    ['USER.SESSION.DUPLICATE', 'user'],
    ['USER.TRANSFER_DENIED.INSUFFICIENT_FUNDS', 'call'],
    ['BANK.TRANSFER_DENIED', 'call'],
    ['BANK.API_TIMEOUT', 'bank'],
    ['MAINTENANCE.BANK.TRANSFER', 'bank'],
    ['MAINTENANCE.XS2A', 'provider'],
    ['TECHNICAL', 'provider'],
    ['RATE_LIMIT', 'provider'],
    ['RATE_LIMIT.CLIENT_QUOTA', 'client'],
    ['CREDENTIAL.ACCESS_TOKEN', 'client'],
    ['REQUEST', 'call'],
  ] as const)('lets %s concern the %s', (category, scope) => {
    expect(scopeOf(category)).toBe(scope);
  });
});
