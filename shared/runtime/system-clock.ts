/**
 * The one place that reads the machine's clock. Everything else is told the time, so a whole life
 * of weeks can be played in a test.
 */

/** Milliseconds since the epoch, UTC. */
export function systemClock(): number {
  return Date.now();
}
