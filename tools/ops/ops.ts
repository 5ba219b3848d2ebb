/**
 * One run of the operators' command: read what was asked, do it, answer, and the exit code. All of
 * it but the process, so that tests run the very same.
 */
import * as z from 'zod/mini';
import type { Instant } from '../../shared/consent/instant.ts';
import { hold, release } from './brake.ts';
import { createClients } from './clients.ts';
import { errorLine } from './error-line.ts';
import { forget } from './forget.ts';
import { list } from './list.ts';
import { owed } from './owed.ts';
import { type GlobalOptions, readArgs, type Wish } from './program.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';
import { show } from './show.ts';
import { type Target, targetOf } from './target.ts';
import { waiting } from './waiting.ts';
import { why } from './why.ts';
import type { ExitCode, World } from './world.ts';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The wall clock, in ms. */
  readonly clock: () => Instant;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Never throws. */
export async function ops(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const asked = readArgs(args);
  if (asked.kind === 'help') {
    terminal.out(asked.text.trimEnd());
    return 0;
  }
  if (asked.kind === 'refused') return refuse(asked.why.trimEnd(), terminal);

  let target: Target;
  try {
    target = targetOf(asked.options, terminal.env);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), terminal);
  }
  try {
    return await perform(asked.wish, await worldOf(target, asked.options, terminal));
  } catch (error) {
    terminal.err(errorLine(error, target));
    return 1;
  }
}

function refuse(why: string, { err }: Terminal): ExitCode {
  err(why);
  return 2;
}

function perform(wish: Wish, world: World): Promise<ExitCode> {
  switch (wish.verb) {
    case 'show':
      return show(wish, world);
    case 'why':
      return why(wish, world);
    case 'list':
      return list(wish, world);
    case 'waiting':
      return waiting(wish, world);
    case 'owed':
      return owed(wish, world);
    case 'redrive':
      return redrive(wish, world);
    case 'replay':
      return replay(wish, world);
    case 'hold':
      return hold(wish, world);
    case 'release':
      return release(wish, world);
    case 'forget':
      return forget(wish, world);
  }
}

async function worldOf(
  target: Target,
  { json = false }: GlobalOptions,
  { clock, out, err }: Terminal,
): Promise<World> {
  return {
    target,
    clients: createClients(target),
    now: target.endpoint === undefined ? clock() : await localTime(target.endpoint),
    answer: (value, text) => out(json ? JSON.stringify(value) : text()),
    tell: err,
  };
}

const TIME = z.object({ now: z.string() });

/** The local AWS has a clock of its own, and what is stored there goes by it. */
async function localTime(endpoint: string): Promise<Instant> {
  const answer = await fetch(`${endpoint}/_local/clock`).catch(() => undefined);
  if (answer?.ok !== true) {
    throw new Error(`nothing tells the time at ${endpoint}; expected the local AWS (npm start)`);
  }
  return Date.parse(TIME.parse(await answer.json()).now);
}
