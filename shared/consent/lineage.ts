/**
 * Which token is the latest, in whatever order they arrive: the answer to a call with the stored
 * token brings the next one; where the calls do not tell, the later answer counts. Of every token
 * seen the first 8 bytes of its fingerprint are kept, with its life. (rules 1, 2, 4)
 */
import { type Consent, isEndedByUs } from './consent.ts';
import type { Draft } from './draft.ts';
import type { BankCallCompleted } from './event.ts';
import type { Instant } from './instant.ts';
import type { Ancestor, Token } from './secret.ts';
import type { Foretold } from './under-way.ts';

export const LINEAGE_MAX = 32;

const PREFIX_LENGTH = 'sha256:'.length;
/** 11 characters of base64url hold the first 8 bytes of the hash. */
const PRINT_LENGTH = 11;

/** What a result, or what is left of one, tells of tokens. */
type TokenTold = Pick<BankCallCompleted, 'token' | 'at' | 'usedFingerprint'>;

/** What is known of the token that a call used. */
export type Use = 'missing' | 'current' | 'superseded' | 'earlier-life' | 'never-seen';

export function printOf(fingerprint: string): string {
  return fingerprint.slice(PREFIX_LENGTH, PREFIX_LENGTH + PRINT_LENGTH);
}

export function useOf(consent: Consent, fingerprint: string | undefined): Use {
  if (fingerprint === undefined) return 'missing';
  if (consent.token?.fingerprint === fingerprint) return 'current';

  const ancestor = ancestorOf(consent, fingerprint);
  if (ancestor === undefined) return 'never-seen';
  return ancestor.generation < consent.generation ? 'earlier-life' : 'superseded';
}

/** True for news of a life that is over: it changes nothing any more. (rule 2) */
export function isOfEarlierLife(
  consent: Consent,
  at: Instant,
  usedFingerprint: string | undefined,
): boolean {
  switch (useOf(consent, usedFingerprint)) {
    case 'earlier-life':
      return true;
    case 'current':
    case 'superseded':
      return false;
    default:
      return consent.grantedAt !== undefined && at < consent.grantedAt;
  }
}

/** A call with such a token lost the race for it: its refusal says nothing. (rule 4) */
export function lostRace(consent: Consent, at: Instant, usedFingerprint?: string): boolean {
  if (consent.token === undefined) return false;
  const use = useOf(consent, usedFingerprint);
  return use === 'superseded' || (use === 'never-seen' && at < consent.token.receivedAt);
}

/** The token that an answer's own has taken the place of, by the start of its fingerprint. */
export function usedUpBy({ token, usedFingerprint }: BankCallCompleted): string | undefined {
  const isSuccessor = token !== undefined && token.fingerprint !== usedFingerprint;
  return isSuccessor && usedFingerprint !== undefined ? printOf(usedFingerprint) : undefined;
}

/** A token never seen before: the bank still renews this consent. */
export function isFresh(consent: Consent, token: Token | undefined): boolean {
  return token !== undefined && ancestorOf(consent, token.fingerprint) === undefined;
}

/**
 * Keeps `token` if it is the latest; remembers it in any case. `usedFingerprint` names the token
 * whose call was answered with it, which is thereby superseded.
 */
export function keepToken(draft: Draft, token: Token, at: Instant, usedFingerprint?: string): void {
  const { consent } = draft;
  const current = consent.token;
  const latest = isLatest(consent, token, at, usedFingerprint);
  if (useOf(consent, usedFingerprint) === 'never-seen') rememberToken(draft, usedFingerprint ?? '');
  rememberToken(draft, token.fingerprint);
  if (!latest) {
    draft.notes.push('token-outdated');
    return;
  }

  const receivedAt = Math.max(at, current?.receivedAt ?? at);
  consent.token = { ...token, receivedAt, renewed: true };
  if (current !== undefined && current.fingerprint !== token.fingerprint) {
    draft.notes.push('token-rotated');
  }
}

/**
 * Keeps the token of a result. One that was written down ahead of it may have a successor by now;
 * what an end has wiped since is gone.
 */
export function keepReported(draft: Draft, event: TokenTold, told?: Foretold): void {
  const { token, at, usedFingerprint } = event;
  const { consent } = draft;
  if (token === undefined) return;
  noteStranger(draft, at, usedFingerprint);
  const isWritten = told?.fresh !== undefined && consent.token !== undefined;
  if (!isWritten || isWiped(consent, token)) keepToken(draft, token, at, usedFingerprint);
  else if (told.fresh) draft.notes.push('token-rotated');
}

/**
 * Of a consent that the bank or a date has ended, keeps the token of a life whose grant is still to
 * come: a call with a token that nobody had told of brought it. Whether it does. (rule 1)
 */
export function keepForGrant(draft: Draft, event: TokenTold): boolean {
  const { consent } = draft;
  const { token, at, usedFingerprint } = event;
  if (token === undefined || isEndedByUs(consent) || at < (consent.strangerAt ?? at)) return false;
  const use = useOf(consent, usedFingerprint);
  if (use !== 'never-seen' && use !== 'current') return false;
  keepReported(draft, event);
  return true;
}

/**
 * A token that was brought by a call with one that nobody has told of may be of a life whose grant
 * is still to come, and newer than the grant's.
 */
function noteStranger({ consent }: Draft, at: Instant, usedFingerprint?: string): void {
  const use = useOf(consent, usedFingerprint);
  if (use !== 'missing' && use !== 'never-seen') return;
  consent.strangerAt = Math.max(at, consent.strangerAt ?? at);
}

/** Counts a token to the present life, also one of an earlier life that lives on in this one. */
export function rememberToken(draft: Draft, fingerprint: string): void {
  const { consent } = draft;
  const print = printOf(fingerprint);
  const known = ancestorOf(consent, fingerprint);
  const others =
    known === undefined ? consent.lineage : consent.lineage.filter((one) => one !== known);
  const room = others.length >= LINEAGE_MAX ? others.slice(1 - LINEAGE_MAX) : others;
  consent.lineage = [...room, { print, generation: consent.generation }];
}

/** What an end leaves of the token is its print. */
export function wipeToken({ consent }: Draft): void {
  const { token, lineage } = consent;
  if (token === undefined) return;
  const print = printOf(token.fingerprint);
  consent.lineage = lineage.map((one) => (one.print === print ? { ...one, wiped: true } : one));
  delete consent.token;
}

/** Whether an end wiped this very token, and nobody has brought it back. */
function isWiped(consent: Consent, { fingerprint }: Token): boolean {
  return ancestorOf(consent, fingerprint)?.wiped === true;
}

export function isLatest(consent: Consent, token: Token, at: Instant, used?: string): boolean {
  const current = consent.token;
  if (current === undefined || current.fingerprint === token.fingerprint) return true;
  if (used === current.fingerprint) return true;
  const ancestor = ancestorOf(consent, token.fingerprint);
  if (ancestor !== undefined && !ancestor.wiped) return false;
  // Two answers of one instant have no order of their own: any fixed one will do.
  if (at === current.receivedAt) return token.fingerprint > current.fingerprint;
  return at > current.receivedAt;
}

function ancestorOf(consent: Consent, fingerprint: string): Ancestor | undefined {
  const print = printOf(fingerprint);
  return consent.lineage.find((ancestor) => ancestor.print === print);
}
