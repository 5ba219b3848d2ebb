/** Progress of what takes long: a line on stderr at every so many, so that a pipe stays clean. */
import type { World } from './world.ts';

/** What is read takes seconds for so many. */
const LINE_EVERY = 10_000;

/** Counts `count` more of them, and says so whenever another `every` are full. */
export function progressOf(what: string, { tell }: Pick<World, 'tell'>, every = LINE_EVERY) {
  let total = 0;
  return {
    add: (count: number): void => {
      const before = Math.floor(total / every);
      total += count;
      if (Math.floor(total / every) > before) tell(`${total} ${what} so far`);
    },
    end: (found: number): void => tell(`${total} ${what}, ${found} found`),
  };
}
