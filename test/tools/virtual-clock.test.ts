import { describe, expect, it } from 'vitest';
import { sharedOffsetMs, startVirtualClock } from '../../tools/local/virtual-clock.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

function wallAt(start: number) {
  let now = start;
  return {
    wall: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the virtual clock', () => {
  it('shows the wall clock until it is told otherwise', () => {
    const { wall, pass } = wallAt(NOON);
    const clock = startVirtualClock({ wall });

    pass(HOUR);

    expect(clock.now()).toBe(NOON + HOUR);
    expect(clock.offsetMs()).toBe(0);
  });

  it('starts where it is set and runs with the wall clock from there', () => {
    const { wall, pass } = wallAt(NOON);
    const start = Date.UTC(2020, 0, 1);
    const clock = startVirtualClock({ start, wall });

    pass(HOUR);

    expect(clock.now()).toBe(start + HOUR);
  });

  it('moves forward and runs on from there', () => {
    const { wall, pass } = wallAt(NOON);
    const clock = startVirtualClock({ wall });

    clock.moveTo(NOON + 24 * HOUR);
    pass(HOUR);

    expect(clock.now()).toBe(NOON + 25 * HOUR);
    expect(clock.offsetMs()).toBe(24 * HOUR);
  });

  it.each([
    ['its past', NOON - 1],
    ['no time at all', Number.NaN],
    ['the end of all time', Number.POSITIVE_INFINITY],
  ])('refuses to move to %s, and stays', (_, at) => {
    const clock = startVirtualClock({ wall: () => NOON });

    expect(() => clock.moveTo(at)).toThrow(`cannot move to ${at}`);
    expect(clock.now()).toBe(NOON);
  });

  it('stands still while the wall clock is set back', () => {
    const { wall, pass } = wallAt(NOON);
    const clock = startVirtualClock({ wall });
    clock.now();

    pass(-HOUR);

    expect(clock.now()).toBe(NOON);
  });

  it('can move on from where it stood when the wall clock was set back', () => {
    const { wall, pass } = wallAt(NOON);
    const clock = startVirtualClock({ wall });
    clock.now();
    pass(-HOUR);

    clock.moveTo(NOON + 1);
    pass(1);

    expect(clock.now()).toBe(NOON + 2);
  });

  it('lets other threads read its offset from shared memory', () => {
    const clock = startVirtualClock({ wall: () => NOON });
    const seen = structuredClone(clock.shared);

    clock.moveTo(NOON + HOUR);

    expect(sharedOffsetMs(seen)).toBe(HOUR);
  });
});
