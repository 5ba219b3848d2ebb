/**
 * Rules 1 to 5 in general: what was heard late, and what was heard twice, makes no difference any
 * more once a success has come on time. Any other result on time may find one strike less than in
 * order, for an error older than the newest evidence makes none (rule 2).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES, type Category } from '../../shared/consent/category.ts';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { BankCallCompleted, ConsentEvent } from '../../shared/consent/event.ts';
import { HOUR, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { POLICIES, reactionTo } from '../../shared/consent/policy.ts';
import { answer, at, granted } from '../support/story.ts';

/** The time limit bounds the search for a smaller example when one has failed. */
const RUNS = { numRuns: 300, interruptAfterTimeLimit: 4 * SECOND };
const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });

const doneAbout = (category: Category) => reactionTo(POLICIES['klarna-consent'], category).do;
const isSuccess = (category: Category) => doneAbout(category) === 'prove-alive';
/** Of a consent that has been granted. */
const isStrike = (category: Category) =>
  ['strike', 'await-authorisation'].includes(doneAbout(category));
const strikes = CATEGORIES.filter(isStrike);
const others = CATEGORIES.filter((one) => !isStrike(one));
const anyCategory = fc.oneof(fc.constantFrom(...CATEGORIES), fc.constantFrom(...strikes));

interface News {
  readonly inOrder: readonly BankCallCompleted[];
  readonly arriving: readonly BankCallCompleted[];
  readonly newest: string;
  /** The result that comes on time, of a call with the newest token. */
  readonly onTime: ConsentEvent;
}

interface Telling {
  readonly category: fc.Arbitrary<Category>;
  readonly renews: (category: Category, willing: boolean) => boolean;
  readonly last: fc.Arbitrary<Category>;
}

/** Each call is made with the newest token; what comes of them is heard in any order, or twice. */
function news({ category, renews, last }: Telling): fc.Arbitrary<News> {
  const result = fc.record({
    category,
    after: fc.oneof(fc.integer({ min: 1, max: 30 * HOUR }), fc.integer({ min: 1, max: HOUR })),
    willing: fc.boolean(),
    operation: fc.constantFrom('accounts', 'balances', 'transactions'),
  });
  const results = fc.array(result, { minLength: 1, maxLength: 8, size: 'max' });
  return fc.tuple(results, last).chain(([told, lastSaid]) => {
    let time = START;
    let newest = 0;
    const inOrder = told.map(({ category: said, after, willing, operation }) => {
      time += after;
      const used = `t${newest}`;
      newest += renews(said, willing) ? 1 : 0;
      const token = `t${newest}`;
      const tokens = token === used ? { used } : { used, token };
      return answer(new Date(time).toISOString(), said, { operation, ...tokens });
    });
    const end = { used: `t${newest}`, token: `t${newest + 1}` };
    const onTime = answer(new Date(time + 40 * MINUTE).toISOString(), lastSaid, end);
    const order = fc.shuffledSubarray(inOrder, { minLength: inOrder.length });
    const again = fc.subarray(inOrder);
    return fc.tuple(order, again).map(([once, twice]) => {
      return { inOrder, arriving: [...once, ...twice], newest: end.used, onTime };
    });
  });
}

function playedOut(events: readonly ConsentEvent[]): Consent | undefined {
  return [GRANTED, ...events].reduce<Consent | undefined>((state, event) => {
    const decision = decide(state, event, POLICIES);
    return decision.outcome === 'advanced' ? decision.next : state;
  }, undefined);
}

const seen = (consent: Consent | undefined) => ({
  status: consent?.status,
  token: consent?.token?.secret.reveal(),
});

/** Status and token after the result on time are those of the run in order. */
function agree(telling: Telling): void {
  const run = fc.property(news(telling), ({ inOrder, arriving, onTime }) => {
    const late = playedOut([...arriving, onTime]);
    const prompt = playedOut([...inOrder, onTime]);

    expect(seen(late), arriving.map(line).join('\n')).toEqual(seen(prompt));
  });
  fc.assert(run, RUNS);
}

function line({ at: time, finding, usedFingerprint = '', token }: BankCallCompleted): string {
  const tokens = `${usedFingerprint.slice(7, 11)} -> ${token?.fingerprint.slice(7, 11)}`;
  return `${new Date(time).toISOString()} ${finding.category} ${tokens}`;
}

const ok = fc.constantFrom(...CATEGORIES.filter(isSuccess));

describe('rules 1 to 5: in whatever order results are heard, and however often', () => {
  it('a success on time makes of the consent what it would have made in order', () => {
    agree({ category: anyCategory, renews: (one, willing) => isSuccess(one) || willing, last: ok });
  });

  it('so does any result on time, where none before it was a strike', () => {
    const category = fc.constantFrom(...others);

    agree({ category, renews: (_, willing) => willing, last: fc.constantFrom(...CATEGORIES) });
  });

  it('the newest token is kept before anything comes on time, where none was a strike', () => {
    const telling = { category: fc.constantFrom(...others), last: ok };
    const run = fc.property(
      news({ ...telling, renews: (_, willing) => willing }),
      ({ arriving, newest }) => {
        expect(seen(playedOut(arriving)).token, arriving.map(line).join('\n')).toBe(newest);
      },
    );
    fc.assert(run, RUNS);
  });
});
