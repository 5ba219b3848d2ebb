/**
 * Finds the accounts in the answer to an `accounts` call, wherever a provider puts them. An
 * entry without an id could not be named in a call and is left out; a list is never cut, because
 * an account that is missing from it counts as gone.
 */
import type { Account } from '../consent/finding.ts';
import { at, textIn } from './body.ts';

/** Klarna's answers wrap their content in `data.result`. */
const PATHS = [['accounts'], ['data', 'accounts'], ['data', 'result', 'accounts']] as const;

/** The first list found, undefined where there is none. Never throws. */
export function accountsIn(body: unknown): readonly Account[] | undefined {
  const list = PATHS.map((path) => at(body, ...path)).find(Array.isArray);

  return list?.flatMap((entry: unknown) => {
    const id = textIn(at(entry, 'id'));
    const iban = textIn(at(entry, 'iban'));
    const currency = textIn(at(entry, 'currency'));
    if (id === undefined) return [];
    return [{ id, ...(iban && { iban }), ...(currency && { currency }) }];
  });
}
