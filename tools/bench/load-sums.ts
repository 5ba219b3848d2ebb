/**
 * Accounts for every message: what was sent must be what the functions say they decided, what they
 * set aside, and what stands in the table. Latency is read off the same lines: a decision is
 * written down right after it is saved.
 */
import { type LoadMessage, POISON_NAMES, POISONS, type Poison } from './load-messages.ts';

/** What has been heard of so far, from the functions' log lines. */
export interface Heard {
  readonly grants: number;
  /** Results that a decision was saved for. */
  readonly applied: number;
  readonly duplicates: number;
  /** Decisions that were saved, timers' among them. */
  readonly decisions: number;
  /** Results that were ignored for any other reason. */
  readonly ignored: number;
  /** Failures after which messages came again: of one, or of a whole batch. */
  readonly cameAgain: number;
  /** From the sending of each applied result to its decision, in ms. */
  readonly latencies: readonly number[];
}

export interface Tally {
  /** To be called right before a message is sent; `at` is in ms since the epoch. */
  sending(message: LoadMessage, at: number): void;
  /** Takes each line that a function prints, whatever it is. */
  hear(line: string): void;
  readonly sent: Readonly<Record<LoadMessage['kind'], number>>;
  readonly heard: Heard;
  /** Sent, and not heard of since. */
  readonly inFlight: number;
}

/** What is printed around a function when it dies in the middle of a batch. */
const CRASH = /^bank-call-results: a batch of \d+ failed/;

interface Line {
  readonly message?: string;
  readonly timestamp?: string;
  readonly event?: string;
  readonly eventId?: string;
  readonly outcome?: string;
  readonly reason?: string;
}

export function createTally(): Tally {
  const sent = {
    grant: 0,
    success: 0,
    error: 0,
    duplicate: 0,
    'no JSON': 0,
    'unknown provider': 0,
    'bad subject': 0,
  };
  const latencies: number[] = [];
  const counts = { grants: 0, applied: 0, duplicates: 0, decisions: 0, ignored: 0 };
  let cameAgain = 0;
  let inFlight = 0;
  const sentAt = new Map<string, number>();

  const decided = ({ timestamp = '', event, eventId = '', outcome, reason }: Line) => {
    if (outcome === 'advanced') counts.decisions += 1;
    if (event !== 'BankCallCompleted' && event !== 'ConsentGranted') return;
    inFlight -= 1;
    if (reason === 'duplicate') counts.duplicates += 1;
    else if (outcome !== 'advanced') counts.ignored += 1;
    else if (event === 'ConsentGranted') counts.grants += 1;
    else {
      counts.applied += 1;
      latencies.push(Date.parse(timestamp) - (sentAt.get(eventId) ?? Number.NaN));
      sentAt.delete(eventId);
    }
  };
  return {
    sending: ({ kind, id }, at) => {
      sent[kind] += 1;
      inFlight += 1;
      if (kind === 'success' || kind === 'error') sentAt.set(id, at);
    },
    hear: (text) => {
      const line = lineOf(text);
      if (line.message === 'decided') decided(line);
      if (line.message === 'unreadable') inFlight -= 1;
      if (line.message === 'to come again' || line.message === 'the batch failed') cameAgain += 1;
      if (CRASH.test(text)) cameAgain += 1;
    },
    sent,
    get heard() {
      return { ...counts, cameAgain, latencies };
    },
    get inFlight() {
      return inFlight;
    },
  };
}

/** Metrics, and what goes wrong around a function, are lines of other kinds. */
function lineOf(text: string): Line {
  return text.startsWith('{"level"') ? JSON.parse(text) : {};
}

/** What is to be found again, and what was. */
export interface Sum {
  readonly what: string;
  readonly sent: number;
  readonly found: number;
}

export interface Found {
  readonly heard: Heard;
  /** The reason of each message in the dead-letter queue; none when the queue itself gave up. */
  readonly deadLetters: readonly (string | undefined)[];
  /** The versions of all consents in the table, added up: a version counts decisions. */
  readonly versions: number;
}

export function sumsOf(
  sent: Tally['sent'],
  { heard, deadLetters, versions }: Found,
): readonly Sum[] {
  const poisons = POISON_NAMES.map((name) => ({
    what: `dead-lettered, ${name}`,
    sent: sent[name],
    found: deadLetters.filter((reason) => isFor(name, reason)).length,
  }));
  const otherwise = deadLetters.filter((one) => !POISON_NAMES.some((name) => isFor(name, one)));
  const results = [
    { what: 'applied', sent: sent.success + sent.error, found: heard.applied },
    { what: 'ignored as a duplicate', sent: sent.duplicate, found: heard.duplicates },
    ...poisons,
    { what: 'anything else', sent: 0, found: heard.ignored + otherwise.length },
  ];
  const total = (side: 'sent' | 'found') => results.reduce((sum, one) => sum + one[side], 0);
  return [
    ...results,
    { what: 'results', sent: total('sent'), found: total('found') },
    { what: 'grants applied', sent: sent.grant, found: heard.grants },
    { what: 'decisions, and versions in the table', sent: heard.decisions, found: versions },
  ];
}

export function addUp(sums: readonly Sum[]): boolean {
  return sums.every(({ sent, found }) => sent === found);
}

function isFor(name: Poison, reason: string | undefined): boolean {
  return reason !== undefined && POISONS[name].test(reason);
}
