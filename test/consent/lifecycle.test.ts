/**
 * The lifecycle table and the decider agree: from consents of every status, every kind of event in
 * many forms leads to statuses that the table names, and every status it names is reached.
 */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import type { Consent, Status } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { type Happening, LIFECYCLE, type Standing } from '../../shared/consent/lifecycle.ts';
import { POLICIES, reactionTo } from '../../shared/consent/policy.ts';
import {
  answer,
  braked,
  endingDecided,
  granted,
  isBraked,
  itsTimer,
  replaced,
  rescued,
  type Step,
  withdrawn,
} from '../support/story.ts';

const GRANT = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-25T00:00Z' });
const ADOPTED = answer('2026-11-02T10:00Z', 'TECHNICAL', { used: 'g', token: 't1' });
const STRIKE = answer('2026-11-20T08:00Z', 'CONSENT.EXPIRED');

/** Histories that lead to every standing, with and without a lifetime, strikes and tokens. */
const HISTORIES: readonly (readonly Step[])[] = [
  [],
  [ADOPTED],
  [GRANT],
  [GRANT, itsTimer()],
  [answer('2026-11-02T10:00Z', 'OK', { token: 't0' })],
  [GRANT, STRIKE],
  [answer('2026-11-20T08:00Z', 'CONSENT.EXPIRED')],
  [GRANT, STRIKE, answer('2026-11-20T09:00Z', 'CONSENT.EXPIRED')],
  [GRANT, STRIKE, answer('2026-11-20T09:00Z', 'CONSENT.REVOKED')],
  [GRANT, STRIKE, braked(answer('2026-11-20T09:00Z', 'CONSENT.EXPIRED'))],
  [GRANT, STRIKE, braked(answer('2026-11-20T09:00Z', 'CONSENT.REVOKED'))],
  [STRIKE, braked(answer('2026-11-20T09:00Z', 'CONSENT.REVOKED'))],
  [GRANT, answer('2026-11-24T08:00Z', 'OK', { used: 't0', now: '2026-11-25T01:00Z' })],
  [GRANT, withdrawn('2026-11-10T10:00Z', 'tpp')],
  [GRANT, withdrawn('2026-11-10T10:00Z', 'psu')],
  [GRANT, replaced('2026-11-10T10:00Z', 'consent-new')],
];

const TIMES = [
  '2026-11-01T09:00Z',
  '2026-11-02T09:00Z',
  '2026-11-20T08:10Z',
  '2026-11-20T08:40Z',
  '2026-11-22T08:00Z',
  '2026-11-26T08:00Z',
];
const ANSWERS: readonly Category[] = [
  'OK',
  'CONSENT',
  'CONSENT.EXPIRED',
  'CONSENT.REVOKED',
  'CONSENT.NOT_AUTHORISED',
  'TECHNICAL',
  'CONSENT.LIMIT_EXCEEDED',
];

const EVENTS: readonly Step[] = [
  ...TIMES.flatMap((time) => [
    granted(time, { token: 'g' }),
    granted(time, { now: '2026-11-26T09:00Z' }),
    granted(time, { validUntil: '2026-11-21T00:00Z' }),
    withdrawn(time, 'psu'),
    withdrawn(time, 'tpp'),
    replaced(time, 'consent-new'),
    endingDecided(time, 'release'),
    endingDecided(time, 'hold'),
    rescued(time, 'r', { provider: 'klarna-consent' }),
    ...ANSWERS.flatMap((category) => [
      answer(time, category),
      answer(time, category, { token: 'fresh' }),
      answer(time, category, { provider: 'hamsterbank' }),
      answer(time, category, { now: '2026-11-26T09:00Z' }),
      answer(time, category, { used: 'g' }),
    ]),
  ]),
  itsTimer(),
  itsTimer('2026-11-26T08:00Z'),
];

function after(history: readonly Step[]): Consent | undefined {
  return history.reduce<Consent | undefined>(
    (state, step) => play(state, step)?.next ?? state,
    undefined,
  );
}

function play(state: Consent | undefined, step: Step) {
  if (typeof step === 'function' && state?.timer === undefined) return undefined;
  const event = typeof step === 'function' ? step(state as Consent) : step;
  const decision = decide(state, event, POLICIES, isBraked(event) ? 'hold' : undefined);
  return { event, next: decision.outcome === 'advanced' ? decision.next : undefined };
}

function happeningOf(event: ConsentEvent): Happening {
  if (event.type !== 'BankCallCompleted') return event.type;
  const reaction = reactionTo(POLICIES[event.provider], event.finding.category).do;
  if (reaction === 'prove-alive') return 'Success';
  return reaction === 'strike' || reaction === 'await-authorisation' ? 'Strike' : 'OtherAnswer';
}

function reached(): Map<string, Set<Status>> {
  const found = new Map<string, Set<Status>>();
  for (const history of HISTORIES) {
    const state = after(history);
    for (const step of EVENTS) {
      const played = play(state, step);
      if (played?.next === undefined) continue;
      const cell = `${state?.status ?? 'unknown'} × ${happeningOf(played.event)}`;
      found.set(cell, (found.get(cell) ?? new Set()).add(played.next.status));
    }
  }
  return found;
}

describe('the lifecycle table', () => {
  const found = reached();
  const cells = Object.entries(LIFECYCLE).flatMap(([standing, row]) =>
    Object.entries(row).map(([happening, statuses]) => ({
      cell: `${standing as Standing} × ${happening}`,
      statuses,
    })),
  );

  it.each(cells)('$cell leads to $statuses', ({ cell, statuses }) => {
    expect(found.get(cell) ?? new Set()).toEqual(new Set(statuses));
  });

  it('has a cell for all that was reached', () => {
    const named = cells.map(({ cell }) => cell);

    expect([...found.keys()].filter((cell) => !named.includes(cell))).toEqual([]);
  });
});
