/**
 * `why`: the links from the bank's answers to where the consent stands now, of its present life and
 * of the one before, whose end may be what is asked about; and at the end the answer in plain
 * English.
 */
import type { Bank } from '../../shared/consent/provider.ts';
import { type Link, linkLines, linkOf } from './chain.ts';
import { quoted } from './error-line.ts';
import { type Entry, readHistory } from './history.ts';
import { seeConsent } from './state.ts';
import { isTombstone } from './tombstone.ts';
import { verdict } from './verdict.ts';
import type { ExitCode, World } from './world.ts';

const PLAIN_SUCCESSES = 'plain successes, and what was more than 50 entries ago';

export async function why(
  { consentId }: { readonly consentId: string },
  world: World,
): Promise<ExitCode> {
  const seen = await seeConsent(consentId, world);
  if (seen === undefined) {
    world.tell(`consent ${quoted(consentId)} is unknown: no message about it has been judged`);
    return 1;
  }
  const { consent } = seen;
  const { entries, unreadable } = await readHistory(consentId, seen.outbox, world);
  const told = entries.filter(({ generation }) => generation >= consent.generation - 1);
  const life = told.filter(({ generation }) => generation === consent.generation);
  const links = told.map((entry) => linkOf(entry, consent));
  const said = verdict({ ...seen, since: sinceOf(life, consent.status), now: world.now });
  const { status, generation, version, provider, bank } = consent;
  const gaps = isTombstone(consent)
    ? ['it was forgotten: what led to this has been erased']
    : gapsOf(version, entries, told.length, unreadable);
  world.answer(
    { consentId, status, generation, version, provider, bank, chain: links, gaps, verdict: said },
    () => [...textOf(links, told, bank), ...gaps, '', said].join('\n'),
  );
  return 0;
}

/** When the status became what it is, by this life's entries. */
export function sinceOf(life: readonly Entry[], status: string): number | undefined {
  return life.findLast(({ from, to }) => to === status && from !== to)?.at;
}

function textOf(links: readonly Link[], told: readonly Entry[], bank: Bank): readonly string[] {
  return links.flatMap((link, at) => {
    const entry = told[at];
    if (entry === undefined) return [];
    const before = told[at - 1]?.generation;
    const isNext = before !== undefined && before !== link.generation;
    return [...(isNext ? ['', 'the next life'] : []), ...linkLines(link, entry, bank)];
  });
}

/** What the chain does not tell. */
function gapsOf(
  version: number,
  entries: readonly Entry[],
  shown: number,
  unreadable: readonly string[],
): readonly string[] {
  const silent = version - entries.length - unreadable.length;
  const earlier = entries.length - shown;
  return [
    ...(silent > 0 ? [`${silent} of ${version} decisions left no entry: ${PLAIN_SUCCESSES}`] : []),
    ...(earlier > 0 ? [`${earlier} entries are of lives before these, and not shown`] : []),
    ...(unreadable.length > 0 ? [`not readable: ${unreadable.join(', ')}`] : []),
  ];
}
