/**
 * What led to where a consent stands, link by link: the bank's answer, the row of the dialect that
 * read it with the place in the bank's document, what it meant, and what was owed because of it.
 * Pure; made of the history alone, so it says no more than was kept.
 */
import type { ErrorDetail } from '../../shared/consent/finding.ts';
import type { Instant } from '../../shared/consent/instant.ts';
import type { Bank, Provider } from '../../shared/consent/provider.ts';
import type { Row } from '../../shared/dialects/dialect.ts';
import { DIALECTS } from '../../shared/dialects/registry.ts';
import type { Entry } from './history.ts';
import { type Time, timeAt, timeText } from './times.ts';
import { callPhrase, noteWords } from './words.ts';

export interface Link {
  readonly at: Time;
  readonly event: string;
  readonly eventId: string;
  readonly generation: number;
  readonly version: number;
  readonly operation?: string;
  readonly category?: string;
  readonly row?: string;
  /** The row's place in the bank's document; missing if this version's table has no such row. */
  readonly source?: string;
  /** By which the bank finds the call again, and what it says was wrong with the request. */
  readonly correlation?: Readonly<Record<string, string>>;
  readonly details?: readonly ErrorDetail[];
  readonly from?: string;
  readonly to: string;
  readonly notes: readonly string[];
  readonly effects: readonly string[];
  readonly timerAt?: Time;
  readonly requestId?: string;
  readonly notices?: readonly string[];
}

export interface Subject {
  readonly ref: string;
  readonly provider?: Provider;
  readonly bank: Bank;
}

export function linkOf(entry: Entry, { ref, provider, bank }: Subject): Link {
  const { number: _, heard: _heard, met: _met, owed, at, ...told } = entry;
  const source = sourceOf(entry.row, provider);
  return {
    ...told,
    at: timeAt(at, bank),
    ...(source !== undefined && { source }),
    ...(owed?.timerAt !== undefined && { timerAt: timeAt(owed.timerAt, bank) }),
    ...(owed?.request !== undefined && {
      requestId: `${ref}.g${told.generation}.r${owed.request}`,
    }),
    ...(owed?.notices && { notices: owed.notices.map((name) => `${ref}.g${name}`) }),
  };
}

/** A code that no row knew stands behind the row's own words. */
export function rowNamed(match: string, provider: Provider): Row | undefined {
  const { rows } = DIALECTS[provider];
  return (
    rows.find((row) => row.match === match) ?? rows.find((row) => match.startsWith(`${row.match} `))
  );
}

function sourceOf(match: string | undefined, provider: Provider | undefined): string | undefined {
  if (match === undefined || provider === undefined) return undefined;
  return rowNamed(match, provider)?.source;
}

/** The lines of one link; `at` and `timerAt` are those of its entry. */
export function linkLines(link: Link, entry: Entry, bank: Bank): readonly string[] {
  const change =
    link.from === link.to ? `stays ${link.to}` : `${link.from ?? 'unknown'} -> ${link.to}`;
  const meant = link.notes.map(noteWords);
  const owed = owedWords(link, entry.owed?.timerAt, bank);
  return [
    timeText(entry.at, bank),
    `  heard    ${callPhrase(link)} (${link.eventId})`,
    ...(link.row === undefined ? [] : [`  read by  ${rowWords(link)}`]),
    ...bankLines(link),
    `  so       ${[...meant, change].join('; ')}`,
    ...(owed.length === 0 ? [] : [`  then     ${owed.join('; ')}`]),
  ];
}

function bankLines({ correlation = {}, details = [] }: Link): readonly string[] {
  const ids = Object.entries(correlation).map(([name, id]) => `${name} ${id}`);
  const wrong = details.map(({ code = 'no code', location = 'no location' }) =>
    [code, location].join(' at '),
  );
  const said = [...ids, ...wrong];
  return said.length === 0 ? [] : [`  bank     ${said.join('; ')}`];
}

function rowWords({ row, source, category }: Link): string {
  const document = source ?? "no row of this version's table";
  return `row "${row}" (${document}): ${category}`;
}

function owedWords(link: Link, timerAt: Instant | undefined, bank: Bank): readonly string[] {
  const { effects, notices, requestId } = link;
  const count = (kind: string) => effects.filter((one) => one === kind).length;
  const requests = count('RequestCall');
  const named = requestId === undefined ? '' : ` ${requestId}`;
  const more = requests > 1 && requestId !== undefined ? ` and ${requests - 1} more` : '';
  const when = timerAt === undefined ? '' : ` for ${timeText(timerAt, bank)}`;
  return [
    ...(count('SetTimer') > 0 ? [`timer set${when}`] : []),
    ...(count('CancelTimer') > 0 ? ['timer removed'] : []),
    ...(requests > 0 ? [`request${named}${more}`] : []),
    ...(notices?.map((id) => `notice ${id}`) ??
      (count('PublishNotice') > 0 ? [`${count('PublishNotice')} notices`] : [])),
    ...(count('PurgeAccounts') > 0 ? ['account cache purged'] : []),
    ...(count('ReplaceConsent') > 0 ? ['the replaced consent told'] : []),
  ];
}
