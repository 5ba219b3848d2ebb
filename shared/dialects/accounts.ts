/**
 * Finds the accounts in the answer to an `accounts` call, wherever a provider puts them. An
 * entry without an id could not be named in a call and is left out; a list is never cut, because
 * an account that is missing from it counts as gone. What is found is found again in itself: a
 * caller may have read it first.
 */
import type { Account } from '../consent/finding.ts';
import { fingerprintOf } from '../consent/hash32.ts';
import { at, textIn } from './body.ts';

/** Klarna's answers wrap their content in `data.result`. */
const PATHS = [['accounts'], ['data', 'accounts'], ['data', 'result', 'accounts']] as const;

/**
 * What names an account that has no IBAN, in the words of Enable Banking (`identification_hash`),
 * of Klarna (`account_number`), and of the Berlin Group's account reference. The number goes no
 * further than this.
 */
const NAMED_BY = [
  'identification_hash',
  'bban',
  'account_number',
  'accountNumber',
  'maskedPan',
  'msisdn',
] as const;

/** As `fingerprintOf` writes it. */
const REFERENCE = /^(?:[0-9a-z]{1,7}\.){2}[0-9a-z]{1,7}$/;

/** The first list found, undefined where there is none. Never throws. */
export function accountsIn(body: unknown): readonly Account[] | undefined {
  const list = PATHS.map((path) => at(body, ...path)).find(Array.isArray);

  return list?.flatMap((entry: unknown) => {
    const id = textIn(at(entry, 'id'));
    const iban = textIn(at(entry, 'iban'));
    const currency = textIn(at(entry, 'currency'));
    const reference = iban === undefined ? referenceIn(entry) : undefined;
    if (id === undefined) return [];
    return [
      { id, ...(iban && { iban }), ...(currency && { currency }), ...(reference && { reference }) },
    ];
  });
}

function referenceIn(entry: unknown): string | undefined {
  const read = textIn(at(entry, 'reference'));
  if (read !== undefined && REFERENCE.test(read)) return read;

  const name = NAMED_BY.map((field) => textIn(at(entry, field))).find((one) => one !== undefined);
  return name && fingerprintOf(name);
}
