import type {
  PublishNotice,
  Remember,
  ReplaceConsent,
  RequestCall,
  SetTimer,
} from '../../shared/consent/effect.ts';
import { HOUR } from '../../shared/consent/instant.ts';

/** The time at which every sample effect is performed. */
export const NOW: number = Date.parse('2026-11-22T08:15:03.120Z');

/** A ref as `refOf` makes them: 22 characters of base64url. */
export const REF = 'ungWv48Bz-pBQUDeXa4iI7';

export const SET_TIMER: SetTimer = {
  do: 'SetTimer',
  key: 'timer',
  name: { ref: REF, generation: 2, number: 5 },
  dueAt: Date.parse('2026-11-23T08:35:00.001Z'),
  cancels: [],
};

export const REQUEST: RequestCall = {
  do: 'RequestCall',
  key: 'request:1',
  id: `${REF}.g2.r1`,
  provider: 'klarna-consent',
  bank: { id: 'bank-1' },
  call: { operation: 'balances', accountId: 'acc-1', attended: false },
  generation: 2,
  reason: 'confirm',
  attempt: 1,
  at: NOW,
  notAfter: NOW + 20 * HOUR,
};

export const REQUIRED: PublishNotice = {
  do: 'PublishNotice',
  key: 'notice:required',
  notice: {
    id: `${REF}.v7.required`,
    consentId: 'consent-1',
    at: NOW,
    provider: 'klarna-consent',
    bankId: 'bank-1',
    generation: 2,
    sequence: 7,
    body: { type: 'reconsent.required', reason: 'CONSENT.EXPIRED', confirmedAt: NOW, errors: [] },
  },
};

export const CHANGED: PublishNotice = {
  do: 'PublishNotice',
  key: 'notice:status-changed',
  notice: {
    id: `${REF}.v1.status-changed`,
    consentId: 'consent-1',
    at: NOW,
    generation: 1,
    sequence: 1,
    body: {
      type: 'consent.status-changed',
      reason: 'tpp',
      from: 'received',
      to: 'terminatedByTpp',
    },
  },
};

export const RELINKED: PublishNotice = {
  do: 'PublishNotice',
  key: 'notice:relinked',
  notice: {
    id: `${REF}.g1.relinked.9`,
    consentId: 'consent-1',
    at: NOW,
    generation: 1,
    sequence: 9,
    body: { type: 'account-cache.relinked', reason: 'OK', before: NOW - 24 * HOUR },
  },
};

export const REPLACE: ReplaceConsent = {
  do: 'ReplaceConsent',
  key: 'replace:consent-old',
  id: `${REF}.v3.replace`,
  consentId: 'consent-old',
  by: 'consent-1',
  at: NOW,
  bankId: 'bank 1, with spaces',
};

export function rememberOf(number: number): Remember {
  return {
    do: 'Remember',
    key: `remember:${number}`,
    number,
    entry: {
      version: number + 1,
      at: NOW,
      event: 'BankCallCompleted',
      eventId: `call-${number}`,
      to: 'suspect',
      generation: 2,
      category: 'CONSENT.EXPIRED',
      notes: [],
      effects: ['SetTimer'],
    },
  };
}
