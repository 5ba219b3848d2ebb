import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../shared/consent/category.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { answer, klarnaError } from './answers.ts';

const RUNS = { numRuns: 500 } as const;
const DEPTH = 100_000;
const BODY_CHARACTERS = 900_000;

/** Neither can come about by chance, and neither would pass for a code. */
const TOKEN = 'secret-token/1234567890';
const MESSAGE = 'Dear Ms Example, your loan is due';

const status = fc.oneof(fc.integer({ min: 100, max: 599 }), fc.integer(), fc.double());
const body = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.json({ maxDepth: 6 }),
  fc.string({ unit: 'binary' }),
  fc.record({ error: fc.jsonValue(), consent_token: fc.jsonValue(), data: fc.jsonValue() }),
  fc.record({ code: fc.jsonValue(), request_id: fc.jsonValue() }),
  fc.record({ responseHeader: fc.jsonValue(), ServiceError: fc.jsonValue() }),
  fc.record({ accounts: fc.array(fc.jsonValue()) }),
);
const headers = fc.dictionary(fc.constantFrom('Retry-After', 'RateLimit-Reset', 'x'), fc.string());
const call = fc.record(
  { operation: fc.constantFrom('accounts', 'balances'), accountId: fc.string() },
  { requiredKeys: ['operation'] },
);

/** Where codes and tokens are read, sentences stand; not where the bank has ids and details. */
const field = fc.constantFrom(
  ...['error', 'code', 'message', 'reason', 'status', 'data', 'consent_token', 'transfer_token'],
  ...['responseHeader', 'ServiceError', 'detailMessage', 'detailCode', 'ErrorMessage'],
);
const { sentences } = fc.letrec<{ sentences: unknown }>((tie) => ({
  sentences: fc.oneof(
    { maxDepth: 4 },
    fc.nat().map((n) => `${MESSAGE}, ${n}`),
    fc.dictionary(field, tie('sentences')),
    fc.array(tie('sentences'), { maxLength: 3 }),
  ),
}));

const NESTED = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;

describe.each(PROVIDERS)('%s', (provider) => {
  const dialect = DIALECTS[provider];

  it('finds a known category in anything, and never throws', () => {
    fc.assert(
      fc.property(status, body, call, headers, (anyStatus, anyBody, anyCall, anyHeaders) => {
        const finding = dialect.translate(answer(anyStatus, anyBody, anyCall, anyHeaders));

        expect(CATEGORIES).toContain(finding.category);
        expect(finding.row.length).toBeLessThan(100);
        expect(dialect.tokensIn(anyBody)).toBeDefined();
      }),
      RUNS,
    );
  });

  it('finds the same in a body and in its JSON text', () => {
    fc.assert(
      fc.property(status, fc.object({ maxDepth: 4 }), (anyStatus, value) => {
        const text = JSON.stringify(value);

        const parsed = dialect.translate(answer(anyStatus, JSON.parse(text)));

        expect(dialect.translate(answer(anyStatus, text))).toEqual(parsed);
      }),
      RUNS,
    );
  });

  it('lets neither a token nor free text into a finding', () => {
    const told = { message: MESSAGE, ErrorMessage: MESSAGE, errors: [{ message: MESSAGE }] };
    const code = fc.oneof(
      fc.constantFrom('CONSENT.EXPIRED', 'consent_revoked', 'NEW', MESSAGE, TOKEN),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(status, code, headers, (anyStatus, anyCode, anyHeaders) => {
        const held = {
          ...told,
          code: anyCode,
          error: { ...told, code: anyCode },
          ServiceError: { detailMessage: MESSAGE, token: TOKEN },
          responseHeader: { status: anyCode, statusDescription: MESSAGE },
          consent_token: TOKEN,
          transfer_token: TOKEN,
        };

        const written = JSON.stringify(dialect.translate(answer(anyStatus, held, {}, anyHeaders)));

        expect(written).not.toContain(TOKEN);
        expect(written).not.toContain(MESSAGE);
      }),
      RUNS,
    );
  });

  it('lets no sentence of the bank into a finding, wherever in the answer it stands', () => {
    fc.assert(
      fc.property(status, sentences, call, headers, (anyStatus, told, anyCall, anyHeaders) => {
        const asked = { ...anyCall, operation: 'balances' };

        const finding = dialect.translate(answer(anyStatus, told, asked, anyHeaders));

        expect(JSON.stringify(finding)).not.toContain(MESSAGE);
      }),
      RUNS,
    );
  });

  it.each([
    ['HTML of 900 KB', `<html>${'x'.repeat(BODY_CHARACTERS)}`],
    ['JSON of 900 KB', JSON.stringify({ code: 'x'.repeat(BODY_CHARACTERS), error: { code: 1 } })],
    ['JSON that is cut off', '{"error":{"code":"CONSENT.EXPIRED"'],
    ['deeply nested JSON', NESTED],
    ['an error in deeply nested JSON', `{"error":${NESTED},"code":${NESTED}}`],
    ['a prototype', '{"__proto__":{"error":{"code":"CONSENT.EXPIRED"},"code":"consent_expired"}}'],
    ['JSON in JSON text', JSON.stringify(JSON.stringify({ code: 'consent_expired' }))],
  ])('finds no strike in %s', (_name, hostile) => {
    const { category } = dialect.translate(answer(500, hostile));

    expect(['TECHNICAL', 'UNKNOWN']).toContain(category);
  });
});

describe('a code in any case, with any space around', () => {
  it('is the same code', () => {
    const spelling = fc
      .constantFrom('CONSENT.EXPIRED', 'BANK.API_TIMEOUT', 'badRequest')
      .chain((code) => fc.tuple(fc.constant(code), fc.mixedCase(fc.constant(code))));
    const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n'), maxLength: 5 });
    fc.assert(
      fc.property(spelling, space, space, ([code, spelled], before, after) => {
        const sent = klarnaError(`${before}${spelled}${after}`);

        const finding = DIALECTS['klarna-consent'].translate(answer(400, sent));

        expect(finding.row).toBe(`code ${code}`);
      }),
      RUNS,
    );
  });
});
