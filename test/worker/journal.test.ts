/** What is said of a decision: one line of named fields, and counts under the code's own words. */
import { describe, expect, it } from 'vitest';
import type { JournalLine } from '../../shared/lifecycle/ports.ts';
import { createLog } from '../../shared/runtime/log.ts';
import type { Counts } from '../../shared/runtime/metrics.ts';
import { journalOf, LOG_FIELDS } from '../../shared/worker/journal.ts';
import type { MetricName } from '../../shared/worker/metric-names.ts';
import { linesOf } from '../runtime/written-lines.ts';
import { answer, granted } from '../support/story.ts';
import { deliver, twins } from '../support/twins.ts';

const ADVANCED: JournalLine = {
  consentRef: 'ref-1',
  event: 'BankCallCompleted',
  eventId: 'event-1',
  outcome: 'advanced',
  provider: 'keybank',
  bankId: 'bank-1',
  operation: 'accounts',
  category: 'TECHNICAL',
  status: 'valid',
  generation: 1,
  version: 2,
  notes: ['given-up'],
  effects: ['SetTimer', 'Remember'],
};

function counting() {
  const counted: (readonly [string, ...unknown[]])[] = [];
  const counts: Counts<MetricName> = {
    count: (name, dimensions) => {
      counted.push(dimensions === undefined ? [name] : [name, dimensions]);
    },
    observe: (name, value, unit, dimensions) => counted.push([name, value, unit, dimensions]),
    flush: () => {},
  };
  return { counts, counted };
}

describe('the journal', () => {
  it('logs every field of a line', () => {
    const { counts } = counting();
    const journal = journalOf(createLog('worker', LOG_FIELDS), counts);
    const line = { ...ADVANCED, reason: 'duplicate' } as const;

    const [written] = linesOf(() => journal.decided(line));

    expect(written).toMatchObject({ message: 'decided', ...line });
  });

  it('counts the result by provider and category, each note and each effect', () => {
    const { counts, counted } = counting();

    linesOf(() => journalOf(createLog('worker', LOG_FIELDS), counts).decided(ADVANCED));

    expect(counted).toEqual([
      ['results', { provider: 'keybank', category: 'TECHNICAL' }],
      ['given-up'],
      ['SetTimer'],
      ['Remember'],
    ]);
  });

  it('keeps what the day has left as a distribution, 0 too, and does not log it', () => {
    const { counts, counted } = counting();
    const journal = journalOf(createLog('worker', LOG_FIELDS), counts);

    const [written] = linesOf(() => journal.decided({ ...ADVANCED, callsLeft: 0 }));

    expect(counted).toContainEqual(['calls-left', 0, 'Count', { provider: 'keybank' }]);
    expect(written).not.toHaveProperty('callsLeft');
  });

  it('counts what is ignored by its reason', () => {
    const { counts, counted } = counting();
    const { category: _, operation: __, provider: ___, ...rest } = ADVANCED;
    const line = { ...rest, outcome: 'ignored', reason: 'stale-timer' } as const;

    linesOf(() =>
      journalOf(createLog('worker', LOG_FIELDS), counts).decided({
        ...line,
        notes: [],
        effects: [],
      }),
    );

    expect(counted).toEqual([['ignored', { reason: 'stale-timer' }]]);
  });

  it('is told of every event, and of no token', async () => {
    const world = twins();
    const grant = granted('2026-11-01T10:00Z', { token: 'canary-t0' });
    const tokens = { used: 'canary-t0', token: 'canary-t1', transferToken: 'canary-t2' };
    const result = answer('2026-11-22T08:00Z', 'OK', { ...tokens, instructionId: 'pay-1' });

    await deliver(world, grant, result, result);

    const { counts } = counting();
    const log = createLog('worker', LOG_FIELDS);
    const written = linesOf(() => {
      for (const line of world.lines) journalOf(log, counts).decided(line);
    });
    expect(written.map(({ eventId, outcome }) => [eventId, outcome])).toEqual([
      [grant.id, 'advanced'],
      [result.id, 'advanced'],
      [result.id, 'ignored'],
    ]);
    expect(JSON.stringify([world.lines, written])).not.toContain('canary');
  });
});
