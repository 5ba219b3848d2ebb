import { describe, expect, it } from 'vitest';
import { readTimer } from '../../shared/intake/read-timer.ts';
import { TIMER, withField } from '../messages/sample-messages.ts';

const NOW = 1_800_000_000_000;

function read(json: object) {
  return readTimer({ messageId: 'sqs-1', body: JSON.stringify(json), sentAt: NOW - 1_000 }, NOW);
}

describe('a timer', () => {
  it('happens when it is read, whatever it was set for', () => {
    const reading = read(TIMER);

    expect(reading).toMatchObject({
      kind: 'event',
      event: {
        type: 'TimerDue',
        consentId: 'consent-8f3a',
        at: NOW,
        now: NOW,
        generation: 1,
        number: 0,
      },
      notes: [],
    });
  });

  it('that cannot be read says why', () => {
    const reading = read(withField(TIMER, 'data.generation', 0));

    expect(reading).toStrictEqual({
      kind: 'unreadable',
      reason: 'generation 0 is refused; expected a whole number from 1',
    });
  });
});
