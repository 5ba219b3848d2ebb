/**
 * What every account cache promises: lists and purges arrive late, twice and in any order, and
 * still the newest list stands and nothing purged comes back. Twin and table both pass it.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identitiesOf } from '../../shared/consent/account-identity.ts';
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

    describe('the first list since a purge', () => {
      const OTHERS = [{ id: 'acc-7', iban: 'DE02120300000000202051', currency: 'EUR' }];
      const first = (at: number, relinkFrom: number) => ({ ...listOf(at, OTHERS), relinkFrom });
      const compared = async () => {
        const { relinkFrom, previous } = (await cache.get('consent-1')) ?? {};
        return { relinkFrom, previous };
      };
      const TOGETHER = { relinkFrom: NOW, previous: identitiesOf(ACCOUNTS) };
      const ALONE = { relinkFrom: undefined, previous: undefined };

      it('comes with who was listed before it', async () => {
        await cache.put(listOf(NOW - 1));
        await cache.purge('consent-1', NOW);

        const answer = await cache.put(first(NOW + 1, NOW));

        expect(answer).toBe('cached');
        expect(await cache.get('consent-1')).toEqual({ ...first(NOW + 1, NOW), ...TOGETHER });
      });

      it('does so where the purge is performed after it, too', async () => {
        await cache.put(listOf(NOW - 1));
        await cache.put(first(NOW + 1, NOW));

        await cache.purge('consent-1', NOW);

        expect(await compared()).toEqual(TOGETHER);
      });

      it('is not followed by a second one, be it announced by another worker', async () => {
        await cache.put(listOf(NOW - 1));
        await cache.put(first(NOW + 1, NOW));

        const answers = [
          await cache.put(first(NOW + 1, NOW)),
          await cache.put(first(NOW + 2, NOW)),
          await cache.put(listOf(NOW + 3)),
        ];

        expect(answers).toEqual(['outdated', 'cached', 'cached']);
        expect(await compared()).toEqual(TOGETHER);
      });

      it('is another one after another purge', async () => {
        await cache.put(listOf(NOW - 1));
        await cache.put(first(NOW + 1, NOW));
        await cache.purge('consent-1', NOW + 2);

        await cache.put(first(NOW + 3, NOW + 2));

        expect(await compared()).toEqual({ relinkFrom: NOW + 2, previous: identitiesOf(OTHERS) });
      });

      it('is compared with nothing where nothing was ever listed', async () => {
        await cache.purge('consent-1', NOW);

        expect(await cache.put(first(NOW + 1, NOW))).toBe('cached');
        expect(await compared()).toEqual(ALONE);
      });

      it('is compared with nothing where either list has too many accounts to be known again', async () => {
        const many = Array.from({ length: 1_000 }, (_, n) => ({ id: `account-${n}` }));

        await cache.put(listOf(NOW - 1, many));
        await cache.put(first(NOW + 1, NOW));
        const after = await compared();
        await cache.put({ ...first(NOW + 3, NOW + 2), accounts: many });
        const then = await compared();
        await cache.put(first(NOW + 5, NOW + 4));

        expect([after, then, await compared()]).toEqual([ALONE, ALONE, ALONE]);
      });

      it('is compared no more once a list has too many', async () => {
        const many = Array.from({ length: 1_000 }, (_, n) => ({ id: `account-${n}` }));
        await cache.put(listOf(NOW - 1));
        await cache.put(first(NOW + 1, NOW));

        await cache.put(listOf(NOW + 2, many));

        expect(await compared()).toEqual(ALONE);
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
