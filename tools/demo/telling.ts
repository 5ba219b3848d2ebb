/**
 * What happened to a consent and why, in lines for people: built from what the worker remembers of
 * its decisions, the requests that were taken from the queue and the notices that arrived. What
 * repeats is said once, with its count.
 */
import type { HistoryEntry } from '../../shared/consent/effect.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { Consumed } from './caller.ts';
import type { Heard } from './subscriber.ts';

export interface Told {
  readonly at: Instant;
  readonly text: string;
  readonly times: number;
  /** When it happened last. */
  readonly until: Instant;
}

interface Line {
  readonly at: Instant;
  readonly text: string;
  /** The operation it asks for, until somebody has answered. */
  readonly asks?: string;
}

/** One consent's lines, in the order in which the worker decided. Never throws. */
export function tellOf(
  history: readonly HistoryEntry[],
  requests: readonly Consumed[],
  notices: readonly Heard[],
): readonly Told[] {
  const lines: Line[] = [];
  const asked = [...requests];
  let latest = 0;
  for (const entry of history) {
    const heard = notices.filter(({ sequence }) => sequence === entry.version);
    const line = lineOf(entry, entry.at < latest ? 'heard late: ' : '');
    latest = Math.max(latest, entry.at);
    if (line !== undefined) add(lines, line, entry.operation);
    const [notice] = heard;
    if (notice) lines.push({ at: notice.at, text: `notices: ${namesOf(heard)}` });
    const made = entry.effects.filter((effect) => effect === 'RequestCall').length;
    lines.push(...asked.splice(0, made).map(requestLine));
  }
  return folded([...lines, ...asked.map(requestLine)]);
}

/** An answer to what was just asked for shares the line of the request. */
function add(lines: Line[], line: Line, operation: string | undefined): void {
  const last = lines.at(-1);
  if (last?.asks === undefined || last.asks !== operation) {
    lines.push(line);
    return;
  }
  const answer = line.text.slice(`${operation}: `.length);
  lines.splice(-1, 1, { at: last.at, text: `${last.text}: ${answer}` });
}

function requestLine({ at, operation, reason, done }: Consumed): Line {
  const text = `asks for ${operation} (${reason})`;
  return done === 'called' ? { at, text, asks: operation } : { at, text: `${text}, ${done}` };
}

function namesOf(notices: readonly Heard[]): string {
  return notices.map(({ type }) => type).join(', ');
}

function lineOf(entry: HistoryEntry, late: string): Line | undefined {
  const { at, event, to, from, operation, category } = entry;
  switch (event) {
    case 'BankCallCompleted': {
      const parts = [`${late}${operation}: ${category}`, ...consequencesOf(entry)];
      return { at, text: parts.join('; ') };
    }
    case 'ConsentGranted':
      return { at, text: `${late}granted${from === undefined ? '' : ' anew'}: ${to}` };
    case 'ConsentWithdrawn':
      return { at, text: `${late}withdrawn on our side: ${to}` };
    case 'ConsentReplaced':
      return { at, text: `${late}a newer consent takes its place: ${to}` };
    case 'TimerDue':
      return from === to ? undefined : { at, text: `its lifetime is over: ${to}` };
    default:
      return { at, text: `${late}${event}` };
  }
}

const NOTES: Readonly<Record<string, string>> = {
  'token-rotated': 'its new token kept',
  'strike-voided': 'proof of life, the suspicion is void',
  'race-lost': 'its token had already been replaced, no strike',
  revived: 'the end is taken back',
  'limit-wait': "waits for the bank's next day",
  'client-quota-used-up': 'waits for next month',
  'given-up': 'the call is given up',
};

function consequencesOf({ notes, effects, category, from, to }: HistoryEntry): readonly string[] {
  const said = notes.flatMap((note) => {
    if (note === 'ended') return [`final: ${to}`];
    if (note === 'strike')
      return from !== 'suspect' && to === 'suspect' ? ['not believed yet'] : [];
    return [NOTES[note] ?? note];
  });
  if (effects.includes('PurgeAccounts') && !notes.includes('ended')) {
    said.push('cached accounts purged');
  }
  if (notes.length === 0 && effects.includes('CancelTimer')) said.push('nothing left to wait for');
  if (notes.length === 0 && effects.includes('SetTimer') && !effects.includes('RequestCall')) {
    said.push(category?.startsWith('OK') ? 'waits on' : 'to be repeated');
  }
  if (from !== to && !notes.includes('ended')) said.push(to);
  return said;
}

function folded(lines: readonly Line[]): readonly Told[] {
  const told: Told[] = [];
  for (const { at, text } of lines) {
    const last = told.at(-1);
    if (last?.text === text) told.splice(-1, 1, { ...last, times: last.times + 1, until: at });
    else told.push({ at, text, times: 1, until: at });
  }
  return told;
}
