/**
 * The account cache's twin in memory, for tests: the same answers, no network.
 */
import type { AccountIdentity } from '../consent/account-identity.ts';
import type { Instant } from '../consent/instant.ts';
import type { AccountCache, AccountList, CachedAccounts } from '../lifecycle/ports.ts';
import { identitiesToKeep, isTooLarge } from './account-item.ts';

interface Row {
  readonly list?: CachedAccounts;
  readonly identities?: readonly AccountIdentity[];
  readonly purgedBefore?: Instant;
}

export class MemoryAccountCache implements AccountCache {
  readonly #rows = new Map<string, Row>();

  /** Safe to repeat: the same list again is `outdated`. Never throws. */
  async put(list: AccountList): Promise<'cached' | 'outdated' | 'too large'> {
    if (isTooLarge(list)) return 'too large';

    const { consentId, at, accounts } = list;
    const { list: standing, identities: before, purgedBefore } = this.#rows.get(consentId) ?? {};
    if (standing !== undefined && standing.at >= at) return 'outdated';
    if (purgedBefore !== undefined && purgedBefore > at) return 'outdated';

    const identities = identitiesToKeep(list);
    const compared = identities && comparedWith(standing, list.relinkFrom, before);
    this.#rows.set(consentId, {
      list: { consentId, at, accounts, ...compared },
      ...(identities && { identities }),
      ...(purgedBefore !== undefined && { purgedBefore }),
    });
    return 'cached';
  }

  /** Never throws. */
  async get(consentId: string): Promise<CachedAccounts | undefined> {
    return this.#rows.get(consentId)?.list;
  }

  /** Safe to repeat: what is purged stays purged. Never throws. */
  async purge(consentId: string, before: Instant): Promise<void> {
    const { list, purgedBefore = before, ...rest } = this.#rows.get(consentId) ?? {};
    this.#rows.set(consentId, {
      ...rest,
      ...(list !== undefined && list.at >= before && { list }),
      purgedBefore: Math.max(before, purgedBefore),
    });
  }
}

/** The first list since a purge is compared with the one before; later ones with the same. */
function comparedWith(
  standing: CachedAccounts | undefined,
  relinkFrom: Instant | undefined,
  previous: readonly AccountIdentity[] | undefined,
): Pick<CachedAccounts, 'relinkFrom' | 'previous'> {
  const isFirst = relinkFrom !== undefined && (standing?.relinkFrom ?? -Infinity) < relinkFrom;
  if (isFirst && previous !== undefined) return { relinkFrom, previous };
  if (standing?.relinkFrom === undefined || standing.previous === undefined) return {};
  return { relinkFrom: standing.relinkFrom, previous: standing.previous };
}
