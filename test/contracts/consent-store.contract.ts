/**
 * What every consent store promises the spine. Run by the twin in memory and by the table.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { Secret } from '../../shared/consent/secret.ts';
import type { ConsentStore, Held } from '../../shared/lifecycle/ports.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { revealed } from '../support/revealed.ts';

export interface OpenStore {
  readonly store: ConsentStore;
  close(): Promise<void>;
}

const NOW = Date.UTC(2026, 10, 22, 8, 15);

/** `open` gives an empty store. */
export function consentStoreContract(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let opened: OpenStore;
    let store: ConsentStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });

    afterEach(() => opened.close());

    /** Saves where no conflict is possible. */
    const saved = async (consent: Consent, after?: Held, now = NOW): Promise<Held> => {
      const answer = await store.save({ consent, outbox: [], now }, after?.revision);
      if (answer === 'conflict') throw new Error('a conflict where none is possible');
      return answer;
    };
    const loaded = async (consentId: string): Promise<Held | undefined> =>
      (await store.load([consentId])).get(consentId);

    describe('loading and saving', () => {
      it('gives back what was saved, token and outbox included', async () => {
        const secret = new Secret('token-1');
        const token = { secret, fingerprint: 'sha256:abc', receivedAt: NOW, renewed: false };
        const consent = aConsent({ token });
        const outbox = [aPurge(NOW)];

        const answer = await store.save({ consent, outbox, now: NOW }, undefined);

        const held = await loaded('consent-1');
        expect(revealed(held)).toEqual(revealed(answer));
        expect(revealed(held)).toMatchObject(revealed({ consent, outbox }) ?? {});
      });

      it('knows nothing of a consent never saved', async () => {
        expect(await store.load(['consent-1'])).toEqual(new Map([['consent-1', undefined]]));
      });

      it('loads nothing when asked for nothing', async () => {
        expect(await store.load([])).toEqual(new Map());
      });

      it('loads a hundred consents as last saved, whatever repeats or is missing', async () => {
        const ids = Array.from({ length: 99 }, (_, n) => `consent-${n}`);
        const last = await Promise.all(
          ids.map(async (consentId) => {
            const first = await saved(aConsent({ consentId }));
            return saved(aConsent({ consentId, version: 2 }), first);
          }),
        );

        const held = await store.load([...ids, 'never-seen', ...ids]);

        expect(new Map(held)).toEqual(
          new Map([
            ...last.map((one) => [one.consent.consentId, one] as const),
            ['never-seen', undefined],
          ]),
        );
      });

      it('refuses to load a hundred and one', async () => {
        const ids = Array.from({ length: 101 }, (_, n) => `consent-${n}`);

        await expect(store.load(ids)).rejects.toThrow(/at most 100 consents to load, got 101/);
      });

      it.each([
        ['with emoji', '🏦-consent-👩‍👩‍👧'],
        ['with slashes and signs', 'a/b//c?d=e#f CONSENT#"x"'],
        ['that is a word of the language', '__proto__'],
        ['of 900 bytes', '€'.repeat(300)],
      ])('takes a consent id %s', async (_, consentId) => {
        await saved(aConsent({ consentId, timer: { number: 1, dueAt: NOW } }));

        const held = await loaded(consentId);

        expect(held?.consent.consentId).toBe(consentId);
        expect(await store.overdue(NOW + 1, 10)).toEqual([consentId]);
      });

      it('writes nothing of a consent that owes too much', async () => {
        const outbox = Array.from({ length: 47 }, () => aPurge(NOW));

        const saving = store.save({ consent: aConsent(), outbox, now: NOW }, undefined);

        await expect(saving).rejects.toMatchObject({ name: 'OutboxTooLong' });
        expect(await loaded('consent-1')).toBeUndefined();
      });

      it('writes nothing of a consent that is too large', async () => {
        const applied = Array.from({ length: 400 }, () => 'x'.repeat(1_024));

        const saving = store.save(
          { consent: aConsent({ applied }), outbox: [], now: NOW },
          undefined,
        );

        await expect(saving).rejects.toMatchObject({ name: 'ConsentTooLarge' });
        expect(await loaded('consent-1')).toBeUndefined();
      });
    });

    describe('conflicts', () => {
      it('changes the revision with every write', async () => {
        const first = await saved(aConsent());
        const second = await saved(aConsent(), first);

        expect(second.revision).not.toBe(first.revision);
      });

      it('keeps the newer write when an older reader saves', async () => {
        const read = await saved(aConsent());
        await saved(aConsent({ version: 2 }), read);

        const late = { consent: aConsent({ version: 99 }), outbox: [], now: NOW };
        const answer = await store.save(late, read.revision);

        expect(answer).toBe('conflict');
        expect((await loaded('consent-1'))?.consent.version).toBe(2);
      });

      it('takes no consent for new that is there already', async () => {
        await saved(aConsent());

        const again = { consent: aConsent({ version: 99 }), outbox: [], now: NOW };
        const answer = await store.save(again, undefined);

        expect(answer).toBe('conflict');
        expect((await loaded('consent-1'))?.consent.version).toBe(1);
      });

      it('takes no consent for known that is not there', async () => {
        const next = { consent: aConsent(), outbox: [], now: NOW };

        expect(await store.save(next, 'no-such-revision')).toBe('conflict');
        expect(await loaded('consent-1')).toBeUndefined();
      });

      it.each([
        ['the same revision', true],
        ['nothing stored', false],
      ])('lets one of 50 parallel saves over %s win', async (_, stored) => {
        const read = stored ? await saved(aConsent()) : undefined;

        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, n) => {
            const consent = aConsent({ version: 100 + n });
            return store.save({ consent, outbox: [], now: NOW }, read?.revision);
          }),
        );

        const winners = answers.filter((answer) => answer !== 'conflict');
        expect(winners).toHaveLength(1);
        expect(await loaded('consent-1')).toEqual(winners[0]);
      });
    });

    describe('what is overdue', () => {
      const timerAt = (dueAt: number) => ({ timer: { number: 1, dueAt } });

      it('is a consent whose timer was due before the time asked for', async () => {
        await saved(aConsent(timerAt(NOW)));

        expect(await store.overdue(NOW, 10)).toEqual([]);
        expect(await store.overdue(NOW + 1, 10)).toEqual(['consent-1']);
      });

      it('is a consent that has owed effects since before the time asked for', async () => {
        const consent = aConsent(timerAt(NOW + 60_000));

        await store.save({ consent, outbox: [aPurge(NOW)], now: NOW }, undefined);

        expect(await store.overdue(NOW, 10)).toEqual([]);
        expect(await store.overdue(NOW + 1, 10)).toEqual(['consent-1']);
      });

      it('is no consent that owes nothing and waits for nothing', async () => {
        const owing = { consent: aConsent(), outbox: [aPurge(NOW)], now: NOW };
        const first = await store.save(owing, undefined);
        if (first === 'conflict') throw new Error('a conflict where none is possible');

        await saved(aConsent(), first);

        expect(await store.overdue(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      });

      it('waits for the timer again once the effects are cleared', async () => {
        const consent = aConsent(timerAt(NOW + 60_000));
        const owing = { consent, outbox: [aPurge(NOW)], now: NOW };
        const first = await store.save(owing, undefined);
        if (first === 'conflict') throw new Error('a conflict where none is possible');

        await saved(consent, first);

        expect(await store.overdue(NOW + 60_000, 10)).toEqual([]);
        expect(await store.overdue(NOW + 60_001, 10)).toEqual(['consent-1']);
      });

      it('comes oldest first, over all partitions, and no more than asked for', async () => {
        const order = Array.from({ length: 40 }, (_, n) => (n * 7) % 40);
        await Promise.all(
          order.map((n) =>
            saved(aConsent({ consentId: `consent-${n}`, ref: `ref-${n}`, ...timerAt(NOW + n) })),
          ),
        );

        const all = await store.overdue(NOW + 30, 100);
        const some = await store.overdue(NOW + 30, 12);

        expect(all).toEqual(Array.from({ length: 30 }, (_, n) => `consent-${n}`));
        expect(some).toEqual(all.slice(0, 12));
        expect(await store.overdue(NOW + 30, 0)).toEqual([]);
      });
    });
  });
}
