/** The edge that a schedule starts: what it logs, counts and throws of what a run has found. */
import { describe, expect, it } from 'vitest';
import { Failure } from '../../shared/runtime/failure.ts';
import { onSchedule, type ScheduledWork } from '../../shared/runtime/on-schedule.ts';
import { contextWith } from './lambda-context.ts';

const EVENT = {
  version: '0',
  id: 'event-1',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: '2026-11-23T08:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail: {},
} as const;

/** Runs a handler that finds this, and tells what was logged and counted, in order. */
async function invoke(run: ScheduledWork['run']) {
  const told: string[] = [];
  const handler = onSchedule({
    run,
    log: {
      info: (message) => told.push(message),
      warn: (message) => told.push(message),
      error: (message) => told.push(message),
    },
    counts: {
      count: (name, _dimensions, by) => told.push(`${name} ${by}`),
      observe: (name) => told.push(name),
      flush: () => {
        told.push('flush');
      },
    },
  });
  const running = handler(
    { ...EVENT, resources: [] },
    contextWith(() => 60_000),
  );
  const [answered] = await Promise.allSettled([running]);
  return { answered, told };
}

describe('a scheduled run', () => {
  it('that finds nothing counts zeros, so that it is seen to have run', async () => {
    const { answered, told } = await invoke(async () => ({ found: 0, failed: [] }));

    expect(answered).toMatchObject({ value: { found: 0 } });
    expect(told).toEqual(['overdue 0', 'still-overdue 0', 'flush']);
  });

  it('counts what it found, and what is still overdue, and then fails', async () => {
    const causes = [new Failure('STORE_UNAVAILABLE'), new TypeError('broken')];

    const { answered, told } = await invoke(async () => ({ found: 5, failed: causes }));

    expect(answered).toMatchObject({ reason: new Failure('EFFECT_OWED') });
    expect(told).toEqual([
      'overdue 5',
      'still-overdue 2',
      'found overdue',
      'still overdue',
      'still overdue',
      'flush',
    ]);
  });

  it('that cannot even look counts nothing, and fails with the cause', async () => {
    const cause = new Failure('STORE_UNAVAILABLE');

    const { answered, told } = await invoke(() => Promise.reject(cause));

    expect(answered).toMatchObject({ reason: cause });
    expect(told).toEqual(['flush']);
  });
});
