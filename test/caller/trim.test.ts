import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimmed } from '../../shared/caller/trim.ts';
import { fingerprintOf } from '../../shared/consent/hash32.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';

const field = fc.constantFrom(
  ...['error', 'code', 'message', 'errors', 'status', 'data', 'result', 'accounts', 'id', 'iban'],
  ...['consent_token', 'transfer_token', 'responseHeader', 'ServiceError', 'connectError'],
  ...['X-CorrelationId', 'TransactionId', 'TransactionTime', 'request_id', 'currency'],
  ...['identification_hash', 'bban', 'maskedPan', 'reference'],
);
const { body } = fc.letrec<{ body: unknown }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('S', 'W', 'F', 'CONSENT.EXPIRED', 'acc-1', 't1', '1.2.3', null, 7),
    fc.dictionary(field, tie('body'), { maxKeys: 5 }),
    fc.array(fc.dictionary(field, tie('body'), { maxKeys: 3 }), { maxLength: 2 }),
  ),
}));
const call = fc.record({
  operation: fc.constantFrom('accounts', 'balances'),
  attended: fc.boolean(),
});
const status = fc.constantFrom(200, 299, 400, 403, 500);

function circle(): object {
  const round: Record<string, unknown> = {};
  round.self = round;
  return round;
}

/** Says what the tokens are; a Secret shows nothing. */
function shown(finding: ReturnType<(typeof DIALECTS)['keybank']['translate']>): unknown {
  const { consentToken, transferToken, ...rest } = finding;
  return { ...rest, tokens: [consentToken?.reveal(), transferToken?.reveal()] };
}

describe.each(PROVIDERS)('a response of %s', (provider) => {
  const dialect = DIALECTS[provider];

  it('is reported so that it is read as the whole one would be', () => {
    fc.assert(
      fc.property(status, body, call, fc.boolean(), (code, anyBody, anyCall, asText) => {
        const given = asText ? JSON.stringify(anyBody) : anyBody;
        const response = { status: code, headers: {}, body: given };

        const short = trimmed(response, anyCall, provider);

        expect(shown(dialect.translate({ call: anyCall, response: short }))).toEqual(
          shown(dialect.translate({ call: anyCall, response })),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('a report', () => {
  const BALANCES = { operation: 'balances', attended: false } as const;

  it('holds nothing of a successful answer that is the PSU’s own business', () => {
    const result = { balance: 1_000, iban: 'DE02120300000000202051', transactions: ['rent'] };
    const response = {
      status: 200,
      headers: {},
      body: { data: { result, consent_token: 't1' }, name: 'Erika Mustermann' },
    };

    const short = trimmed(response, BALANCES, 'klarna-consent');

    expect(short.body).toEqual({ data: { consent_token: 't1' } });
  });

  it('holds an error as it came', () => {
    const response = { status: 400, headers: {}, body: { error: { code: 'BANK' }, more: [1] } };

    expect(trimmed(response, BALANCES, 'klarna-consent')).toEqual(response);
  });

  it('holds of an error too large for a message what it is, and its token', () => {
    const page = 'x'.repeat(2_000_000);
    const body = { error: { code: 'BANK', message: page }, consent_token: 't1', page };
    const json = { status: 500, headers: {}, body };
    const html = { status: 502, headers: {}, body: page };

    expect(trimmed(json, BALANCES, 'klarna-consent').body).toEqual({
      error: { code: 'BANK' },
      consent_token: 't1',
    });
    expect(trimmed(html, BALANCES, 'klarna-consent').body).toEqual({});
  });

  it.each([
    ['a circle', circle()],
    ['a number of a JSON parser with big ones', { amount: 1n }],
    ['lists in lists without end', JSON.parse('['.repeat(20_000) + ']'.repeat(20_000))],
  ])('holds of an error with %s, which no message can say, the rest', (_, unsayable) => {
    const body = { error: { code: 'BANK' }, consent_token: 't1', request_id: 1n, unsayable };

    const short = trimmed({ status: 500, headers: {}, body }, BALANCES, 'klarna-consent');

    expect(short.body).toEqual({ error: { code: 'BANK' }, consent_token: 't1' });
  });

  it('is small enough for SQS, whatever a bank writes into the fields that are read', () => {
    const wide = '€'.repeat(99_000);
    const names = ['code', 'transfer_token', 'request_id', 'TransactionId', 'X-CorrelationId'];
    const body = {
      error: { code: 'BANK' },
      consent_token: 't1',
      ...Object.fromEntries(names.map((name) => [name, wide])),
    };

    const short = trimmed({ status: 500, headers: {}, body }, BALANCES, 'klarna-consent');

    expect(Buffer.byteLength(JSON.stringify(short))).toBeLessThan(1_000_000);
    expect(short.body).toMatchObject({ error: { code: 'BANK' }, consent_token: 't1' });
  });

  it('says of an account without an IBAN who it is, and not by its number', () => {
    const accounts = [
      { id: 'acc-1', account_number: '532013000', holder_name: 'Erika Mustermann' },
    ];
    const response = { status: 200, headers: {}, body: { accounts } };
    const call = { operation: 'accounts', attended: false } as const;

    const { body } = trimmed(response, call, 'klarna-xs2a');

    expect(body).toEqual({ accounts: [{ id: 'acc-1', reference: fingerprintOf('532013000') }] });
  });

  it('lists no accounts rather than a part of them', () => {
    const accounts = Array.from({ length: 20_000 }, (_, n) => ({ id: `account-${n}`, iban: 'DE' }));
    const response = { status: 200, headers: {}, body: { accounts, consent_token: 't1' } };
    const call = { operation: 'accounts', attended: false } as const;

    expect(trimmed(response, call, 'klarna-consent').body).toEqual({ consent_token: 't1' });
  });
});
