/** Histories as every version of the code so far has left them are read alike. */
import { describe, expect, it } from 'vitest';
import type { Remember } from '../../../shared/consent/effect.ts';
import { POLICIES } from '../../../shared/consent/policy.ts';
import { refOf } from '../../../shared/intake/names.ts';
import { historyOf } from '../../../tools/ops/history.ts';
import { replayed } from '../../../tools/ops/replaying.ts';
import { rememberOf } from '../../effects/sample-effects.ts';
import { allFrozen, ENDED, frozenItem } from '../../store/frozen-items.ts';

describe('a history', () => {
  it.each(allFrozen('history'))('of %s, %s, is read in its order', (version, name) => {
    const { entries, unreadable } = historyOf(frozenItem(version, name), []);

    expect(unreadable).toEqual([]);
    expect(entries).toMatchObject([
      { number: 0, version: 1, event: 'ConsentGranted', to: 'valid' },
      { number: 1, version: 3, row: 'code CONSENT.REVOKED', notes: ['strike'] },
      { number: 2, version: 4, event: 'TimerDue', effects: ['RequestCall', 'SetTimer'] },
    ]);
  });

  it.each(allFrozen('history'))('of %s, %s, is decided the same again', (version, name) => {
    const { entries } = historyOf(frozenItem(version, name), []);
    const bank = { id: 'DE-37040044', timeZone: 'Europe/Berlin' };
    const subject = {
      consentId: ENDED,
      ref: refOf(ENDED),
      provider: 'klarna-consent',
      bank,
    } as const;

    const lines = replayed(entries, subject, POLICIES);

    expect(lines.map(({ differs, skipped }) => [differs, skipped])).toEqual([
      [[], undefined],
      [[], undefined],
      [[], undefined],
    ]);
  });

  it('has what is still owed to it', () => {
    const owed: Remember = rememberOf(7);

    expect(historyOf({}, [owed]).entries).toEqual([{ ...owed.entry, number: 7 }]);
  });

  it('names the place of what it cannot read, and reads the rest', () => {
    const item = frozenItem('v1', 'history');

    const { entries, unreadable } = historyOf({ ...item, e01: { M: { at: { S: 'x' } } } }, []);

    expect([entries.length, unreadable]).toEqual([2, ['e01']]);
  });
});
