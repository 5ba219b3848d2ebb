/**
 * Consents worked on side by side. What is done to one waits for AWS most of the time, and the
 * others need not wait with it.
 */

/** A batch of ten messages takes two rounds. */
export const CONSENTS_AT_ONCE_MAX = 8;

/** Does the work for each, in their order, so many at a time. Rejects as soon as one does. */
export async function sideBySide<One>(
  all: readonly One[],
  work: (one: One) => Promise<void>,
): Promise<void> {
  const left = all.values();
  const worker = async (): Promise<void> => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: CONSENTS_AT_ONCE_MAX }, worker));
}
