import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import { answer } from './answers.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

const fixture = z.object({
  source: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

const EXPECTED = {
  'klarna-consent': {
    'account-id-missing': ['REQUEST', 'code badRequest'],
    consent: ['CONSENT', 'code CONSENT'],
    'consent-expired': ['CONSENT.EXPIRED', 'code CONSENT.EXPIRED'],
    'consent-limit-exceeded': ['CONSENT.LIMIT_EXCEEDED', 'code CONSENT.LIMIT_EXCEEDED'],
    'consent-resource-not-granted': [
      'CONSENT.RESOURCE_NOT_GRANTED',
      'code CONSENT.RESOURCE_NOT_GRANTED',
    ],
    'consent-revoked': ['CONSENT.REVOKED', 'code CONSENT.REVOKED'],
    'internal-server-error': ['TECHNICAL', 'code internalServerError'],
    'session-not-logged-in': ['REQUEST', 'code notFound'],
    'transactions-date-range-with-token': [
      'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE',
      'code NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE',
    ],
  },
  'klarna-xs2a': {
    'api-token-invalid': ['CREDENTIAL', 'code forbidden'],
    'api-token-missing': ['CREDENTIAL', 'code illegalAuthorizationHeader'],
    'request-fails-validation': ['REQUEST', 'code bad_request'],
    'request-lacks-parameters': ['REQUEST', 'code bad_request'],
  },
  keybank: { 'status-message-not-json': ['OK', 'status 200'] },
  hamsterbank: { 'invalid-consent': ['CONSENT', 'code invalid_consent'] },
} as const;

const PRINTED_TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbiI6IjEyMzQ1Njc4OTAifQ.' +
  'na71ipK8ASvggoM6C5vMjBKgJlZLxV-m6ElgHBrNtlU';

function read(provider: string, name: string): z.infer<typeof fixture> {
  const text = readFileSync(new URL(`${provider}/${name}.json`, FIXTURES), 'utf8');
  return fixture.parse(JSON.parse(text));
}

describe.each(PROVIDERS)('the responses printed for %s', (provider) => {
  it('are all expected here', () => {
    const files = readdirSync(new URL(`${provider}/`, FIXTURES)).sort();

    expect(files).toEqual(
      Object.keys(EXPECTED[provider])
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  it.each(Object.entries(EXPECTED[provider]))('%s is read as %j', (name, [category, row]) => {
    const { status, headers, body } = read(provider, name);

    const finding = DIALECTS[provider].translate(answer(status, body, {}, headers));

    expect([finding.category, finding.row]).toEqual([category, row]);
  });
});

describe('the one printed token', () => {
  it('is found in the error that carries it', () => {
    const { status, body } = read('klarna-consent', 'transactions-date-range-with-token');

    const finding = DIALECTS['klarna-consent'].translate(answer(status, body));

    expect(finding.consentToken?.reveal()).toBe(PRINTED_TOKEN);
  });

  it('is found in no other printed response', () => {
    const tokens = Object.keys(EXPECTED['klarna-consent'])
      .filter((name) => name !== 'transactions-date-range-with-token')
      .map((name) => DIALECTS['klarna-consent'].tokensIn(read('klarna-consent', name).body));

    expect(tokens).toEqual(tokens.map(() => ({})));
  });
});

describe("keybank's only sample", () => {
  it('is no JSON, and becomes readable without its trailing comma', () => {
    const { status, body } = read('keybank', 'status-message-not-json');

    const mended = DIALECTS.keybank.translate(answer(status, body.replace('},\n}', '}\n}')));

    expect(() => JSON.parse(body)).toThrow(SyntaxError);
    expect(mended.row).toBe('responseHeader.status S');
  });
});
