/**
 * The command line of the operators' command: what may be asked, and the help about it. It only
 * reads what was asked; nothing is done here. What it does not understand is one line that quotes
 * the value and says what was expected.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { STATUSES } from '../../shared/consent/consent.ts';
import type { BrakeOptions } from './brake.ts';
import { DEAD_LETTER_QUEUE_NAMES, type DeadLetterQueue } from './dead-letter-queues.ts';
import type { ListOptions } from './list.ts';
import { LOCAL_ENDPOINT, type TargetOptions } from './target.ts';

const HELP_COLUMNS = 100;

export type Wish =
  | { readonly verb: 'show' | 'why' | 'replay'; readonly consentId: string }
  | ({ readonly verb: 'list' } & ListOptions)
  | { readonly verb: 'waiting' | 'owed' }
  | { readonly verb: 'redrive'; readonly queue: DeadLetterQueue; readonly apply: boolean }
  | ({ readonly verb: 'hold' | 'release' } & BrakeOptions)
  | { readonly verb: 'forget'; readonly consentId: string; readonly apply: boolean };

export interface GlobalOptions extends TargetOptions {
  readonly json?: boolean;
}

export type Asked =
  | { readonly kind: 'wish'; readonly wish: Wish; readonly options: GlobalOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Never throws. */
export function readArgs(args: readonly string[]): Asked {
  const written: string[] = [];
  let wish: Wish | undefined;
  const program = opsProgram((read) => {
    wish = read;
  });
  speakTo(program, (text) => written.push(text));
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.help') return { kind: 'refused', why: `${written.join('')}` };
    if (error.exitCode === 0) return { kind: 'help', text: written.join('') };
    const why = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    return { kind: 'refused', why: `${why.replace(/\.$/, '')}; --help says what is expected` };
  }
  if (wish === undefined) return { kind: 'refused', why: 'no verb was told; see --help' };
  return { kind: 'wish', wish, options: program.opts() };
}

/** The help of the command, and of each verb with options of its own, but for the common ones. */
export function helpTexts(): readonly string[] {
  const program = opsProgram(() => {});
  const verbs = program.commands.filter(({ options }) => options.length > 0);
  return [program, ...verbs].map((command) => {
    const written: string[] = [];
    speakTo(command, (text) => written.push(text));
    command.configureHelp({ showGlobalOptions: false }).outputHelp();
    return written.join('').trimEnd();
  });
}

function speakTo(program: Command, write: (text: string) => void): void {
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => {},
      getOutHelpWidth: () => HELP_COLUMNS,
      getErrHelpWidth: () => HELP_COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  }
}

/** What a shell makes of a variable that is not set names nobody. */
function named(text: string): string {
  if (text === '') throw new InvalidArgumentError('Expected a name.');
  return text;
}

const CONSENT_ID = ['<consentId>', 'as the callers name it', named] as const;
const APPLY = ['--apply', 'do it; without it nothing is changed'] as const;

function opsProgram(take: (wish: Wish) => void): Command {
  const program = new Command('ops')
    .description(
      'Answers what an operator asks of consents and queues, and mends what it is told to.',
    )
    .option(
      '--stage <stage>',
      'a deployment, such as "prod"; region and credentials as for any SDK',
    )
    .option('--local', `the local AWS (npm start), at AWS_ENDPOINT_URL or ${LOCAL_ENDPOINT}`)
    .option('--json', 'for machines: one JSON value a line')
    .helpOption('--help', 'this text')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText('after', AFTERWORD);
  reading(program, take);
  changing(program, take);
  return program;
}

const AFTERWORD = `
Only --apply changes anything. Answers go to stdout, progress and what is wrong to stderr; no token
is ever printed.

Exit codes:
  0  fine
  1  not found, or something is wrong: dead letters are left, effects are overdue, an item cannot
     be read, this version decides differently, or AWS refused
  2  the command was used wrongly`;

function reading(program: Command, take: (wish: Wish) => void): void {
  program
    .command('show')
    .description('the consent as it stands in the table, in JSON, its tokens redacted')
    .argument(...CONSENT_ID)
    .action((consentId: string) => take({ verb: 'show', consentId }));
  program
    .command('why')
    .description(
      "what led to where a consent stands: answers, the rows of the bank's document that read " +
        'them, strikes, timers, requests, notices; at the end in plain English',
    )
    .argument(...CONSENT_ID)
    .action((consentId: string) => take({ verb: 'why', consentId }));
  program
    .command('list')
    .description('the consents of a status or a bank; reads the whole table')
    .addOption(new Option('--status <status>', 'only those').choices(STATUSES))
    .option(
      '--bank <id>',
      "only those of this bank; without an id it has its provider's name",
      named,
    )
    .action((options: ListOptions) => take({ verb: 'list', ...options }));
  program
    .command('waiting')
    .description('which consents wait, for what, until when; the earliest first')
    .action(() => take({ verb: 'waiting' }));
  program
    .command('owed')
    .description('which consents owe effects or have missed a timer, since when; 1 if overdue')
    .action(() => take({ verb: 'owed' }));
  program
    .command('replay')
    .description("a consent's history, decided again by this version: what it would do differently")
    .argument(...CONSENT_ID)
    .action((consentId: string) => take({ verb: 'replay', consentId }));
}

function changing(program: Command, take: (wish: Wish) => void): void {
  program
    .command('redrive')
    .description('how many dead letters there are, and why; applied, sends them where they belong')
    .addArgument(new Argument('<queue>', 'dead-letter queue').choices(DEAD_LETTER_QUEUE_NAMES))
    .option(...APPLY)
    .action((queue: DeadLetterQueue, { apply = false }: { readonly apply?: boolean }) =>
      take({ verb: 'redrive', queue, apply }),
    );
  braking(program, take);
  program
    .command('forget')
    .description(
      "erases a PSU's data: account list and history deleted, timer removed, the consent " +
        'replaced by an end on our own side that no late result undoes',
    )
    .argument(...CONSENT_ID)
    .option(...APPLY)
    .action((consentId: string, { apply = false }: { readonly apply?: boolean }) =>
      take({ verb: 'forget', consentId, apply }),
    );
}

const BANK_ID = ['<bankId>', "without an id a bank has its provider's name", named] as const;

function braking(program: Command, take: (wish: Wish) => void): void {
  const verbs = {
    hold: 'how many ends of a bank are held; applied, holds all of them for 72 hours from now',
    release: 'the same; applied, ends what is held, and lets further ends through for a day',
  } as const;
  for (const verb of ['hold', 'release'] as const) {
    program
      .command(verb)
      .description(verbs[verb])
      .argument(...BANK_ID)
      .option(...APPLY)
      .action((bank: string, { apply = false }: { readonly apply?: boolean }) =>
        take({ verb, bank, apply }),
      );
  }
}
