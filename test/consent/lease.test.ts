import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { Effect } from '../../shared/consent/effect.ts';
import { DAY } from '../../shared/consent/instant.ts';
import {
  begun as begunBy,
  FORETOLD_MAX,
  noted,
  refusalOf,
  type Wish,
} from '../../shared/consent/lease.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Lease } from '../../shared/consent/under-way.ts';
import { aConsent } from '../support/a-consent.ts';
import { answer, at, given, granted, token } from '../support/story.ts';

const POLICY = POLICIES['klarna-consent'];
const NOON = at('2026-11-23T11:00:00Z');
const BALANCES = { operation: 'balances', accountId: 'acc-1', attended: false } as const;

/** The consent after a grant at ten, its token t0, and what happened since. */
function grantedAnd(...answers: readonly ReturnType<typeof answer>[]): Consent {
  const grant = granted('2026-11-23T10:00:00Z', { token: 't0' });
  const last = answers.at(-1);
  if (last === undefined) return given().when(grant).consent;
  return given(grant, ...answers.slice(0, -1)).when(last).consent;
}

const withLease = (consent: Consent, ...begin: [Wish, Lease]): Consent => ({
  ...consent,
  ...begunBy(consent, ...begin),
});

/** What the library does between `begin` and the arrival of the report. */
function answeredAhead(before: Consent, reported: ReturnType<typeof answer>): Consent {
  const { key, at: time, call, usedFingerprint, requestId } = reported;
  const request = requestId === undefined ? {} : { requestId };
  const lease = { resultKey: key, until: time + 180_000, ...request };
  const { lease: _, ...begun } = withLease(before, { call, at: time, ...request }, lease);
  const what = noted(begun, {
    key,
    at: time,
    ...request,
    ...(usedFingerprint !== undefined && { usedFingerprint }),
    ...(reported.token !== undefined && { token: reported.token }),
  });
  return {
    ...begun,
    ...(what.token && { token: what.token }),
    lineage: [...begun.lineage, ...what.ancestors],
    foretold: [...(begun.foretold ?? []), ...what.foretold],
  };
}

/** Without what the library leaves behind, and without what the order of tokens only is. */
function essence(consent: Consent): unknown {
  const { foretold: _, lease: __, lineage, ...rest } = consent;
  return { ...rest, lineage: lineage.map(({ print }) => print).sort() };
}

/** The history says what a decision met, and what had been foretold. */
function withoutMet(effect: Effect): unknown {
  if (effect.do !== 'Remember') return effect;
  const { met: _, heard: { foretold: __, ...heard } = {}, ...entry } = effect.entry;
  return { ...effect, entry: { ...entry, heard } };
}

describe('a result whose token was kept ahead', () => {
  const begun = grantedAnd();

  it.each([
    ['a success', answer('2026-11-23T11:00:00Z', 'OK', { used: 't0', token: 't1' })],
    ['an error', answer('2026-11-23T11:00:00Z', 'BANK.TECHNICAL', { used: 't0', token: 't1' })],
    ['a strike', answer('2026-11-23T11:00:00Z', 'CONSENT.EXPIRED', { used: 't0', token: 't1' })],
    ['a strike without one', answer('2026-11-23T11:00:00Z', 'CONSENT.REVOKED', { used: 't0' })],
    ['a success without one', answer('2026-11-23T11:00:00Z', 'OK', { used: 't0' })],
  ])('is judged as if nobody had been before it: %s (rules 1, 4, 5, 8)', (_, reported) => {
    const plainly = decide(begun, reported, POLICIES);
    const ahead = decide(answeredAhead(begun, reported), reported, POLICIES);

    if (plainly.outcome !== 'advanced' || ahead.outcome !== 'advanced') throw new Error('ignored');
    expect(essence(ahead.next)).toEqual(essence(plainly.next));
    expect(ahead.effects.map(withoutMet)).toEqual(plainly.effects.map(withoutMet));
    expect(ahead.notes).toEqual(plainly.notes);
  });

  it('leaves nothing behind when it has come', () => {
    const reported = answer('2026-11-23T11:00:00Z', 'OK', { used: 't0', token: 't1' });

    const ahead = decide(answeredAhead(begun, reported), reported, POLICIES);

    expect(ahead).toMatchObject({ outcome: 'advanced' });
    expect(ahead).not.toHaveProperty('next.foretold');
  });

  it('takes nothing back when the call after it was answered first (rule 2)', () => {
    const first = answer('2026-11-23T11:00:00Z', 'OK', { used: 't0', token: 't1' });
    const second = answer('2026-11-23T11:01:00Z', 'OK', { used: 't1', token: 't2' });

    const both = answeredAhead(answeredAhead(begun, first), second);
    const heard = [second, first].reduce((state, event) => {
      const decision = decide(state, event, POLICIES);
      return decision.outcome === 'advanced' ? decision.next : state;
    }, both);

    expect(heard.token?.fingerprint).toBe(token('t2').fingerprint);
    expect(heard).toMatchObject({
      token: { renewed: true },
      ledger: { counts: { 'accounts|': 2 } },
    });
  });

  it('keeps no token of a life that a grant has ended meanwhile (rule 2)', () => {
    const anew = given(granted('2026-11-23T10:00:00Z', { token: 't0' })).when(
      granted('2026-11-23T11:00:00Z', { token: 'n0' }),
    ).consent;
    const { fingerprint: usedFingerprint } = token('t0');

    const what = noted(anew, { key: 'k', at: NOON + 1, usedFingerprint, token: token('t1') });

    expect(what).toEqual({ ancestors: [], foretold: [] });
  });

  it('keeps the latest of the tokens that an end has wiped, whichever revives it (rules 2, 12)', () => {
    const suspect = grantedAnd(answer('2026-11-24T10:00:00Z', 'CONSENT.EXPIRED', { used: 't0' }));
    const second = answer('2026-11-25T10:31:00Z', 'CONSENT.EXPIRED', { used: 't0' });
    const third = answer('2026-11-25T10:32:00Z', 'OK', { used: 't0', token: 't1' });
    const fourth = answer('2026-11-25T10:33:00Z', 'OK', { used: 't1', token: 't2' });
    const ahead = [second, third, fourth].reduce(answeredAhead, suspect);

    const told = [
      [second, third, fourth],
      [second, fourth, third],
    ].map((order) =>
      order.reduce((state, event) => {
        const decision = decide(state, event, POLICIES);
        return decision.outcome === 'advanced' ? decision.next : state;
      }, ahead),
    );

    expect(told.map(({ generation, token: kept }) => [generation, kept?.fingerprint])).toEqual([
      [2, token('t2').fingerprint],
      [2, token('t2').fingerprint],
    ]);
  });

  it('revives a consent that ended before it came, with its token (rule 12)', () => {
    const suspect = grantedAnd(answer('2026-11-24T10:00:00Z', 'CONSENT.EXPIRED', { used: 't0' }));
    const late = answer('2026-11-25T10:00:00Z', 'OK', { used: 't0', token: 't1' });
    const second = answer('2026-11-25T11:00:00Z', 'CONSENT.EXPIRED', { used: 't1' });
    const ended = decide(answeredAhead(suspect, late), second, POLICIES);
    if (ended.outcome !== 'advanced') throw new Error('ignored');

    const revived = decide(ended.next, late, POLICIES);

    expect(ended.next).toMatchObject({ status: 'expired' });
    expect(ended.next.token).toBeUndefined();
    expect(revived).toMatchObject({ next: { status: 'suspect', token: token('t1') } });
  });
});

describe('a call may begin', () => {
  it('unless one of these stands in its way, asked in this order', () => {
    const cases = [
      [{ end: { at: NOON, by: 'bank' }, status: 'expired' }, 'ended'],
      [{ lease: { resultKey: 'other', until: NOON + 1 } }, 'call-running'],
      [{ limit: { since: NOON - 1, until: NOON + 1, waits: 1 } }, 'waiting'],
      [{ lease: { resultKey: 'other', until: NOON } }, undefined],
      [{ lease: { resultKey: 'of a clock ahead', until: NOON + DAY } }, undefined],
      [{ limit: { since: NOON - 2, until: NOON, waits: 1 } }, undefined],
      [{}, undefined],
    ] as const;

    const reasons = cases.map(
      ([fields]) => refusalOf(aConsent(fields), { call: BALANCES, at: NOON }, POLICY)?.reason,
    );

    expect(reasons).toEqual(cases.map(([, reason]) => reason));
  });

  it('to answer a request though only one call of the day is left, which is kept for that', () => {
    const consent = grantedAnd(
      answer('2026-11-23T10:01:00Z', 'OK', { token: 't1' }),
      answer('2026-11-23T10:02:00Z', 'OK', { token: 't2' }),
      answer('2026-11-23T10:03:00Z', 'BANK.TECHNICAL'),
    );
    const call = { operation: 'accounts', attended: false } as const;
    const [waiting] = consent.calls;
    if (waiting === undefined) throw new Error('nothing waits');
    const sent = {
      ...consent,
      calls: [{ ...waiting, dueAt: NOON, request: { id: 'r1', sentAt: NOON } }],
    };

    const own = refusalOf(sent, { call, at: NOON }, POLICY);
    const requested = refusalOf(sent, { call, at: NOON, requestId: 'r1' }, POLICY);
    const another = refusalOf(sent, { call, at: NOON, requestId: 'r2' }, POLICY);

    expect(own).toEqual({ reason: 'day-used-up', until: at('2026-11-23T23:00:00Z') });
    expect(requested).toBeUndefined();
    expect(another).toEqual({ reason: 'request-outdated' });
  });

  it('the one that a bank allows a day, where it allows one only', () => {
    const consent = aConsent({ bank: { unattendedCallsPerDayMax: 1 } });
    const wish = { call: BALANCES, at: NOON };

    const first = refusalOf(consent, wish, POLICY);
    const second = refusalOf(
      withLease(consent, wish, { resultKey: 'k', until: NOON }),
      wish,
      POLICY,
    );

    expect(first).toBeUndefined();
    expect(second?.reason).toBe('day-used-up');
  });

  it('before its own wait is over only if a suspicion was all that held it', () => {
    const waiting = grantedAnd(
      answer('2026-11-23T10:59:00Z', 'BANK.TECHNICAL', {
        operation: 'balances',
        accountId: 'acc-1',
      }),
    );
    const held = {
      ...waiting,
      calls: waiting.calls.map((one) => ({ ...one, reason: 'resume' as const })),
    };

    expect(refusalOf(waiting, { call: BALANCES, at: NOON }, POLICY)).toEqual({
      reason: 'waiting',
      until: at('2026-11-23T11:29:00Z'),
    });
    expect(refusalOf(held, { call: BALANCES, at: NOON }, POLICY)).toBeUndefined();
  });

  it('after another that lost its turn, which is not counted again when it reports (rule 8)', () => {
    const begun = grantedAnd();
    const lost = answer('2026-11-23T11:00:00Z', 'OK', { used: 't0', token: 't1' });
    const call = { operation: 'accounts', attended: false } as const;
    const first = withLease(begun, { call, at: NOON }, { resultKey: lost.key, until: NOON + 1 });
    const second = withLease(first, { call, at: NOON + 2 }, { resultKey: 'k', until: NOON + 3 });

    const decision = decide(second, lost, POLICIES);

    expect(decision).toMatchObject({
      next: {
        token: token('t1'),
        ledger: { counts: { 'accounts|': 2 } },
        lease: { resultKey: 'k' },
      },
    });
    expect(decision).not.toHaveProperty('next.foretold');
  });

  it('without making the lists of the consent longer than their bounds', () => {
    const many = <T>(one: T) => Array.from({ length: 99 }, () => one);
    const consent = aConsent({
      lineage: many({ print: 'p', generation: 1 }),
      foretold: many({ key: 'k', fresh: true, lostRace: false }),
    });

    const begun = withLease(consent, { call: BALANCES, at: NOON }, { resultKey: 'k', until: NOON });

    expect(begun.lineage).toHaveLength(LINEAGE_MAX);
    expect(begun.foretold).toHaveLength(FORETOLD_MAX - 1);
  });
});
