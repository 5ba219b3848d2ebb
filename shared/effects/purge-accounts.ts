/**
 * Forgets the accounts that were cached before the failing answer: a list fetched since then is
 * the bank's word after it, and stays. (rule 11)
 */
import type { PurgeAccounts } from '../consent/effect.ts';
import type { AccountCache } from '../lifecycle/ports.ts';

/** Throws what the cache refused. Safe to repeat: it forgets by date. */
export async function purgeAccounts(
  effect: PurgeAccounts,
  consentId: string,
  accounts: AccountCache,
): Promise<void> {
  await accounts.purge(consentId, effect.before);
}
