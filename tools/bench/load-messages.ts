/**
 * What is sent under load, the same in each run: of a hundred results 92 successes that bring a new
 * token, 5 errors, 2 messages that have come before and 1 that cannot be read. They come in rounds;
 * each has one for every consent, at another of the hundred places than the round before.
 */
import type { RawResponse } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import { fingerprintOf } from '../../shared/intake/names.ts';
import { typeOf } from '../../shared/messages/cloud-event.ts';
import { LANGUAGES } from '../demo/languages.ts';
import { printed } from '../demo/printed.ts';

const RESULTS_PER_CONSENT = 25;
/** How far a round begins from where the one before began. */
const ROUND_PLACES = 37;
const TOKEN_CHARS = 1_000;

/** What cannot be read, with the words of the reason that it is set aside with. */
export const POISONS = {
  'no JSON': /expected JSON$/,
  'unknown provider': /^provider "paperbank" is unknown/,
  'bad subject': /^subject /,
} as const satisfies Readonly<Record<string, RegExp>>;

export type Poison = keyof typeof POISONS;

export const POISON_NAMES = Object.keys(POISONS) as Poison[]; // `keys` forgets what they are.

export interface LoadMessage {
  readonly kind: 'grant' | 'success' | 'error' | 'duplicate' | Poison;
  /** The event's; a duplicate has that of the message which it repeats. */
  readonly id: string;
  readonly body: string;
}

export interface Callers {
  readonly consents: number;
  /** Each consent's first message. */
  grants(): Iterable<LoadMessage>;
  /** What comes after the grants. */
  results(): Iterable<LoadMessage>;
}

interface Consent {
  readonly id: string;
  token: string;
  latest: LoadMessage | undefined;
}

const PROVIDER = 'klarna-consent';
const BANK = { id: 'DE-37040044', timeZone: 'Europe/Berlin', unattendedCallsPerDayMax: 100 };
const LANGUAGE = LANGUAGES[PROVIDER];
/** One of the bank and one of the consent; minutes apart they are one strike, and end nothing. */
const ERRORS = [
  printed('klarna-consent/internal-server-error'),
  LANGUAGE.refuse('expired', 0, undefined),
] as const;

/** `now` is the time of the message that is made next. */
export function createCallers(results: number, now: () => Instant): Callers {
  const consents = Array.from(
    { length: Math.ceil(results / RESULTS_PER_CONSENT) },
    (_, number): Consent => ({ id: idOf(8, number), token: '', latest: undefined }),
  );
  return {
    consents: consents.length,
    grants: function* () {
      for (const [number, consent] of consents.entries()) {
        yield granted(idOf(9, number), consent, now());
      }
    },
    results: function* () {
      for (let number = 0; number < results; number += 1) {
        const round = Math.floor(number / consents.length);
        const consent = consents[(number + round * ROUND_PLACES) % consents.length];
        if (consent !== undefined) yield resultOf(number, consent, now());
      }
    },
  };
}

function granted(id: string, consent: Consent, at: Instant): LoadMessage {
  const data = { provider: PROVIDER, bank: BANK, consentToken: newToken(consent, id) };
  return told(consent, 'grant', id, eventOf('consent.granted', id, consent.id, at, data));
}

function resultOf(number: number, consent: Consent, at: Instant): LoadMessage {
  const place = number % 100;
  const id = idOf('a', number);
  if (place % 50 === 20 && consent.latest) return { ...consent.latest, kind: 'duplicate' };
  if (place === 55) return poisonOf(Math.floor(number / 100), id, consent, at);
  if (place % 20 === 9) {
    const error = () => (place % 40 === 9 ? ERRORS[0] : ERRORS[1]);
    return told(consent, 'error', id, completed(id, consent, at, error));
  }
  const success = () => LANGUAGE.success({}, 0, newToken(consent, id));
  return told(consent, 'success', id, completed(id, consent, at, success));
}

function poisonOf(number: number, id: string, consent: Consent, at: Instant): LoadMessage {
  const kind = POISON_NAMES[number % POISON_NAMES.length] ?? 'no JSON';
  const event = completed(id, consent, at, () => ERRORS[0]);
  const bodies: Readonly<Record<Poison, string>> = {
    'no JSON': `id=${id}`,
    'unknown provider': JSON.stringify({
      ...event,
      data: { ...event.data, provider: 'paperbank' },
    }),
    'bad subject': JSON.stringify({ ...event, subject: '' }),
  };
  return { kind, id, body: bodies[kind] };
}

/** A call that was made with the latest token, and what the bank said. */
function completed(id: string, consent: Consent, at: Instant, answer: () => RawResponse) {
  const usedTokenFingerprint = fingerprintOf(consent.token);
  return eventOf('bank-call.completed', id, consent.id, at, {
    provider: PROVIDER,
    bank: BANK,
    call: { operation: 'transactions', accountId: 'acc-0', attended: false },
    usedTokenFingerprint,
    response: answer(),
  });
}

function told(consent: Consent, kind: LoadMessage['kind'], id: string, event: object): LoadMessage {
  const message = { kind, id, body: JSON.stringify(event) };
  consent.latest = message;
  return message;
}

function eventOf(name: string, id: string, subject: string, at: Instant, data: object) {
  const time = new Date(at).toISOString();
  return { specversion: '1.0', id, source: '/callers', type: typeOf(name), subject, time, data };
}

function newToken(consent: Consent, eventId: string): string {
  consent.token = `token-of-${eventId}.`.padEnd(TOKEN_CHARS, 'x');
  return consent.token;
}

function idOf(family: 8 | 9 | 'a', number: number): string {
  return `8f3a0000-0000-4000-${family}000-${String(number).padStart(12, '0')}`;
}
