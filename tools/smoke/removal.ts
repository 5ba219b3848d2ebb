/**
 * What a run has made and has to remove again, the latest first. One removal that fails holds up
 * no other.
 */
import { lineOf } from './error-line.ts';

export interface Removal {
  readonly what: string;
  /** Throws what AWS refused. */
  readonly remove: () => Promise<unknown>;
}

/** What is left, and why, a line each. Never throws. */
export async function removeAll(removals: readonly Removal[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { what, remove } of removals.toReversed()) {
    try {
      await remove();
    } catch (error) {
      left.push(`could not remove ${what}: ${lineOf(error)}`);
    }
  }
  return left;
}
