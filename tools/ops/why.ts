/**
 * `why`: the links from the bank's answers to where the consent stands now, of its present life,
 * and at the end the answer in plain English.
 */
import type { Bank } from '../../shared/consent/provider.ts';
import { type Link, linkLines, linkOf } from './chain.ts';
import { quoted } from './error-line.ts';
import { type Entry, readHistory } from './history.ts';
import { seeConsent } from './state.ts';
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
  const life = entries.filter(({ generation }) => generation === consent.generation);
  const links = life.map((entry) => linkOf(entry, consent));
  const said = verdict({ ...seen, since: sinceOf(life, consent.status), now: world.now });
  const { status, generation, version, provider, bank } = consent;
  const gaps = gapsOf(version, entries, life.length, unreadable);
  world.answer(
    { consentId, status, generation, version, provider, bank, chain: links, gaps, verdict: said },
    () => [...textOf(links, life, bank), ...gaps, '', said].join('\n'),
  );
  return 0;
}

/** When the status became what it is, by this life's entries. */
export function sinceOf(life: readonly Entry[], status: string): number | undefined {
  return life.findLast(({ from, to }) => to === status && from !== to)?.at;
}

function textOf(links: readonly Link[], life: readonly Entry[], bank: Bank): readonly string[] {
  return links.flatMap((link, at) => {
    const entry = life[at];
    return entry === undefined ? [] : linkLines(link, entry, bank);
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
    ...(earlier > 0 ? [`${earlier} entries are of earlier lives, and not shown`] : []),
    ...(unreadable.length > 0 ? [`not readable: ${unreadable.join(', ')}`] : []),
  ];
}
