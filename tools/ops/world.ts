/**
 * What a verb is given: names, clients, the time, and where to say things. Answers go to stdout, as
 * text or as JSON, one value a line; progress goes to stderr, so that a pipe gets answers only.
 */
import type { Instant } from '../../shared/consent/instant.ts';
import type { Clients } from './clients.ts';
import type { Target } from './target.ts';

/** 0: fine; 1: not found, or something is wrong; 2: the command was used wrongly. */
export type ExitCode = 0 | 1 | 2;

export interface World {
  readonly target: Target;
  readonly clients: Clients;
  /** The time of this run: on the local AWS, its virtual clock's. */
  readonly now: Instant;
  /** `text` is for people, `value` for machines. Neither may hold a token. */
  readonly answer: (value: object, text: () => string) => void;
  /** What went wrong with the asking, or what takes long: one line, to stderr. */
  readonly tell: (line: string) => void;
}
