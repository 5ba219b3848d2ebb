/**
 * What holds after every event, whatever happens to a consent: the decider has an answer, changes
 * nothing that it is given, keeps its lists within bounds, sets one timer and tells no secret.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATEGORIES, type Category } from '../../shared/consent/category.ts';
import { type Consent, isEndedByUs } from '../../shared/consent/consent.ts';
import { APPLIED_MAX, type Decision, decide } from '../../shared/consent/decide.ts';
import { type Effect, scheduleName } from '../../shared/consent/effect.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { LINEAGE_MAX } from '../../shared/consent/lineage.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { PROVIDERS, type Provider } from '../../shared/consent/provider.ts';
import { TRANSFERS_MAX, WAITING_CALLS_MAX } from '../../shared/consent/waiting.ts';
import { toItem } from '../../shared/store/consent-item.ts';
import { revealed } from '../support/revealed.ts';
import { answer, at, granted, replaced, rescued, timerDue, withdrawn } from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
/** The time limit bounds the search for a smaller example when one has failed. */
const RUNS = { numRuns: 70, interruptAfterTimeLimit: 4 * SECOND };
/** A word that all tokens have in common, and nothing else has. */
const SECRET = 'canary';

const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').map((one) => `${SECRET}-${one}`);
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(of, { nil: undefined, freq: 2 });

/** What makes an event out of the times and of the consent so far. */
type Making = (time: string, now: string, consent: Consent | undefined) => ConsentEvent;

const strikes: readonly Category[] = ['CONSENT.EXPIRED', 'CONSENT.REVOKED', 'CONSENT'];
const category = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CATEGORIES) },
  { weight: 2, arbitrary: fc.constantFrom(...strikes) },
  { weight: 2, arbitrary: fc.constant<Category>('OK') },
);

const details = fc.record({
  operation: fc.constantFrom('accounts', 'balances', 'transactions', 'transfer', 'transfer-state'),
  accountId: maybe(fc.nat({ max: 40 }).map((n) => `acc-${n}`)),
  instructionId: maybe(fc.nat({ max: 11 }).map((n) => `pay-${n}`)),
  attended: fc.nat({ max: 5 }).map((n) => n === 0),
  used: maybe(word),
  token: maybe(word),
  transferToken: maybe(word),
  retryAfterSeconds: maybe(fc.nat({ max: 200_000 })),
  accounts: maybe(fc.constantFrom([], ['acc-1'], ['acc-1', 'acc-2'])),
});

const answered = fc
  .record({
    category,
    details,
    provider: maybe(fc.constantFrom(...PROVIDERS)),
    named: fc.boolean(),
  })
  .map(({ category: said, details: told, provider, named }): Making => {
    return (time, now, consent) => {
      const waiting = consent?.confirming ?? consent?.calls[0];
      const requestId = named ? waiting?.request?.id : undefined;
      const more = defined({ ...told, now, requestId, provider: provider ?? consent?.provider });
      return answer(time, said, more);
    };
  });

const grantedOnce = fc
  .record({
    token: maybe(word),
    days: maybe(fc.nat({ max: 60 })),
    supersedes: maybe(fc.constantFrom('consent-old', 'consent-8f3a')),
    provider: fc.constantFrom(...PROVIDERS),
  })
  .map(({ days, ...told }): Making => {
    return (time, now) => {
      const validUntil = days && new Date(at(time) + days * DAY).toISOString();
      return granted(time, defined({ ...told, now, validUntil: validUntil || undefined }));
    };
  });

const otherwise: fc.Arbitrary<Making> = fc.oneof(
  fc.constantFrom('psu' as const, 'tpp' as const).map(
    (by): Making =>
      (time) =>
        withdrawn(time, by),
  ),
  fc.constantFrom('consent-new', 'consent-8f3a').map(
    (by): Making =>
      (time) =>
        replaced(time, by),
  ),
  fc.tuple(word, maybe(fc.constantFrom<Provider[]>('klarna-consent', 'keybank'))).map(
    ([one, provider]): Making =>
      (time) =>
        rescued(time, one, defined({ provider })),
  ),
  fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 9 })).map(
    ([generation, number]): Making =>
      (time) =>
        timerDue(time, generation, number),
  ),
);

const itsTimer: Making = (_, now, consent) => {
  const { generation = 1, timer = { number: 1, dueAt: at(now) } } = consent ?? {};
  const due = new Date(Math.max(at(now), timer.dueAt)).toISOString();
  return timerDue(due, generation, timer.number);
};

/** Later than the one before by `gap`; heard of after `lag`, which may be a little negative. */
const step = fc.record({
  gap: fc.oneof(fc.nat({ max: 3 * DAY }), fc.nat({ max: HOUR }), fc.constantFrom(0, 31 * MINUTE)),
  lag: fc.oneof(fc.constant(0), fc.integer({ min: -5 * MINUTE, max: MINUTE }), fc.nat(2 * DAY)),
  make: fc.oneof(
    { weight: 12, arbitrary: answered },
    { weight: 2, arbitrary: grantedOnce },
    { weight: 3, arbitrary: fc.constant(itsTimer) },
    { weight: 1, arbitrary: otherwise },
  ),
  again: fc.nat({ max: 9 }).map((n) => n === 0),
});
const history = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' });

interface Moment {
  readonly event: ConsentEvent;
  readonly before: Consent | undefined;
  readonly after: Consent | undefined;
  readonly decision: Decision;
}

/** Plays a history on records that cannot be changed, and shows every moment of it to `look`. */
function playing(look: (moment: Moment) => void): void {
  const run = fc.property(history, (steps) => {
    let before: Consent | undefined;
    let clock = START;
    const events: ConsentEvent[] = [];
    for (const { gap, lag, make, again } of steps) {
      clock += gap;
      const now = new Date(clock).toISOString();
      const earlier = again ? events[events.length >> 1] : undefined;
      const event = frozen(earlier ?? make(new Date(clock - lag).toISOString(), now, before));
      clock = Math.max(clock, event.now);
      events.push(event);

      const decision = frozen(decide(before, event, POLICIES));
      const after = decision.outcome === 'advanced' ? decision.next : before;
      try {
        look({ event, before, after, decision });
      } catch (cause) {
        throw new Error(JSON.stringify(events, null, 1), { cause });
      }
      before = after;
    }
  });
  fc.assert(run, RUNS);
}

describe('after every event', () => {
  it('there was a decision, and nothing that was given to it has changed', () => {
    const outcomes = new Set<string>();

    playing(({ decision, before, after }) => {
      outcomes.add(decision.outcome);
      if (decision.outcome === 'ignored') return;
      expect(after?.version).toBe((before?.version ?? 0) + 1);
    });

    expect([...outcomes].toSorted()).toEqual(['advanced', 'ignored']);
  });

  it('a living consent is suspect exactly while it has strikes', () => {
    playing(({ after }) => {
      if (after === undefined || after.end !== undefined) return;
      expect(after.status === 'suspect').toBe(after.strikes.length > 0);
      expect(after.confirming !== undefined).toBe(after.status === 'suspect');
      expect(['received', 'valid', 'suspect']).toContain(after.status);
    });
  });

  it('an ended consent has no token of the life that is over, no timer and no calls', () => {
    playing(({ before, after }) => {
      if (after?.end === undefined) return;
      expect(['expired', 'revokedByPsu', 'terminatedByTpp', 'replaced']).toContain(after.status);
      if (before?.end === undefined || isEndedByUs(after)) expect(after.token).toBeUndefined();
      expect(after).not.toHaveProperty('timer');
      expect(after).not.toHaveProperty('confirming');
      expect(after.calls).toEqual([]);
      expect(after.transfers).toEqual([]);
    });
  });

  it('what is stored may go one day if it has ended, and stays while it lives', () => {
    playing(({ event, after }) => {
      if (after === undefined) return;
      const item = toItem({ consent: after, outbox: [], now: event.now }, 'revision');
      expect('expiresAt' in item).toBe(!['received', 'valid', 'suspect'].includes(after.status));
    });
  });

  it('lists stay within their bounds', () => {
    playing(({ after }) => {
      if (after === undefined) return;
      const { calls, lineage, applied, transfers, races, strikes: standing } = after;
      expect(calls.length).toBeLessThanOrEqual(WAITING_CALLS_MAX);
      expect(new Set(calls.map(({ key }) => key)).size).toBe(calls.length);
      expect(lineage.length).toBeLessThanOrEqual(LINEAGE_MAX);
      expect(applied.length).toBeLessThanOrEqual(APPLIED_MAX);
      expect(transfers.length).toBeLessThanOrEqual(TRANSFERS_MAX);
      expect(races.length).toBeLessThanOrEqual(32);
      expect(standing.length).toBeLessThanOrEqual(8);
      for (const { errors } of standing) expect(errors.length).toBeLessThanOrEqual(8);
    });
  });

  it('the same event again changes nothing, at once or however many events later', () => {
    let applied: ConsentEvent[] = [];

    playing(({ event, before, decision, after }) => {
      if (before === undefined) applied = [];
      if (decision.outcome === 'advanced') applied.push(event);
      for (const earlier of [event, ...applied.slice(-APPLIED_MAX)]) {
        expect(decide(after, earlier, POLICIES).outcome).toBe('ignored');
      }
    });
  });

  it('what is owed tells no secret', () => {
    playing(({ decision, after }) => {
      if (decision.outcome === 'ignored') return;
      const { effects, notes, cache } = decision;
      expect(JSON.stringify(revealed({ effects, notes, cache }))).not.toContain(SECRET);
      expect(JSON.stringify(after)).not.toContain(SECRET);
    });
  });

  it('each effect has a key of its own', () => {
    playing(({ decision }) => {
      if (decision.outcome === 'ignored') return;
      const keys = decision.effects.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  it('the one timer that stands at the Scheduler is the one the consent knows of', () => {
    let standing = new Set<string>();
    const used = new Map<Consent['ref'], Set<string>>();

    playing(({ event, before, decision, after }) => {
      if (before === undefined) {
        standing = new Set();
        used.clear();
      }
      if (event.type === 'TimerDue') standing.delete(scheduleName(event));
      const names = used.get(event.ref) ?? new Set();
      used.set(event.ref, names);
      for (const effect of decision.outcome === 'advanced' ? decision.effects : []) {
        standing = afterEffect(standing, effect);
        if (effect.do !== 'SetTimer') continue;
        expect(names).not.toContain(scheduleName(effect.name));
        names.add(scheduleName(effect.name));
      }

      const { ref, generation, timer } = after ?? {};
      const known = ref && timer && generation ? [scheduleName({ ref, generation, ...timer })] : [];
      expect([...standing]).toEqual(known);
    });
  });

  it('no timer stands for a date long gone', () => {
    playing(({ event, decision, after }) => {
      if (decision.outcome === 'ignored') return;
      expect(after?.timer?.dueAt ?? Infinity).toBeGreaterThan(event.now - 60 * SECOND);
    });
  });
});

function afterEffect(standing: ReadonlySet<string>, effect: Effect): Set<string> {
  const next = new Set(standing);
  if (effect.do !== 'SetTimer' && effect.do !== 'CancelTimer') return next;
  for (const name of effect.cancels) next.delete(scheduleName(name));
  if (effect.do === 'SetTimer') next.add(scheduleName(effect.name));
  return next;
}

/** The same record without the fields that are `undefined`. */
function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<Fields>;
}

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
