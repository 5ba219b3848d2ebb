/** What is written down when a turn begins, when it is answered and when its result has come. */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import { begun, FORETOLD_MAX, isNoted, noted } from '../../shared/consent/lease.ts';
import { LINEAGE_MAX, printOf } from '../../shared/consent/lineage.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { aConsent } from '../support/a-consent.ts';
import { answer, at, token } from '../support/story.ts';

const NOON = at('2026-11-23T11:00:00Z');
const TODAY = at('2026-11-22T23:00:00Z');
const BALANCES = { operation: 'balances', accountId: 'acc-1', attended: false } as const;
const LEASE = { resultKey: 'k', until: NOON + 1 };
const LEDGER = { dayStart: TODAY, counts: { 'balances|acc-1': 1 }, purges: 0 };

const print = (word: string) => printOf(token(word).fingerprint);
const ancestor = (word: string) => ({ print: print(word), generation: 1 });
const some = <T>(count: number, one: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => one(index));

describe('when a turn begins', () => {
  const beginning = (fields: Partial<Consent>, attended = true) =>
    begun(aConsent(fields), { call: { ...BALANCES, attended }, at: NOON }, LEASE);

  it('its call is counted, but not with the PSU present (rule 8)', () => {
    expect(beginning({ ledger: LEDGER }, false)).toStrictEqual({
      lease: LEASE,
      ledger: { ...LEDGER, counts: { 'balances|acc-1': 2 } },
    });
    expect(beginning({ ledger: LEDGER })).toStrictEqual({ lease: LEASE });
    expect(beginning({})).toStrictEqual({ lease: LEASE });
  });

  it.each([{ resultKey: 'lost' }, { resultKey: 'lost', requestId: 'r1' }])(
    'a turn that was lost may still report: %j',
    ({ resultKey, ...request }) => {
      const foretold = [{ key: 'earlier', fresh: true }];
      const lease = { resultKey, until: NOON, ...request };

      expect(beginning({ lease, foretold }).foretold).toStrictEqual([
        ...foretold,
        { key: resultKey, ...request },
      ]);
    },
  );

  it('lists are made shorter only when they are full', () => {
    const foretold = some(FORETOLD_MAX, (index) => ({ key: `k${index}` }));
    const lineage = some(LINEAGE_MAX + 1, (index) => ({ print: `p${index}`, generation: 1 }));

    expect(beginning({ foretold: foretold.slice(1), lineage: lineage.slice(1) })).toStrictEqual({
      lease: LEASE,
    });
    expect(beginning({ foretold, lineage })).toStrictEqual({
      lease: LEASE,
      foretold: foretold.slice(1),
      lineage: lineage.slice(1),
    });
  });
});

describe('when a call is answered', () => {
  const stored = { ...token('t0'), receivedAt: NOON - 1, renewed: true };
  const living = aConsent({ generation: 1, token: stored, lineage: [ancestor('t0')] });
  const told = { key: 'k', fresh: true, lostRace: false };

  it('its token, and what was true of it then, is noted with its request', () => {
    const { fingerprint: usedFingerprint } = token('t0');
    const answered = { key: 'k', at: NOON, usedFingerprint, token: token('t1') };

    const own = noted(living, answered);
    const requested = noted(living, { ...answered, requestId: 'r1' });

    expect(own).toStrictEqual({
      token: { ...token('t1'), receivedAt: NOON, renewed: true },
      ancestors: [ancestor('t1')],
      foretold: [told],
    });
    expect(requested).toStrictEqual({ ...own, foretold: [{ ...told, requestId: 'r1' }] });
  });

  it('without a token, the call is noted all the same', () => {
    expect(noted(living, { key: 'k', at: NOON })).toStrictEqual({
      ancestors: [],
      foretold: [{ ...told, fresh: false }],
    });
  });

  it('the first token of a consent is dated by its own answer', () => {
    const { token: kept } = noted(aConsent(), { key: 'k', at: NOON, token: token('t1') });

    expect(kept?.receivedAt).toBe(NOON);
  });

  it('by a clock that is behind, the token is no older than the one that it succeeds', () => {
    const { fingerprint: usedFingerprint } = token('t0');
    const answered = { key: 'k', at: NOON - 60_000, usedFingerprint, token: token('t1') };

    expect(noted(living, answered).token?.receivedAt).toBe(NOON - 1);
  });

  it('a token that nobody has told of is remembered, for it has been used up', () => {
    const answered = { key: 'k', at: NOON, usedFingerprint: token('t9').fingerprint };

    expect(noted(living, { ...answered, token: token('t1') }).ancestors).toEqual([
      ancestor('t9'),
      ancestor('t1'),
    ]);
    expect(noted(living, { ...answered, token: token('t0') }).ancestors).toEqual([ancestor('t9')]);
  });

  it('nothing is noted of a consent that has ended: its message will tell (rule 12)', () => {
    const ended = { ...living, end: { at: NOON, by: 'bank' } } as const;

    expect(noted(ended, { key: 'k', at: NOON, token: token('t1') })).toStrictEqual({
      ancestors: [],
      foretold: [],
    });
  });

  it.each<[string, Partial<Consent>, boolean]>([
    ['nothing is known of it', {}, false],
    ['its result has been applied', { applied: ['k'] }, true],
    ['it is foretold with its token', { foretold: [{ key: 'k', fresh: false }] }, true],
    ['it is foretold beside others', { foretold: [{ key: 'o' }, { key: 'k', fresh: true }] }, true],
    ['its turn was lost: nothing is known of its token', { foretold: [{ key: 'k' }] }, false],
    ['another one has been written down', { foretold: [{ key: 'o', fresh: true }] }, false],
    ['it comes after many others', { applied: ['o'], foretold: [{ key: 'o' }] }, false],
  ])('whether it has been written down already: %s', (_, fields, already) => {
    expect(isNoted(aConsent(fields), 'k')).toBe(already);
  });
});

describe('when a result has come', () => {
  const reported = answer('2026-11-23T11:00:00Z', 'OK', { operation: 'balances' });
  const counts = { 'balances|': 1 };
  const underWay = (resultKey: string) =>
    aConsent({ lease: { ...LEASE, resultKey }, ledger: { ...LEDGER, counts } });

  it('its turn is over, and its call not counted again (rule 8)', () => {
    const decision = decide(underWay(reported.key), reported, POLICIES);

    expect(decision).toMatchObject({ next: { ledger: { counts } } });
    expect(decision).not.toHaveProperty('next.lease');
  });

  it('the turn of another call goes on, and this one is counted', () => {
    const decision = decide(underWay('k'), reported, POLICIES);

    expect(decision).toMatchObject({
      next: { lease: { resultKey: 'k' }, ledger: { counts: { 'balances|': 2 } } },
    });
  });

  it('with the PSU present, no day is begun for it (rule 8)', () => {
    const attended = answer('2026-11-23T11:00:00Z', 'OK', { attended: true });

    expect(decide(aConsent(), attended, POLICIES)).not.toHaveProperty('next.ledger');
  });
});
