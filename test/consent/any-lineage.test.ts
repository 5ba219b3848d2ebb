/**
 * Rule 2 in general: results that form one unbroken lineage of tokens end with the newest token, in
 * whatever order they arrive and however often.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { SECOND } from '../../shared/consent/instant.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { answer, at, granted } from '../support/story.ts';

const RUNS = { numRuns: 100 };
const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

/** No end among them: an ended consent keeps no token. */
const living = fc.constantFrom<Category[]>(
  'OK',
  'OK.WARNING',
  'TECHNICAL',
  'BANK.API_TIMEOUT',
  'CONSENT.LIMIT_EXCEEDED',
  'CONSENT.RESOURCE_NOT_GRANTED',
  'NOT_SUPPORTED.TRANSACTIONS_DATE_RANGE',
  'USER.ACCESS_DENIED',
  'REQUEST',
  'UNKNOWN',
);
const answers = fc.array(fc.record({ category: living, after: fc.integer({ min: 1, max: 90 }) }), {
  minLength: 1,
  maxLength: LINEAGE_MAX + 8,
  size: 'max',
});

/** Result `n` was made with token `n` and brings token `n + 1`, later than the one before. */
const chain = answers.map((links) => {
  let time = START;
  return links.map(({ category, after }, n) => {
    time += after * SECOND;
    const operation = n % 2 === 0 ? 'balances' : 'transactions';
    const tokens = { used: `t${n}`, token: `t${n + 1}` };
    return answer(new Date(time).toISOString(), category, { operation, ...tokens });
  });
});
const shuffled = chain.chain((links) => {
  const indices = fc.shuffledSubarray([...links.keys()], { minLength: links.length });
  const twice = fc.array(fc.nat({ max: links.length - 1 }), { maxLength: 5 });
  return fc.tuple(indices, twice).map(([order, again]) => ({
    newest: `t${links.length}`,
    arriving: [...order, ...again].flatMap((n) => links[n] ?? []),
  }));
});

function playedOut(events: readonly ConsentEvent[]): Consent | undefined {
  return events.reduce<Consent | undefined>((state, event) => {
    const decision = decide(state, event, POLICIES);
    return decision.outcome === 'advanced' ? decision.next : state;
  }, undefined);
}

describe('rule 2: one unbroken lineage', () => {
  it('ends with the newest token, in any order and with duplicates', () => {
    fc.assert(
      fc.property(shuffled, ({ newest, arriving }) => {
        expect(playedOut([GRANTED, ...arriving])?.token?.secret.reveal()).toBe(newest);
      }),
      RUNS,
    );
  });

  it('ends with the newest token when nobody has ever told of a grant', () => {
    fc.assert(
      fc.property(shuffled, ({ newest, arriving }) => {
        expect(playedOut(arriving)?.token?.secret.reveal()).toBe(newest);
      }),
      RUNS,
    );
  });

  it('ends with the newest token when the grant is heard of somewhere on the way', () => {
    fc.assert(
      fc.property(shuffled, fc.nat({ max: 40 }), ({ newest, arriving }, place) => {
        const cut = place % (arriving.length + 1);
        const events = [...arriving.slice(0, cut), GRANTED, ...arriving.slice(cut)];

        expect(playedOut(events)?.token?.secret.reveal()).toBe(newest);
      }),
      RUNS,
    );
  });
});
