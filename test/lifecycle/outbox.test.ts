/** Rule 17: effects have keys, and what is owed is bounded by them. */
import { describe, expect, it } from 'vitest';
import type { WaitingCall } from '../../shared/consent/consent.ts';
import type {
  CancelTimer,
  Effect,
  PublishNotice,
  Remember,
  RequestCall,
  SetTimer,
  TimerName,
} from '../../shared/consent/effect.ts';
import type { NoticeBody } from '../../shared/consent/notice.ts';
import { outboxAfter, withoutPerformed } from '../../shared/lifecycle/outbox.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { answer, given, granted } from '../support/story.ts';

const timer = (number: number): TimerName => ({ ref: 'ref-1', generation: 1, number });
const set = (number: number, ...cancels: readonly number[]): SetTimer => ({
  do: 'SetTimer',
  key: 'timer',
  name: timer(number),
  dueAt: number,
  cancels: cancels.map(timer),
});
const cancel = (...cancels: readonly number[]): CancelTimer => ({
  do: 'CancelTimer',
  key: 'timer',
  cancels: cancels.map(timer),
});
const numbersIn = (effect: Effect | undefined) =>
  effect?.key === 'timer' ? effect.cancels.map(({ number }) => number) : undefined;

const CALL = { operation: 'balances', attended: false };
const request = (id: string, key = 'balances'): RequestCall => ({
  do: 'RequestCall',
  key: `request:${key}`,
  id,
  provider: 'keybank',
  bank: {},
  call: CALL,
  generation: 1,
  reason: 'retry',
  attempt: 1,
  at: 0,
  notAfter: 1,
});
const waiting = (id?: string, key = 'balances'): WaitingCall => ({
  key,
  call: CALL,
  reason: 'retry',
  dueAt: 0,
  failedAt: 0,
  step: 1,
  repeated: false,
  refreshed: false,
  awaitsAccounts: false,
  attempts: 1,
  sendings: 1,
  ...(id !== undefined && { request: { id, sentAt: 0 } }),
});

const notice = (name: string, body: NoticeBody): PublishNotice => ({
  do: 'PublishNotice',
  key: `notice:${name}`,
  notice: { id: `ref-1.g${name}`, consentId: 'consent-1', at: 0, generation: 1, sequence: 1, body },
});
const REQUIRED = notice('1.required', {
  type: 'reconsent.required',
  reason: 'CONSENT.EXPIRED',
  confirmedAt: 0,
  errors: [],
});
const WITHDRAWN = notice('2.withdrawn', {
  type: 'reconsent.withdrawn',
  reason: 'OK',
  withdraws: REQUIRED.notice.id,
});
const EXPIRING = notice('1.expiring', {
  type: 'consent.expiring',
  reason: 'validUntil',
  validUntil: 1,
});

const LIVING = aConsent();
const ENDED = aConsent({
  status: 'expired',
  end: { at: 0, by: 'bank', reason: 'CONSENT.EXPIRED', required: REQUIRED.notice.id },
});

describe('what is owed after a decision', () => {
  it('is what was owed before, and then what is new', () => {
    expect(outboxAfter([EXPIRING, aPurge(1)], [set(1)], LIVING)).toEqual([
      EXPIRING,
      aPurge(1),
      set(1),
    ]);
  });

  it('is unchanged by a decision that owes nothing', () => {
    expect(outboxAfter([set(1), EXPIRING], [], LIVING)).toEqual([set(1), EXPIRING]);
  });

  it('holds the newer of two effects with one key', () => {
    const told = notice('1.expiring', {
      type: 'consent.expiring',
      reason: 'validUntil',
      validUntil: 2,
    });

    expect(outboxAfter([EXPIRING], [told], LIVING)).toEqual([told]);
  });

  it('leaves what it is given as it was', () => {
    const owed = Object.freeze([Object.freeze(set(1)), Object.freeze(aPurge(9))]);
    const added = Object.freeze([Object.freeze(set(2, 1)), Object.freeze(aPurge(3))]);

    expect(() => outboxAfter(owed, added, LIVING)).not.toThrow();
  });
});

// Two notices with one id: whoever drops repeated ids never hears of the second.
describe('lines of the history', () => {
  const line = (number: number): Remember => ({
    do: 'Remember',
    key: `remember:${number}`,
    number,
    entry: {
      version: number,
      at: 0,
      event: 'TimerDue',
      eventId: 'timer-1',
      to: 'valid',
      generation: 1,
      notes: [],
      effects: [],
    },
  });
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => line(from + n));

  it('are all owed while they are no more than four', () => {
    expect(outboxAfter([EXPIRING, ...lines(1, 3)], [line(4)], LIVING)).toEqual([
      EXPIRING,
      ...lines(1, 4),
    ]);
  });

  it('are the first to be spared where they are more, and nothing else is', () => {
    // Earlier code kept eight.
    const owed = [EXPIRING, ...lines(1, 8), aPurge(1)];

    expect(outboxAfter(owed, [set(1), line(9)], LIVING)).toEqual([
      EXPIRING,
      ...lines(6, 8),
      aPurge(1),
      set(1),
      line(9),
    ]);
  });
});

describe('one decision', () => {
  it.each([
    [
      'that grants a life and finds it over',
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      granted('2026-11-21T08:00Z', { now: '2026-11-22T08:01Z', validUntil: '2026-11-22T08:00Z' }),
    ],
    [
      'that forgets the accounts of a consent whose lifetime is over',
      granted('2026-11-21T08:00Z', { validUntil: '2026-11-22T08:00Z' }),
      answer('2026-11-22T07:59Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
        now: '2026-11-22T08:01Z',
        operation: 'balances',
        accountId: 'acc-1',
      }),
    ],
  ])('%s owes one effect of each key', (_, before, event) => {
    const keys = given(before)
      .when(event)
      .effects.map(({ key }) => key);

    expect(keys).toEqual([...new Set(keys)]);
  });
});

describe('timers', () => {
  it('that may have been set already are cancelled by the newer one', () => {
    const [next] = outboxAfter([set(2, 1)], [set(3)], LIVING);

    expect(next).toMatchObject({ do: 'SetTimer', name: timer(3) });
    expect(numbersIn(next)).toEqual([1, 2]);
  });

  it('are cancelled by a cancellation that takes the place of one being set', () => {
    const after = outboxAfter([set(2, 1)], [cancel(2)], LIVING);

    expect(after.map((one) => one.do)).toEqual(['CancelTimer']);
    expect(numbersIn(after[0])).toEqual([1, 2]);
  });

  it('stay cancelled when a new one is set before the cancellation was performed', () => {
    const [next] = outboxAfter([cancel(1)], [set(2)], LIVING);

    expect(next).toMatchObject({ do: 'SetTimer', name: timer(2) });
    expect(numbersIn(next)).toEqual([1]);
  });

  it('of two lives with one number are told apart', () => {
    const ofLife = (generation: number) => ({ ...timer(1), generation });
    const older: CancelTimer = { ...cancel(), cancels: [ofLife(1)] };
    const newer: CancelTimer = { ...cancel(), cancels: [ofLife(2)] };

    expect(outboxAfter([older], [newer], LIVING)).toEqual([
      { ...newer, cancels: [ofLife(1), ofLife(2)] },
    ]);
  });

  it('to be cancelled stay few while the Scheduler cannot be reached, the newest of them', () => {
    let owed: readonly Effect[] = [];
    for (let number = 1; number <= 100; number += 1) {
      owed = outboxAfter(owed, [number > 1 ? set(number, number - 1) : set(number)], LIVING);
    }

    expect(owed).toHaveLength(1);
    expect(owed[0]).toMatchObject({ name: timer(100) });
    expect(numbersIn(owed[0])).toEqual([92, 93, 94, 95, 96, 97, 98, 99]);
  });
});

describe('requests', () => {
  it('are owed as long as their call waits for the answer', () => {
    const owed = [request('r1'), request('r2', 'confirming')];
    const consent = aConsent({
      calls: [waiting('r1')],
      confirming: waiting('r2', 'confirming'),
    });

    expect(outboxAfter(owed, [], consent)).toEqual(owed);
  });

  it.each([
    ['whose call waits no more', aConsent()],
    ['whose call waits for another date', aConsent({ calls: [waiting()] })],
    ['whose call has been requested anew', aConsent({ calls: [waiting('r2')] })],
    ['of a consent that has ended', ENDED],
  ])('%s are dropped', (_, consent) => {
    expect(outboxAfter([request('r1'), EXPIRING], [], consent)).toEqual([EXPIRING]);
  });

  it('of one call are owed once', () => {
    const consent = aConsent({ calls: [waiting('r2')] });

    expect(outboxAfter([request('r1')], [request('r2')], consent)).toEqual([request('r2')]);
  });
});

describe('re-consent notices', () => {
  it('are owed as long as the end stands', () => {
    expect(outboxAfter([REQUIRED], [], ENDED)).toEqual([REQUIRED]);
  });

  it('are dropped when the consent lives again; the withdrawal is published all the same', () => {
    expect(outboxAfter([REQUIRED], [WITHDRAWN], LIVING)).toEqual([WITHDRAWN]);
  });

  it('are dropped when the consent is then ended on our own side', () => {
    const withdrawn = aConsent({ status: 'terminatedByTpp', end: { at: 1, by: 'tpp' } });

    expect(outboxAfter([REQUIRED, EXPIRING], [], withdrawn)).toEqual([EXPIRING]);
  });

  it('of a later end are no reason to keep an earlier one', () => {
    const later = aConsent({ status: 'expired', end: { at: 9, by: 'bank', required: 'ref-1.g2' } });

    expect(outboxAfter([REQUIRED], [], later)).toEqual([]);
  });
});

describe('a purge', () => {
  it.each([
    [3, 5],
    [5, 3],
  ])('keeps the later of two fences (%i, then %i)', (older, newer) => {
    expect(outboxAfter([aPurge(older)], [aPurge(newer)], LIVING)).toEqual([aPurge(5)]);
  });
});

describe('clearing', () => {
  it('removes what was performed, and not its equal that has taken its place', () => {
    const performed = aPurge(5);
    const replacement = aPurge(5);
    const outbox = [performed, set(1)];

    expect(withoutPerformed(outbox, new Set([performed]))).toEqual([set(1)]);
    expect(withoutPerformed([replacement], new Set([performed]))).toEqual([replacement]);
  });
});
