/**
 * What every brake promises: it counts a bank's ends by the hour and its living consents by the
 * week, and holds by these counts and by what a person decided. Twin and table both pass it.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BankDecision } from '../../shared/consent/brake.ts';
import { DAY, HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Brake, CountedConsent } from '../../shared/lifecycle/ports.ts';

export interface OpenBrake {
  readonly brake: Brake;
  decide(bankId: string, decision: BankDecision): Promise<void>;
  close(): Promise<void>;
}

/** The middle of an hour, the third day of a week. */
const NOW = Date.UTC(2026, 10, 21, 8, 30);
const policy = POLICIES['klarna-consent'];
let refs = 0;

function counted(at = NOW, bankId = 'bank-1'): CountedConsent {
  refs += 1;
  return { bankId, ref: `ref-${refs}`, at, policy };
}

/** `open` gives a brake that has counted nothing. */
export function brakeContract(name: string, open: () => Promise<OpenBrake>): void {
  describe(name, () => {
    let opened: OpenBrake;
    let brake: Brake;

    beforeEach(async () => {
      opened = await open();
      brake = opened.brake;
    });

    afterEach(() => opened.close());

    /** What the brake says to so many ends, one after the other. */
    const ends = async (count: number, ...where: Parameters<typeof counted>) => {
      const said: boolean[] = [];
      for (let n = 0; n < count; n += 1) said.push(await brake.hold(counted(...where)));
      return said;
    };
    const alive = async (count: number, ...where: Parameters<typeof counted>) => {
      await Promise.all(Array.from({ length: count }, () => brake.active(counted(...where))));
    };

    it('lets 19 ends of an hour go, and holds the twentieth and those after it', async () => {
      const said = await ends(22);

      expect(said).toEqual([...Array(19).fill(false), true, true, true]);
    });

    it('lets no more than 19 go when they come side by side', async () => {
      const said = await Promise.all(Array.from({ length: 30 }, () => brake.hold(counted())));

      expect(said.filter((held) => !held).length).toBeLessThan(20);
    });

    it('lets 20 go of a bank that has more than 400 active consents, and holds the 21st', async () => {
      await alive(410);

      const said = await ends(21);

      expect(said.lastIndexOf(false)).toBe(19);
      expect(said.at(-1)).toBe(true);
    });

    it('knows the active consents of the week before, and none from before that', async () => {
      await alive(410, NOW - 7 * DAY);
      await alive(410, NOW - 14 * DAY, 'bank-2');

      expect((await ends(20)).at(-1)).toBe(false);
      expect((await ends(20, NOW, 'bank-2')).at(-1)).toBe(true);
    });

    it('counts half of the hour before in the middle of an hour, and nothing from before that', async () => {
      await ends(30, NOW - HOUR);
      await ends(60, NOW - 2 * HOUR - MINUTE, 'bank-2');

      expect((await ends(5)).at(-1)).toBe(true);
      expect((await ends(1, NOW, 'bank-2')).at(-1)).toBe(false);
    });

    it('counts each bank by itself', async () => {
      await ends(25, NOW, 'bank-1');

      expect(await ends(1, NOW, 'bank-2')).toEqual([false]);
    });

    it('holds what a person told it to hold, until then', async () => {
      await opened.decide('bank-1', { heldUntil: NOW + 1 });

      expect(await ends(1)).toEqual([true]);
      expect(await ends(1, NOW + 1)).toEqual([false]);
      expect(await ends(1, NOW, 'bank-2')).toEqual([false]);
    });

    it('lets go what a person released, until then', async () => {
      await ends(25);
      await opened.decide('bank-1', { releasedUntil: NOW + 1 });

      expect(await ends(1)).toEqual([false]);
      expect(await ends(1, NOW + 1)).toEqual([true]);
    });

    it('goes by the latest decision', async () => {
      await opened.decide('bank-1', { heldUntil: NOW + DAY });
      await opened.decide('bank-1', { releasedUntil: NOW + DAY });

      expect(await ends(21)).toEqual(Array(21).fill(false));
    });
  });
}
