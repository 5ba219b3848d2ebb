/** What is sent under load is what its page says, and one message too few or too many is seen. */
import { describe, expect, it } from 'vitest';
import { createCallers, type LoadMessage } from '../../../tools/bench/load-messages.ts';
import { percentile } from '../../../tools/bench/load-report.ts';
import { addUp, createTally, sumsOf } from '../../../tools/bench/load-sums.ts';

const NOW = Date.UTC(2027, 2, 1, 6);

function sentFor(results: number): readonly LoadMessage[] {
  const callers = createCallers(results, () => NOW);
  return [...callers.grants(), ...callers.results()];
}

function countsOf(messages: readonly LoadMessage[]): Readonly<Record<string, number>> {
  const byKind = Map.groupBy(messages, ({ kind }) => kind);
  return Object.fromEntries([...byKind].map(([kind, ones]) => [kind, ones.length]));
}

describe('what is sent under load', () => {
  it('is 92 successes, 5 errors, 2 duplicates and an unreadable message of a hundred', () => {
    expect(countsOf(sentFor(3_000))).toEqual({
      grant: 120,
      success: 2_760,
      error: 150,
      duplicate: 60,
      'no JSON': 10,
      'unknown provider': 10,
      'bad subject': 10,
    });
  });

  it('is the same in each run', () => {
    expect(sentFor(1_000)).toEqual(sentFor(1_000));
  });

  it('repeats with a duplicate what its consent was told last', () => {
    const latest = new Map<string, string>();

    for (const { kind, id, body } of sentFor(1_000)) {
      if (!['grant', 'success', 'error', 'duplicate'].includes(kind)) continue;
      const { subject } = JSON.parse(body);
      if (kind === 'duplicate') expect(id).toBe(latest.get(subject));
      latest.set(subject, id);
    }

    expect(latest.size).toBe(40);
  });
});

/** What the functions print when nothing goes wrong with these. */
function linesOf(messages: readonly LoadMessage[], decidedAt: number): readonly string[] {
  return messages.map(({ kind, id }) => {
    const line = (fields: object) => JSON.stringify({ level: 'INFO', ...fields });
    const timestamp = new Date(decidedAt).toISOString();
    const decided = { timestamp, message: 'decided', eventId: id };
    switch (kind) {
      case 'grant':
        return line({ ...decided, event: 'ConsentGranted', outcome: 'advanced' });
      case 'success':
      case 'error':
        return line({ ...decided, event: 'BankCallCompleted', outcome: 'advanced' });
      case 'duplicate': {
        const ignored = { outcome: 'ignored', reason: 'duplicate' };
        return line({ ...decided, event: 'BankCallCompleted', ...ignored });
      }
      default:
        return line({ timestamp, message: 'unreadable', messageId: id });
    }
  });
}

describe('the sums', () => {
  const messages = sentFor(300);
  const lines = linesOf(messages, NOW + 120);
  const reasons = [
    'message (10 characters) is refused; expected JSON',
    'provider "paperbank" is unknown; known: others',
    'subject is missing; expected a text',
  ];
  const fine = { lines, reasons, versions: 303 };
  const tallied = (printed: readonly string[]) => {
    const tally = createTally();
    for (const message of messages) tally.sending(message, NOW);
    for (const line of printed) tally.hear(line);
    return tally;
  };
  const sums = (found: Partial<typeof fine>) => {
    const { lines: printed, reasons: deadLetters, versions } = { ...fine, ...found };
    const tally = tallied(printed);
    return sumsOf(tally.sent, { heard: tally.heard, deadLetters, versions });
  };

  it('add up when every message has been heard of', () => {
    expect(addUp(sums({}))).toBe(true);
  });

  it.each([
    ['a result that was never decided', { lines: lines.toSpliced(50, 1) }],
    ['a result that was applied twice', { lines: [...lines, lines[50] ?? ''] }],
    ['an unreadable message that is nowhere', { reasons: reasons.slice(1) }],
    ['a dead letter for another reason', { reasons: [...reasons, 'call is missing'] }],
    ['a dead letter without a reason', { reasons: [...reasons, ''] }],
    ['a decision that is not in the table', { versions: 302 }],
  ])('do not add up with %s', (_, found) => {
    expect(addUp(sums(found))).toBe(false);
  });

  it('know how long each result took from its sending to its decision', () => {
    const { heard, inFlight } = tallied(lines);

    expect(new Set(heard.latencies)).toEqual(new Set([120]));
    expect(heard.latencies).toHaveLength(291);
    expect(inFlight).toBe(0);
  });

  it('count a delivery that failed, and go on waiting for its message', () => {
    const again = JSON.stringify({ level: 'ERROR', message: 'to come again', messageId: 'm-1' });

    const { heard, inFlight } = tallied([...lines.slice(1), again]);

    expect(heard.cameAgain).toBe(1);
    expect(inFlight).toBe(1);
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

  it.each([
    [50, 50],
    [99, 99],
    [100, 100],
  ])('of %i is the value that so many of a hundred do not exceed', (ofHundred, value) => {
    expect(percentile(hundred, ofHundred)).toBe(value);
  });
});
