/**
 * Reads a record of the queue `due-timers`. A timer happens when it is read: what it was set for
 * is compared by the decider, which may find it early, late or twice. (rule 14)
 */
import type { Instant } from '../consent/instant.ts';
import { readTimerMessage } from '../messages/read-message.ts';
import { keyOf, refOf } from './names.ts';
import type { QueueRecord, Reading } from './reading.ts';

/** `now` is when the timer is judged. Never throws. */
export function readTimer(record: QueueRecord, now: Instant): Reading {
  const read = readTimerMessage(record.body);
  if (read.kind === 'refused') return { kind: 'unreadable', reason: read.reason };

  const { id, subject, data } = read.message;
  return {
    kind: 'event',
    event: {
      type: 'TimerDue',
      id,
      key: keyOf(id),
      consentId: subject,
      ref: refOf(subject),
      at: now,
      now,
      generation: data.generation,
      number: data.number,
    },
    notes: [],
  };
}
