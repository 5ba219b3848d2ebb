/**
 * What every account cache promises: lists and purges arrive late, twice and in any order, and
 * still the newest list stands and nothing purged comes back. Twin and table both pass it.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountCache, AccountList } from '../../shared/lifecycle/ports.ts';

export interface OpenCache {
  readonly cache: AccountCache;
  close(): Promise<void>;
}

const NOW = Date.UTC(2026, 10, 22, 8, 15);
const ACCOUNTS = [
  { id: 'acc-1', iban: 'DE02120300000000202051', currency: 'EUR' },
  { id: 'acc-2' },
];

function listOf(at: number, accounts: AccountList['accounts'] = ACCOUNTS): AccountList {
  return { consentId: 'consent-1', at, accounts };
}

/** `open` gives an empty cache. */
export function accountCacheContract(name: string, open: () => Promise<OpenCache>): void {
  describe(name, () => {
    let opened: OpenCache;
    let cache: AccountCache;

    beforeEach(async () => {
      opened = await open();
      cache = opened.cache;
    });

    afterEach(() => opened.close());

    const cachedAt = async () => (await cache.get('consent-1'))?.at;

    describe('a list', () => {
      it('comes back as it was cached', async () => {
        const answer = await cache.put(listOf(NOW));

        expect(answer).toBe('cached');
        expect(await cache.get('consent-1')).toEqual(listOf(NOW));
      });

      it('may be empty', async () => {
        await cache.put(listOf(NOW, []));

        expect(await cache.get('consent-1')).toEqual(listOf(NOW, []));
      });

      it('of another consent is not given', async () => {
        await cache.put(listOf(NOW));

        expect(await cache.get('consent-2')).toBeUndefined();
      });

      it('takes the place of an older one', async () => {
        await cache.put(listOf(NOW));

        const answer = await cache.put(listOf(NOW + 1, [{ id: 'acc-3' }]));

        expect(answer).toBe('cached');
        expect(await cache.get('consent-1')).toEqual(listOf(NOW + 1, [{ id: 'acc-3' }]));
      });

      it('that arrives late does not take the place of a newer one', async () => {
        await cache.put(listOf(NOW));

        const answer = await cache.put(listOf(NOW - 1, []));

        expect(answer).toBe('outdated');
        expect(await cache.get('consent-1')).toEqual(listOf(NOW));
      });

      it('that arrives twice changes nothing the second time', async () => {
        await cache.put(listOf(NOW));

        expect(await cache.put(listOf(NOW))).toBe('outdated');
        expect(await cache.get('consent-1')).toEqual(listOf(NOW));
      });

      it('of 300 KB is cached, a longer one is not and leaves what was there', async () => {
        // 11 bytes of JSON surround the one id: [{"id":""}]
        const idLength = 300 * 1024 - 11;
        await cache.put(listOf(NOW, [{ id: 'x'.repeat(idLength) }]));

        const answer = await cache.put(listOf(NOW + 1, [{ id: 'x'.repeat(idLength + 1) }]));

        expect(answer).toBe('too large');
        expect(await cachedAt()).toBe(NOW);
      });
    });

    describe('a purge', () => {
      it('forgets a list fetched before its time', async () => {
        await cache.put(listOf(NOW - 1));

        await cache.purge('consent-1', NOW);

        expect(await cache.get('consent-1')).toBeUndefined();
      });

      it('leaves a list fetched at its time or later', async () => {
        await cache.put(listOf(NOW));

        await cache.purge('consent-1', NOW);

        expect(await cachedAt()).toBe(NOW);
      });

      it('refuses older lists from then on, and takes newer ones', async () => {
        await cache.purge('consent-1', NOW);

        expect(await cache.put(listOf(NOW - 1))).toBe('outdated');
        expect(await cache.get('consent-1')).toBeUndefined();
        expect(await cache.put(listOf(NOW))).toBe('cached');
      });

      it('that arrives late or twice cannot wipe a list rebuilt since', async () => {
        await cache.put(listOf(NOW - 1));
        await cache.purge('consent-1', NOW);
        await cache.put(listOf(NOW + 1));

        await cache.purge('consent-1', NOW);
        await cache.purge('consent-1', NOW - 1);

        expect(await cachedAt()).toBe(NOW + 1);
      });

      it('that arrives late does not take back a later one', async () => {
        await cache.purge('consent-1', NOW);

        await cache.purge('consent-1', NOW - 10);

        expect(await cache.put(listOf(NOW - 5))).toBe('outdated');
      });
    });

    it('ends with the newest list no purge covers, in whatever order they arrive', async () => {
      const arrival = fc.record({ purge: fc.boolean(), at: fc.integer({ min: 1, max: 9 }) });
      let run = 0;

      await fc.assert(
        fc.asyncProperty(fc.array(arrival, { maxLength: 8 }), async (arrivals) => {
          const consentId = `consent-${run++}`;

          for (const { purge, at } of arrivals) {
            if (purge) await cache.purge(consentId, at);
            else await cache.put({ consentId, at, accounts: [{ id: `list-${at}` }] });
          }

          const purgedBefore = Math.max(0, ...arrivals.filter((a) => a.purge).map((a) => a.at));
          const newest = Math.max(0, ...arrivals.filter((a) => !a.purge).map((a) => a.at));
          const stands = newest > 0 && newest >= purgedBefore;
          const expected = { consentId, at: newest, accounts: [{ id: `list-${newest}` }] };
          expect(await cache.get(consentId)).toEqual(stands ? expected : undefined);
        }),
      );
    });
  });
}
