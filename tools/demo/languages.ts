/**
 * How each of the four banks words its answers. The bodies are the printed ones where its document
 * prints one, and follow the documented schema elsewhere. What is true is not decided here.
 */
import type { RawResponse } from '../../shared/consent/finding.ts';
import type { Provider } from '../../shared/consent/provider.ts';
import { printed, printedWithToken } from './printed.ts';

/** Why a bank refuses a call. */
export type Refusal =
  | 'expired'
  | 'revoked'
  | 'not-found'
  | 'stale-token'
  | 'day-used-up'
  | 'account-gone'
  | 'range-too-long'
  | 'maintenance'
  | 'quota-used-up'
  | 'already-paid'
  | 'answer-lost';

export interface Language {
  /** `number` counts the bank's answers: some number theirs. */
  success(content: object, number: number, token: string | undefined): RawResponse;
  /** Throws for what its document has no word for: a story that no bank could tell. */
  refuse(why: Refusal, number: number, token: string | undefined): RawResponse;
}

const JSON_HEADERS = { 'content-type': 'application/json' };

function answer(status: number, body: unknown): RawResponse {
  return { status, headers: JSON_HEADERS, body };
}

function wordless(provider: Provider, why: Refusal): never {
  throw new Error(`${provider} has no answer for "${why}"`);
}

/** Both of Klarna's APIs; tokens come with one of them only. */
function klarna(provider: 'klarna-consent' | 'klarna-xs2a'): Language {
  return {
    success: (content, _number, token) =>
      answer(200, { data: { result: content, ...(token && { consent_token: token }) } }),
    refuse: (why, _number, token) => {
      switch (why) {
        case 'expired':
          return printed('klarna-consent/consent-expired');
        case 'revoked':
        case 'stale-token':
          return printed('klarna-consent/consent-revoked');
        case 'not-found':
          return printed('klarna-consent/consent');
        case 'day-used-up':
          return printed('klarna-consent/consent-limit-exceeded');
        case 'account-gone':
          return printed('klarna-consent/consent-resource-not-granted');
        case 'range-too-long':
          return printedWithToken('klarna-consent/transactions-date-range-with-token', token ?? '');
        default:
          return wordless(provider, why);
      }
    },
  };
}

const keybank: Language = {
  success: (content, number) =>
    // Its one printed sample is no JSON; the list of accounts could not be read from such a body.
    'accounts' in content
      ? answer(200, { responseHeader: { status: 'S', retrievedRows: String(number) }, ...content })
      : printed('keybank/status-message-not-json'),
  refuse: (why, number) => {
    if (why !== 'maintenance') return wordless('keybank', why);
    return answer(503, {
      ErrorMessage: 'Unavailable service',
      'X-CorrelationId': `demo-${number}`,
      TransactionId: `${number}`,
      ServiceError: {},
    });
  },
};

const hamsterbank: Language = {
  success: (content) => answer(200, content),
  refuse: (why) => {
    switch (why) {
      case 'expired':
        return answer(403, { code: 'consent_expired', message: 'Consent has expired' });
      case 'revoked':
        return answer(403, { code: 'consent_revoked', message: 'Consent was revoked' });
      case 'not-found':
        return printed('hamsterbank/invalid-consent');
      case 'quota-used-up':
        return answer(429, { code: 'quota_exceeded', message: 'Monthly API quota exceeded' });
      case 'already-paid':
        return answer(409, { code: 'duplicate_payment', message: 'Payment exists' });
      case 'answer-lost':
        return { status: 504, headers: { 'content-type': 'text/html' }, body: '' };
      default:
        return wordless('hamsterbank', why);
    }
  },
};

export const LANGUAGES: Readonly<Record<Provider, Language>> = {
  'klarna-consent': klarna('klarna-consent'),
  'klarna-xs2a': klarna('klarna-xs2a'),
  keybank,
  hamsterbank,
};
