/**
 * Which account of a new list is which of the one before, though the bank has given it another id:
 * by its IBAN, else by what else the bank names it by, else by the id alone. A pair is made only
 * where no other could be: a wrong one would show somebody another account's past. Identities are
 * hashes, for they outlive the list. (rule 11, decision 0020)
 */
import type { Account } from './finding.ts';
import { fingerprintOf } from './hash32.ts';

export interface AccountIdentity {
  readonly id: string;
  /** What it goes by, and the hash of that: `iban:…`, `reference:…` or `id:…`. */
  readonly identity: string;
  readonly currency?: string;
}

/** What became of the accounts of one list in a later one. Each of both is in here once. */
export interface Relinked {
  readonly cameBack: readonly { readonly id: string; readonly previousId: string }[];
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
}

/** The identities of a list; what a bank lists twice is one account. Never throws. */
export function identitiesOf(accounts: readonly Account[]): readonly AccountIdentity[] {
  const identities = accounts.map((account) => ({
    id: account.id,
    identity: identityOf(account),
    ...(account.currency !== undefined && { currency: account.currency }),
  }));
  return [...new Map(identities.map((one) => [JSON.stringify(one), one])).values()];
}

/** Banks write an IBAN with and without spaces. */
function identityOf({ id, iban, reference }: Account): string {
  if (iban !== undefined) {
    return `iban:${fingerprintOf(iban.replaceAll(/\s/g, '').toUpperCase())}`;
  }
  return reference === undefined ? `id:${fingerprintOf(id)}` : `reference:${reference}`;
}

type IsSame = (before: AccountIdentity, now: AccountIdentity) => boolean;

/** From the surest to the least sure. Two currencies are two accounts, whatever else they share. */
const WAYS: readonly IsSame[] = [
  (before, now) => before.identity === now.identity && before.id === now.id,
  (before, now) => before.identity === now.identity && before.currency === now.currency,
  (before, now) => before.identity === now.identity,
  // The bank has begun, or ceased, to say what names it.
  (before, now) => before.id === now.id && kindOf(before) !== kindOf(now),
];

function kindOf({ identity }: AccountIdentity): string {
  return identity.slice(0, identity.indexOf(':'));
}

/** Pairs the accounts of two lists. The order of neither makes a difference. Never throws. */
export function relinked(
  before: readonly AccountIdentity[],
  now: readonly AccountIdentity[],
): Relinked {
  let gone = before;
  let fresh = now;
  const cameBack: (readonly [id: string, previousId: string])[] = [];
  for (const isSame of WAYS) {
    const pairs = pairsOf(gone, fresh, isSame);
    const paired = new Set(pairs.flat());
    cameBack.push(...pairs.map(([old, { id }]) => [id, old.id] as const));
    gone = gone.filter((one) => !paired.has(one));
    fresh = fresh.filter((one) => !paired.has(one));
  }
  // Pairs sort as text: by the new id, and of one id by the previous.
  return {
    cameBack: cameBack.toSorted().map(([id, previousId]) => ({ id, previousId })),
    fresh: idsOf(fresh),
    gone: idsOf(gone),
  };
}

/** Those that have each other and nobody else. */
function pairsOf(
  before: readonly AccountIdentity[],
  now: readonly AccountIdentity[],
  isSame: IsSame,
): readonly (readonly [AccountIdentity, AccountIdentity])[] {
  const fits: IsSame = (a, b) =>
    isSame(a, b) &&
    (a.currency === undefined || b.currency === undefined || a.currency === b.currency);
  return now.flatMap((one) => {
    const [old, another] = before.filter((candidate) => fits(candidate, one));
    if (old === undefined || another !== undefined) return [];
    return now.filter((rival) => fits(old, rival)).length === 1 ? [[old, one] as const] : [];
  });
}

function idsOf(accounts: readonly AccountIdentity[]): readonly string[] {
  return accounts.map(({ id }) => id).toSorted();
}
