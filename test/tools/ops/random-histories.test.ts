/**
 * Whatever has happened, its history decided again by the same rules is the same, as long as all of
 * it is in the history: where it differs, decisions before it have left no entry.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Category } from '../../../shared/consent/category.ts';
import { MINUTE } from '../../../shared/consent/instant.ts';
import { POLICIES } from '../../../shared/consent/policy.ts';
import { replayed } from '../../../tools/ops/replaying.ts';
import { answer, granted, itsTimer, type Step } from '../../support/story.ts';
import { playedBy } from './histories.ts';

const START = Date.parse('2026-11-20T06:00Z');
const LAG_MS = 250;

const happening = fc.record({
  kind: fc.constantFrom('answer', 'answer', 'answer', 'timer', 'grant'),
  gapMinutes: fc.integer({ min: 1, max: 3_000 }),
  lateMinutes: fc.constantFrom(0, 0, 0, 90),
  category: fc.constantFrom<Category[]>(
    'OK',
    'CONSENT.EXPIRED',
    'CONSENT.REVOKED',
    'CONSENT',
    'CONSENT.LIMIT_EXCEEDED',
    'CONSENT.RESOURCE_NOT_GRANTED',
    'BANK.TECHNICAL',
    'CREDENTIAL.ACCESS_TOKEN',
    'USER',
    'REQUEST',
  ),
  operation: fc.constantFrom('accounts', 'balances'),
  accountId: fc.constantFrom(undefined, 'acc-1', 'acc-2'),
  /** How many tokens ago the one was the latest that the call used. */
  tokensAgo: fc.nat({ max: 2 }),
  bringsToken: fc.boolean(),
  attended: fc.boolean(),
});

type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

function storyOf(happenings: readonly Happening[]): readonly Step[] {
  let at = START;
  const tokens = ['token-0'];
  const steps: Step[] = [granted(iso(at), { token: 'token-0', bank: { id: 'DE-1' } })];
  for (const one of happenings) {
    at += one.gapMinutes * MINUTE;
    steps.push(stepOf(one, at, tokens));
  }
  return steps;
}

function stepOf(one: Happening, at: number, tokens: string[]): Step {
  const { kind, lateMinutes, category, tokensAgo, accountId, attended, operation } = one;
  const [time, now] = [iso(at - lateMinutes * MINUTE), iso(at + LAG_MS)];
  const used = tokens.at(-1 - Math.min(tokensAgo, tokens.length - 1));
  const brings = kind === 'grant' || category === 'OK' || one.bringsToken;
  if (kind === 'timer') {
    return (consent) => {
      const isDue = consent.timer !== undefined && consent.timer.dueAt <= at;
      const step = isDue ? itsTimer(now) : answer(now, 'TECHNICAL', { operation: 'other' });
      return typeof step === 'function' ? step(consent) : step;
    };
  }
  const token = `token-${tokens.length}`;
  if (brings) tokens.push(token);
  if (kind === 'grant') return granted(time, { now, token });
  return answer(time, category, {
    now,
    operation,
    attended,
    ...(used !== undefined && { used }),
    ...(accountId !== undefined && { accountId }),
    ...(brings && { token }),
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

it('a history that is whole is decided the same again', () => {
  let whole = 0;
  fc.assert(
    fc.property(fc.array(happening, { minLength: 3, maxLength: 25 }), (happenings) => {
      const { consent, entries } = playedBy(storyOf(happenings));
      const { consentId, ref, bank, provider = 'klarna-consent' } = consent;

      const lines = replayed(entries, { consentId, ref, bank, provider }, POLICIES);

      const gap = lines.findIndex(({ unseen }) => unseen > 0);
      const told = gap < 0 ? lines : lines.slice(0, gap);
      whole += told.length;
      expect(told.filter(({ differs, skipped }) => differs.length > 0 || skipped)).toEqual([]);
    }),
    { numRuns: 300 },
  );
  expect(whole).toBeGreaterThan(300);
});
