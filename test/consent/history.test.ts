/** Rule 18, field by field: what an entry tells whoever asks why, and whoever decides it again. */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Foretold } from '../../shared/consent/under-way.ts';
import {
  type Answer,
  answer,
  at,
  given,
  granted,
  itsTimer,
  rescued,
  type Step,
  token,
} from '../support/story.ts';

const GRANTED = granted('2026-11-20T06:00Z', { token: 't0' });
const TURNED = answer('2026-11-21T07:00Z', 'OK', { used: 't0', token: 't1' });
const TURNED_AGAIN = answer('2026-11-21T08:00Z', 'OK', { used: 't1', token: 't2' });
const STRUCK = answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED');
/** Of the call `accounts`, with nothing else to it. */
const CALL = 'zxxexf';

/** A failure: a plain success leaves no entry. */
function failed(time: string, more: Answer = {}) {
  return answer(time, 'BANK.TECHNICAL', more);
}

function print(word: string): string {
  return token(word).fingerprint.slice('sha256:'.length, 'sha256:'.length + 11);
}

function entryOf(last: Step, ...before: readonly Step[]): HistoryEntry | undefined {
  return given(...before)
    .when(last)
    .effect('Remember')?.entry;
}

describe('an entry tells what was heard, and nothing that was not (rule 18)', () => {
  const retryAt = at('2026-11-23T11:00Z');
  const dated = failed('2026-11-23T08:00Z');
  const told = { finding: { ...dated.finding, retry: { at: retryAt } } };

  it.each([
    [
      'the token that a grant brought, and until when it is good',
      granted('2026-11-23T08:00Z', { token: 'n0', validUntil: '2027-02-23T00:00Z' }),
      { brought: print('n0'), validUntil: at('2027-02-23T00:00Z') },
    ],
    ['that a grant came without either', granted('2026-11-23T08:00Z'), {}],
    [
      'which token a rescued one took the place of',
      rescued('2026-11-23T08:00Z', 't1', { usedFingerprint: token('t0').fingerprint }),
      { brought: print('t1'), used: print('t0') },
    ],
    [
      'which token a call used, and which one its answer brought',
      failed('2026-11-23T08:00Z', { used: 't0', token: 't1' }),
      { call: CALL, used: print('t0'), brought: print('t1') },
    ],
    [
      'how long after it had happened it was judged',
      failed('2026-11-23T08:00Z', { now: '2026-11-23T08:01:30Z' }),
      { call: CALL, lag: 90_000 },
    ],
    [
      'that the PSU was present',
      failed('2026-11-23T08:00Z', { attended: true }),
      { call: CALL, attended: true },
    ],
    [
      'when a wait that the bank asked for is over, counted from its answer',
      failed('2026-11-23T08:00Z', { now: '2026-11-23T08:00:10Z', retryAfterSeconds: 10_800 }),
      { call: CALL, lag: 10_000, retryAt },
    ],
    ['the time that the bank itself named', { ...dated, ...told }, { call: CALL, retryAt }],
  ])('%s', (_, event, heard) => {
    expect(entryOf(event, GRANTED)?.heard).toStrictEqual(heard);
  });
});

describe('an entry tells whether a result answered the request under way (rule 18)', () => {
  // The first request is not answered, so the call is requested a second time.
  const requested = [GRANTED, STRUCK, itsTimer(), itsTimer()];
  const answered =
    (asked: (consent: Consent) => string | undefined): Step =>
    (consent) => {
      const requestId = asked(consent);
      return failed('2026-11-25T08:30Z', requestId === undefined ? {} : { requestId });
    };

  it.each([
    ['it did', answered(({ confirming }) => confirming?.request?.id), { requested: true }],
    ['it answered the one before', answered(({ ref }) => `${ref}.g1.r1`), {}],
    ['the caller made the same call unasked', answered(() => undefined), {}],
  ])('%s', (_, event, expected) => {
    expect(entryOf(event, ...requested)?.heard).toStrictEqual({ call: CALL, ...expected });
  });

  it('which it did not where the call waits and has not been requested yet', () => {
    expect(entryOf(failed('2026-11-23T09:00Z'), GRANTED, STRUCK)?.heard).toStrictEqual({
      call: CALL,
    });
  });
});

describe('an entry tells what the caller had written down of this result (rule 18)', () => {
  const event = failed('2026-11-23T08:00Z');
  const other = { key: 'another', fresh: false, lostRace: false };

  function heardAfter(...foretold: readonly Foretold[]) {
    const before = { ...given().when(GRANTED).consent, foretold };
    const decision = decide(before, event, POLICIES);
    const effects = decision.outcome === 'advanced' ? decision.effects : [];
    return effects.flatMap((one) => (one.do === 'Remember' ? [one.entry.heard] : []));
  }

  it.each([
    [
      'by what was true when it was answered, not by another result’s truth',
      [other, { key: event.key, requestId: 'r1', fresh: true, lostRace: true }, other],
      { foretold: { fresh: true, lostRace: true } },
    ],
    [
      'by the latest, where its turn was lost before it was answered',
      [{ key: event.key }, { key: event.key, fresh: false, lostRace: true }],
      { foretold: { fresh: false, lostRace: true } },
    ],
    ['and be it only that the call was counted', [{ key: event.key }], { foretold: {} }],
    ['and that is nothing, where all was of others', [other], {}],
  ])('%s', (_, foretold, expected) => {
    expect(heardAfter(...foretold)).toStrictEqual([{ call: CALL, ...expected }]);
  });
});

describe('an entry tells what the decision met (rule 18)', () => {
  const turned = [GRANTED, TURNED, TURNED_AGAIN];
  const latest = { successAt: TURNED_AGAIN.at, held: print('t2') };
  const ofThisLife = (word: string) => ({ print: print(word), generation: 1 });

  it.each([
    [
      'a token that no success brought, and since when it is held',
      [GRANTED],
      failed('2026-11-23T08:00Z'),
      { held: print('t0'), heldSince: GRANTED.at },
    ],
    [
      'a token that is older than the latest success',
      [GRANTED, TURNED, answer('2026-11-22T07:00Z', 'OK', { used: 't1' })],
      failed('2026-11-23T08:00Z'),
      { successAt: at('2026-11-22T07:00Z'), held: print('t1'), heldSince: TURNED.at },
    ],
    [
      'a token of the latest success, whose date is told once',
      turned,
      failed('2026-11-23T08:00Z', { used: 't2', token: 't3' }),
      latest,
    ],
    [
      'no token and no success',
      [granted('2026-11-20T06:00Z')],
      failed('2026-11-23T08:00Z', { used: 't0', token: 't1' }),
      {},
    ],
    [
      'a token of before that a call had used',
      turned,
      failed('2026-11-23T08:00Z', { used: 't1' }),
      { ...latest, knew: [ofThisLife('t1')] },
    ],
    [
      'a token of before that an answer brought once more',
      turned,
      failed('2026-11-23T08:00Z', { used: 't2', token: 't1' }),
      { ...latest, knew: [ofThisLife('t1')] },
    ],
    [
      'a token of before of which nothing was heard now, which is not told',
      turned,
      failed('2026-11-23T08:00Z'),
      latest,
    ],
  ])('%s', (_, before, event, met) => {
    expect(entryOf(event, ...before)?.met).toStrictEqual(met);
  });

  it('which is not told of the first that is heard of a consent', () => {
    expect(entryOf(GRANTED)).not.toHaveProperty('met');
  });
});

describe('an entry tells what its effects were about (rule 18)', () => {
  it('and does not spend a word where nothing was owed', () => {
    expect(entryOf(GRANTED)).not.toHaveProperty('owed');
  });

  it.each([
    [1, '2026-11-25T08:20Z'],
    [2, '2026-11-26T08:20Z'],
    [10, '2026-12-04T08:20Z'],
  ])(
    'so that request %i is found by its number, and its next timer by the date',
    (number, next) => {
      const before = Array.from({ length: number - 1 }, () => itsTimer());

      const entry = entryOf(itsTimer(), GRANTED, STRUCK, ...before);

      expect(entry?.owed).toStrictEqual({ request: number, timerAt: at(next) });
    },
  );

  it('so that of requests that were made together the first is found', () => {
    const { requests, effect } = given(
      GRANTED,
      failed('2026-11-23T08:00Z'),
      failed('2026-11-23T08:00Z', { operation: 'balances', accountId: 'acc-1' }),
    ).when(itsTimer());

    expect(requests.map(({ id }) => id.slice(id.indexOf('.')))).toEqual(['.g1.r1', '.g1.r2']);
    expect(effect('Remember')?.entry.owed?.request).toBe(1);
  });
});
