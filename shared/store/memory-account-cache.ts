/**
 * The account cache's twin in memory, for tests: the same answers, no network.
 */
import type { Instant } from '../consent/instant.ts';
import type { AccountCache, AccountList } from '../lifecycle/ports.ts';
import { isTooLarge } from './account-item.ts';

interface Row {
  readonly list?: AccountList;
  readonly purgedBefore?: Instant;
}

export class MemoryAccountCache implements AccountCache {
  readonly #rows = new Map<string, Row>();

  /** Safe to repeat: the same list again is `outdated`. Never throws. */
  async put(list: AccountList): Promise<'cached' | 'outdated' | 'too large'> {
    if (isTooLarge(list)) return 'too large';

    const row = this.#rows.get(list.consentId) ?? {};
    if (row.list !== undefined && row.list.at >= list.at) return 'outdated';
    if (row.purgedBefore !== undefined && row.purgedBefore > list.at) return 'outdated';

    this.#rows.set(list.consentId, { ...row, list });
    return 'cached';
  }

  /** Never throws. */
  async get(consentId: string): Promise<AccountList | undefined> {
    return this.#rows.get(consentId)?.list;
  }

  /** Safe to repeat: what is purged stays purged. Never throws. */
  async purge(consentId: string, before: Instant): Promise<void> {
    const { list, purgedBefore = before } = this.#rows.get(consentId) ?? {};
    this.#rows.set(consentId, {
      ...(list !== undefined && list.at >= before && { list }),
      purgedBefore: Math.max(before, purgedBefore),
    });
  }
}
