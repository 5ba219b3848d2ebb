/** What events, notes and calls are called in plain English. */
import type { Note } from '../../shared/consent/draft.ts';

const NOTE_WORDS: Readonly<Record<Note, string>> = {
  'token-rotated': 'a new token took the place of the old one',
  'token-not-renewed': 'the success brought no token',
  'token-outdated': 'its token was older than the stored one',
  'transfer-token-without-instruction': 'its transfer token belongs to no payment, and is lost',
  'clock-ahead': "the producer's clock was ahead",
  strike: 'a strike',
  'strike-dropped': 'no strike: older than the newest evidence',
  'strike-reprieved': 'not final: a fresh token came with it',
  'strike-voided': 'strikes voided',
  'race-lost': 'no strike: the call had used an old token',
  'race-lost-too-often': 'the same call has used an old token too often',
  'ending-held': "held: too many of the bank's consents would end at once",
  ended: 'the end',
  revived: 'alive again',
  'limit-wait': "waits for the bank's next day",
  'rolling-window': 'waits for 24 hours',
  'given-up': 'the call is given up',
  displaced: 'an older waiting call made room',
  'payment-known': 'the payment had been made',
  unanswered: 'a request has gone unanswered for a day',
  'day-full': "the bank's day has no call left",
  'credential-failed': 'our own credential was refused',
  'client-quota-used-up': 'our quota is used up',
  unclassified: 'no row reads it',
};

export function noteWords(note: string): string {
  return (NOTE_WORDS as Readonly<Record<string, string>>)[note] ?? note;
}

const EVENT_WORDS: Readonly<Record<string, string>> = {
  ConsentGranted: 'the consent was granted',
  ConsentWithdrawn: 'the consent was withdrawn on our side',
  ConsentReplaced: 'another consent took its place',
  TokenRescued: 'a token was saved from an unreadable message',
  TimerDue: 'its timer fired',
};

/** `accounts was answered CONSENT.EXPIRED`, or what else happened. */
export function callPhrase(told: {
  readonly event: string;
  readonly operation?: string;
  readonly category?: string;
  readonly notes: readonly string[];
}): string {
  const { event, operation, category, notes } = told;
  if (event === 'EndingDecided') {
    const decided = notes.includes('ended') ? 'released its end' : 'had its end held for longer';
    return `an operator ${decided}`;
  }
  if (operation === undefined) return EVENT_WORDS[event] ?? event;
  return `${operation} was answered ${category}`;
}
