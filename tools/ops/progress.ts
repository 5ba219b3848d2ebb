/** Progress of what takes long: a line on stderr at every so many, so that a pipe stays clean. */
import type { World } from './world.ts';

const LINE_EVERY = 10_000;

/** Counts `count` more of them, and says so whenever another ten thousand are full. */
export function progressOf(what: string, { tell }: Pick<World, 'tell'>) {
  let total = 0;
  return {
    add: (count: number): void => {
      const before = Math.floor(total / LINE_EVERY);
      total += count;
      if (Math.floor(total / LINE_EVERY) > before) tell(`${total} ${what} so far`);
    },
    end: (found: number): void => tell(`${total} ${what}, ${found} found`),
  };
}
