/**
 * The edge of a function that a schedule starts. What it found is logged; what failed is logged one
 * by one and then thrown, so that the invocation counts as failed.
 */
import middy, { type MiddyfiedHandler } from '@middy/core';
import type { Context, ScheduledEvent } from 'aws-lambda';
import { Failure } from './failure.ts';
import type { Log } from './log.ts';
import type { Counts } from './metrics.ts';
import { timeIn } from './time-reserve.ts';

export interface ScheduledWork {
  readonly log: Log;
  readonly counts: Counts<'overdue' | 'still-overdue'>;
  readonly run: (
    hasTime: () => boolean,
  ) => Promise<{ readonly found: number; readonly failed: readonly unknown[] }>;
}

export function onSchedule({
  log,
  counts,
  run,
}: ScheduledWork): MiddyfiedHandler<ScheduledEvent, { readonly found: number }> {
  return middy<ScheduledEvent, { readonly found: number }>()
    .use({
      after: () => {
        counts.flush();
      },
      onError: () => {
        counts.flush();
      },
    })
    .handler(async (_event: ScheduledEvent, context: Context) => {
      const { found, failed } = await run(timeIn(context));
      // Zeros are written too: without them, a run that found nothing would look like no run.
      counts.count('overdue', {}, found);
      counts.count('still-overdue', {}, failed.length);
      if (found > 0) log.info('found overdue', { found });
      for (const cause of failed) log.error('still overdue', cause);
      if (failed.length > 0) throw new Failure('EFFECT_OWED');
      return { found };
    });
}
