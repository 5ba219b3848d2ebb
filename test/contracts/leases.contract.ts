/**
 * What the table promises a caller's turns: each write says what must be true, and touches nothing
 * else. Run by the table in life, by the local one and by the simulated one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { begun, noted } from '../../shared/consent/lease.ts';
import type { ConsentStore, Held } from '../../shared/lifecycle/ports.ts';
import type { DynamoLeases } from '../../shared/store/dynamo-leases.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { revealed } from '../support/revealed.ts';
import { token } from '../support/story.ts';

export interface OpenLeases {
  readonly leases: DynamoLeases;
  /** The worker's own, on the same table. */
  readonly store: ConsentStore;
  close(): Promise<void>;
}

const NOW = Date.UTC(2026, 10, 22, 8, 15);
const UNTIL = NOW + 180_000;
const CALL = { operation: 'balances', accountId: 'acc-1', attended: false } as const;
const FIRST = token('t0');
const NEXT = token('t1');

/** `open` gives an empty table. */
export function leasesContract(name: string, open: () => Promise<OpenLeases>): void {
  describe(name, () => {
    let opened: OpenLeases;
    let leases: DynamoLeases;
    let store: ConsentStore;

    beforeEach(async () => {
      opened = await open();
      ({ leases, store } = opened);
    });
    afterEach(() => opened.close());

    const stored = async (fields: Partial<Consent> = {}): Promise<Held> => {
      const held = { ...FIRST, receivedAt: NOW - 1, renewed: true };
      const consent = aConsent({ token: held, ...fields });
      const answer = await store.save({ consent, outbox: [aPurge(NOW)], now: NOW }, undefined);
      if (answer === 'conflict') throw new Error('a conflict where none is possible');
      return answer;
    };
    const read = async (): Promise<Held> => {
      const held = await leases.read('consent-1');
      if (held === undefined) throw new Error('it is gone');
      return held;
    };
    const LEASE = { resultKey: 'own', until: UNTIL };
    const beginning = (consent: Consent) => begun(consent, { call: CALL, at: NOW }, LEASE);
    const made = async (): Promise<Consent> => {
      await stored();
      const seen = await read();
      const next = beginning(seen.consent);
      expect(await leases.begin(seen, next)).toBe('begun');
      return { ...seen.consent, ...next };
    };
    const answer = { key: 'own', at: NOW + 1, usedFingerprint: FIRST.fingerprint, token: NEXT };
    const turn = { generation: 1, usedFingerprint: FIRST.fingerprint };

    it('reads what the worker has stored, and nothing where there is nothing', async () => {
      const held = await stored();

      expect(revealed(await read())).toEqual(revealed(held));
      expect(await leases.read('another')).toBeUndefined();
    });

    it('begins a turn beside all that is stored, and counts its call', async () => {
      const { consent, outbox } = await stored();

      await leases.begin(await read(), beginning(consent));

      const held = await read();
      expect(revealed(held.consent)).toEqual(revealed({ ...consent, ...beginning(consent) }));
      expect(held.consent.ledger?.counts).toEqual({ 'balances|acc-1': 1 });
      expect(held.outbox).toEqual(outbox);
    });

    it('begins none when somebody has written since it was read', async () => {
      await stored();
      const seen = await read();
      await store.save({ consent: seen.consent, outbox: [], now: NOW }, seen.revision);

      expect(await leases.begin(seen, beginning(seen.consent))).toBe('conflict');
      expect((await read()).consent.lease).toBeUndefined();
    });

    it('makes the worker read again, before and after', async () => {
      const { consent, revision } = await stored();
      const seen = await read();
      await leases.begin(seen, beginning(consent));
      const during = await read();
      const turnOf = { ...consent, ...beginning(consent) };
      await leases.finish(turnOf, 'own', noted(turnOf, answer), turn);

      for (const old of [revision, during.revision]) {
        expect(await store.save({ consent, outbox: [], now: NOW }, old)).toBe('conflict');
      }
    });

    it('ends a turn with the next token, whatever the worker wrote meanwhile', async () => {
      const next = await made();
      const during = await read();
      const meanwhile = { ...during.consent, lastSuccessAt: NOW, applied: ['earlier'] };
      await store.save({ consent: meanwhile, outbox: [], now: NOW }, during.revision);

      const ended = await leases.finish(next, 'own', noted(next, answer), turn);

      const { lease: _, ...rest } = meanwhile;
      const after = await read();
      expect(ended).toBe('finished');
      expect(after.outbox).toEqual([]);
      expect(revealed(after.consent)).toEqual(
        revealed({
          ...rest,
          token: { ...NEXT, receivedAt: NOW + 1, renewed: true },
          lineage: noted(next, answer).ancestors,
          foretold: [{ key: 'own', fresh: true, lostRace: false }],
        }),
      );
    });

    it.each([
      ['another has the turn', { lease: { resultKey: 'other', until: UNTIL } }],
      ['the token is another', { token: { ...NEXT, receivedAt: NOW, renewed: true } }],
      ['another life has begun', { generation: 2 }],
    ])('writes nothing when %s', async (_, fields) => {
      const next = await made();
      const during = await read();
      const consent = { ...during.consent, ...fields };
      await store.save({ consent, outbox: [], now: NOW }, during.revision);
      const before = await read();

      expect(await leases.finish(next, 'own', noted(next, answer), turn)).toBe('conflict');
      expect(revealed(await read())).toEqual(revealed(before));
    });

    it('writes by the revision for whoever has read again, and leaves the turn of another', async () => {
      const next = await made();
      const during = await read();
      const lease = { resultKey: 'other', until: UNTIL };
      await store.save({ consent: { ...next, lease }, outbox: [], now: NOW }, during.revision);
      const again = await read();

      const guard = { revision: again.revision };
      const written = await leases.finish(again.consent, 'own', noted(next, answer), guard);
      const repeated = await leases.finish(again.consent, 'own', noted(next, answer), guard);

      expect([written, repeated]).toEqual(['finished', 'conflict']);
      expect((await read()).consent).toMatchObject({ lease, foretold: [{ key: 'own' }] });
    });

    it('ends the turn of a call without a token or an answer', async () => {
      const next = await made();
      const silence = noted(next, { key: 'own', at: NOW + 1 });

      await leases.finish(next, 'own', silence, { generation: 1 });

      const { consent } = await read();
      expect(consent.lease).toBeUndefined();
      expect(consent.token?.fingerprint).toBe(FIRST.fingerprint);
      expect(consent.foretold).toEqual([{ key: 'own', fresh: false, lostRace: false }]);
    });
  });
}
