/**
 * What is said of every decision: one log line of named fields, and counts under the code's own
 * words. A token has no field here.
 */
import type { Journal, JournalLine } from '../lifecycle/ports.ts';
import type { Log } from '../runtime/log.ts';
import type { Counts } from '../runtime/metrics.ts';
import type { MetricName } from './metric-names.ts';

/** The fields a log line may have. */
export const LOG_FIELDS = [
  'consentRef',
  'event',
  'eventId',
  'outcome',
  'reason',
  'provider',
  'bankId',
  'operation',
  'category',
  'status',
  'generation',
  'version',
  'notes',
  'effects',
  'messageId',
  'found',
] as const satisfies readonly (keyof JournalLine | 'messageId' | 'found')[];

export function journalOf(log: Log, counts: Counts<MetricName>): Journal {
  return {
    decided(line) {
      log.info('decided', line);
      const { provider, category, reason, callsLeft } = line;
      if (provider && category) counts.count('results', { provider, category });
      if (provider && callsLeft !== undefined) {
        counts.observe('calls-left', callsLeft, 'Count', { provider });
      }
      if (reason !== undefined) counts.count('ignored', { reason });
      for (const note of line.notes) counts.count(note);
      for (const effect of line.effects) counts.count(effect);
    },
  };
}
