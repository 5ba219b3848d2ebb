/**
 * Rules 2 and 3 in general: in whatever order a renewal and the results around it are heard, and
 * however often, the first success on time finds the same consent.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES } from '../../shared/consent/category.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { POLICIES, reactionTo } from '../../shared/consent/policy.ts';
import { answer, at, given, granted } from '../support/story.ts';

/** The time limit bounds the search for a smaller example when one has failed. */
const RUNS = { numRuns: 500, interruptAfterTimeLimit: 4 * SECOND };
const START = at('2026-11-22T08:00Z');
const OLD_DATE = '2027-02-01T10:00Z';
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0', validUntil: OLD_DATE });

const category = fc.constantFrom(...CATEGORIES);
const after = fc.integer({ min: 1, max: 3 * HOUR });
const result = fc.record({ category, after, willing: fc.boolean() });
const results = fc.array(result, { maxLength: 4 });
const days = fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined });

const isSuccess = (one: (typeof CATEGORIES)[number]) =>
  reactionTo(POLICIES['klarna-consent'], one).do === 'prove-alive';

interface News {
  readonly inOrder: readonly ConsentEvent[];
  readonly arriving: readonly ConsentEvent[];
  readonly onTime: ConsentEvent;
}

/** Calls with the old tokens, a renewal, calls with the new ones, and some that were under way. */
const news: fc.Arbitrary<News> = fc
  .tuple(results, days, results, fc.array(result, { maxLength: 2 }))
  .chain(([before, lifetime, since, underWay]) => {
    let time = START;
    /** Each call is made with the newest token of its chain. */
    const chain = (name: string, told: typeof before) => {
      let newest = 0;
      return told.map(({ category: said, after: later, willing }) => {
        time += later;
        const used = `${name}${newest}`;
        if (!isSuccess(said) && !willing) return answer(iso(time), said, { used });
        newest += 1;
        return answer(iso(time), said, { used, token: `${name}${newest}` });
      });
    };
    const old = chain('t', before);
    time += MINUTE;
    const validUntil = lifetime === undefined ? {} : { validUntil: iso(time + lifetime * DAY) };
    const renewal = granted(iso(time), { token: 'g0', ...validUntil });
    const used = `t${old.filter(({ token }) => token !== undefined).length}`;
    const late = underWay.map(({ category: said, after: later }) =>
      answer(iso(at(iso(time)) + later), isSuccess(said) ? 'BANK.TECHNICAL' : said, { used }),
    );
    const fresh = chain('g', since);
    const newest = fresh.filter(({ token }) => token !== undefined).length;
    const tokens = { used: `g${newest}`, token: `g${newest + 1}` };
    const onTime = answer(iso(time + 4 * HOUR), 'OK', tokens);
    const inOrder = [...old, renewal, ...fresh, ...late];
    const order = fc.shuffledSubarray<ConsentEvent>(inOrder, { minLength: inOrder.length });
    return fc
      .tuple(order, fc.subarray<ConsentEvent>(inOrder))
      .map(([once, twice]) => ({ inOrder, arriving: [...once, ...twice], onTime }));
  });

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** What the success on time finds when all this has been heard. */
function seen(heard: readonly ConsentEvent[], onTime: ConsentEvent): unknown {
  const { consent } = given(GRANTED, ...heard).when(onTime);
  const { status, validUntil, token, grantedAt } = consent;
  return { status, validUntil, grantedAt, token: token?.secret.reveal() };
}

/** The token of a living consent when all this has been heard. */
function tokenKept(heard: readonly ConsentEvent[]): string | undefined {
  const [last, ...before] = heard.toReversed();
  const { consent } = given(GRANTED, ...before.reverse()).when(last ?? GRANTED);
  return consent.end === undefined ? consent.token?.secret.reveal() : undefined;
}

function line(event: ConsentEvent): string {
  const { type, at: time } = event;
  if (event.type !== 'BankCallCompleted') return `${iso(time)} ${type}`;
  const { finding, usedFingerprint = '', token } = event;
  const tokens = `${usedFingerprint.slice(7, 11)} -> ${token?.fingerprint.slice(7, 11)}`;
  return `${iso(time)} ${finding.category} ${tokens}`;
}

describe('rules 2 and 3: a renewal', () => {
  it('is heard of before or after the results around it, and makes the same consent', () => {
    const run = fc.property(news, ({ inOrder, arriving, onTime }) => {
      const late = seen(arriving, onTime);

      expect(late, arriving.map(line).join('\n')).toEqual(seen(inOrder, onTime));
    });
    fc.assert(run, RUNS);
  });

  it('has its newest token kept before anything comes on time, while the consent lives', () => {
    const run = fc.property(news, ({ inOrder, arriving }) => {
      const [kept, late] = [tokenKept(inOrder), tokenKept(arriving)];
      fc.pre(kept !== undefined && late !== undefined);

      expect(late, arriving.map(line).join('\n')).toBe(kept);
    });
    fc.assert(run, RUNS);
  });
});
