/** A history decided again: the same by the same rules, and different where the rules are. */
import { describe, expect, it } from 'vitest';
import { POLICIES, type Policies } from '../../../shared/consent/policy.ts';
import { notToldOf } from '../../../tools/ops/replay.ts';
import { replayed } from '../../../tools/ops/replaying.ts';
import { answer, granted, itsTimer, type Step, withdrawn } from '../../support/story.ts';
import { type Played, playedBy } from './histories.ts';

const BANK = { id: 'DE-1', timeZone: 'Europe/Berlin' };

const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'two strikes, and a grant': [
    granted('2026-11-20T06:00Z', { token: 't-0', bank: BANK }),
    answer('2026-11-21T07:00Z', 'OK', { used: 't-0', token: 't-1' }),
    answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', { used: 't-1' }),
    itsTimer(),
    answer('2026-11-24T08:30Z', 'CONSENT.REVOKED', { used: 't-1', now: '2026-11-24T08:31Z' }),
    granted('2026-11-25T06:00Z', { token: 't-9', validUntil: '2027-02-25T00:00Z' }),
  ],
  'tokens that rotate unseen, and a lost race': [
    granted('2026-11-20T06:00Z', { token: 't-0', bank: BANK }),
    answer('2026-11-20T07:00Z', 'OK', { used: 't-0', token: 't-1' }),
    answer('2026-11-21T07:00Z', 'OK', { used: 't-1', token: 't-2' }),
    answer('2026-11-21T07:01Z', 'CONSENT.EXPIRED', { used: 't-1', operation: 'balances' }),
    answer('2026-11-22T07:00Z', 'OK', { used: 't-2', token: 't-3' }),
    answer('2026-11-22T07:01Z', 'CONSENT.EXPIRED', { used: 't-2', operation: 'balances' }),
    answer('2026-11-22T08:00Z', 'CONSENT', { used: 't-3' }),
    answer('2026-11-22T09:00Z', 'OK', { used: 't-3', token: 't-4' }),
  ],
  'limits, ladders and a withdrawal': [
    granted('2026-11-20T06:00Z', { token: 't-0', bank: BANK }),
    answer('2026-11-20T15:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances', used: 't-0' }),
    itsTimer(),
    answer('2026-11-21T08:00Z', 'BANK.TECHNICAL', { accountId: 'acc-1', operation: 'balances' }),
    itsTimer(),
    answer('2026-11-21T09:00Z', 'MAINTENANCE', { retryAfterSeconds: 3_600 }),
    withdrawn('2026-11-22T06:00Z', 'tpp'),
  ],
};

function again({ consent, entries }: Played, policies: Policies = POLICIES) {
  const { consentId, ref, bank, provider = 'klarna-consent' } = consent;
  return replayed(entries, { consentId, ref, bank, provider }, policies);
}

function differing(lines: ReturnType<typeof again>) {
  return lines.filter(({ differs, skipped }) => differs.length > 0 || skipped !== undefined);
}

describe('a history decided again', () => {
  it.each(Object.entries(STORIES))('by the same rules is the same: %s', (_, steps) => {
    const lines = again(playedBy(steps));

    expect(lines.length).toBeGreaterThan(2);
    expect(differing(lines)).toEqual([]);
  });
});

/** The rules of a version to come: one strike ends, and is confirmed later. */
function otherwise(change: Partial<Policies['klarna-consent']>): Policies {
  return { ...POLICIES, 'klarna-consent': { ...POLICIES['klarna-consent'], ...change } };
}

const STRUCK = [
  granted('2026-11-20T06:00Z', { token: 't-0', bank: BANK }),
  answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', { used: 't-0' }),
];

describe('by other rules', () => {
  it('a timer that would be set for another time is shown, then and now', () => {
    const lines = again(playedBy(STRUCK), otherwise({ confirmAfterMinutes: 60 }));

    expect(differing(lines)).toMatchObject([
      {
        number: 1,
        differs: [
          { what: 'timer', told: '2026-11-24T08:20:00.000Z', now: '2026-11-23T09:00:00.000Z' },
        ],
      },
    ]);
  });

  it('an end that would not have come is shown with its status, notes and notices', () => {
    const finality = { strikes: 1, spanDays: 0 };
    const sooner = otherwise({
      finality: { ...POLICIES['klarna-consent'].finality, 'CONSENT.EXPIRED': finality },
    });

    const [line] = differing(again(playedBy(STRUCK, sooner)));

    expect(line?.differs).toMatchObject([
      { what: 'status', told: 'expired', now: 'suspect' },
      { what: 'notes', told: 'ended, strike', now: 'strike' },
      { what: 'effects', now: 'SetTimer' },
      { what: 'timer', told: 'none', now: '2026-11-24T08:20:00.000Z' },
      { what: 'notices', told: expect.stringContaining('1.required'), now: 'none' },
    ]);
  });

  it('an answer that a dialect reads otherwise is shown with its category', () => {
    const played = playedBy(STRUCK);
    const row = 'unknown code CONSENT.REVOKED.BY_BANK';
    const entries = played.entries.map((one) =>
      one.category === undefined ? one : { ...one, row, category: 'UNKNOWN' },
    );

    const [line] = differing(again({ ...played, entries }));

    expect(line?.differs[0]).toEqual({
      what: 'category',
      told: 'UNKNOWN',
      now: 'CONSENT.REVOKED',
    });
  });
});

describe('what a history does not tell', () => {
  it('is counted before each entry, and the token is known all the same', () => {
    const steps = STORIES['tokens that rotate unseen, and a lost race'] ?? [];

    expect(again(playedBy(steps)).map(({ unseen }) => unseen)).toEqual([0, 2, 1, 0, 0]);
  });

  it('is the beginning, when the entries begin with a suspicion', () => {
    const { consent, entries } = playedBy([
      ...STRUCK,
      answer('2026-11-24T08:30Z', 'CONSENT.REVOKED', { used: 't-0' }),
    ]);

    const [first] = again({ consent, entries: entries.slice(2) });

    expect(first?.skipped).toBe('what it met (suspect) is not in the history');
  });

  it('is no matter to a grant after an end, with which a history begins once more', () => {
    const { consent, entries } = playedBy([
      ...STRUCK,
      withdrawn('2026-11-24T06:00Z', 'tpp'),
      granted('2026-11-25T06:00Z', { token: 't-9' }),
      answer('2026-11-26T08:00Z', 'CONSENT.EXPIRED', { used: 't-9' }),
    ]);

    const lines = again({ consent, entries: entries.slice(3) });

    expect([lines.length, differing(lines)]).toEqual([2, []]);
  });

  it('is what an entry of earlier code did not keep, which is assumed to be as usual', () => {
    const { consent, entries } = playedBy(STRUCK);
    const old = entries.map(({ heard: _, met: _met, owed: _owed, ...entry }) => entry);

    const lines = again({ consent, entries: old });

    expect(differing(lines)).toEqual([]);
    expect(notToldOf({ entries: old, unreadable: ['e07'] }, 9)).toEqual([
      expect.stringMatching(/^6 of 9 decisions left no entry that is kept: plain successes/),
      '2 entries are of earlier code: which token and which call it was is not told',
      'not readable: e07',
      'never in a history: what was ignored, account lists, the bank as it was told then',
    ]);
  });
});
