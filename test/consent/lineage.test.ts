import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import { SECOND } from '../../shared/consent/instant.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { answer, at, given, granted, token, when } from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

describe('rule 2: a late grant', () => {
  it.each([
    ['a call that did not say which token it used', {}],
    ['a call made with a token that nobody told of', { used: 't1' }],
    ['a call made with the grant’s own', { used: 't0' }],
  ])('does not replace the newer token out of an error to %s', (_, used) => {
    const told = given(answer('2026-11-22T08:00Z', 'TECHNICAL', { token: 't2', ...used })).when(
      GRANTED,
    );

    expect(told.consent.token?.secret.reveal()).toBe('t2');
  });
});

describe('what is remembered of tokens', () => {
  const rotations = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      answer(new Date(START + n * SECOND).toISOString(), 'OK', {
        used: `t${n}`,
        token: `t${n + 1}`,
      }),
    );

  it('is eight bytes of each fingerprint, of the last 32 tokens', () => {
    const told = given(GRANTED, ...rotations(40)).when(answer('2026-11-22T09:00Z', 'OK'));

    const { lineage } = told.consent;
    expect(lineage).toHaveLength(LINEAGE_MAX);
    expect(lineage.every(({ print }) => /^[\w-]{11}$/.test(print))).toBe(true);
  });

  it('tells a lost race from a strike for every token it reaches back to', () => {
    const history = [GRANTED, ...rotations(LINEAGE_MAX)];
    const refused = (used: string) =>
      given(...history).when(answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { used }));

    expect(refused('t1').notes).toContain('race-lost');
    expect(refused(`t${LINEAGE_MAX}`).notes).toContain('strike');
  });
});

describe('a token that its caller wrote down ahead of the report', () => {
  const alive = when(GRANTED).consent;
  const reported = (used: string, brought: string) =>
    answer('2026-11-24T08:00Z', 'OK', { used, token: brought });

  /** What the report makes of the consent that has been told of it. */
  function heard(consent: Consent, report: ReturnType<typeof reported>, fresh: boolean) {
    const foretold = [{ key: report.key, fresh, lostRace: false }];
    const decision = decide({ ...consent, foretold }, report, POLICIES);
    if (decision.outcome === 'ignored') throw new Error(decision.reason);
    return { token: decision.next.token?.secret.reveal(), notes: decision.notes };
  }

  it('has rotated nothing if it is the one that the call had used', () => {
    expect(heard(alive, reported('t0', 't0'), false)).toEqual({ token: 't0', notes: [] });
  });

  it('stays written, though so many came since that it is not remembered', () => {
    const current = { ...token('t99'), receivedAt: at('2026-11-24T09:00Z'), renewed: true };
    const later = { ...alive, token: current, lineage: [] };

    expect(heard(later, reported('t0', 't1'), true)).toEqual({
      token: 't99',
      notes: ['token-rotated'],
    });
  });

  it('is kept by the report if an end has wiped its successor, and left none', () => {
    const ended = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }),
      answer('2026-11-22T08:01Z', 'OK', { used: 't1', token: 't2' }),
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { used: 't2' }),
    ).when(answer('2026-11-23T09:30Z', 'CONSENT.EXPIRED', { used: 't2' })).consent;

    expect(ended).toMatchObject({ status: 'expired' });
    expect(heard(ended, reported('t0', 't1'), true).token).toBe('t1');
  });
});
