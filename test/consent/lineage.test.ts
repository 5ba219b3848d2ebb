import { describe, expect, it } from 'vitest';
import { SECOND } from '../../shared/consent/instant.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { answer, at, given, granted } from '../support/story.ts';

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
