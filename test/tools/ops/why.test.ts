/** The chain and the sentences of `why`, of stories that the decider itself has played. */
import { describe, expect, it } from 'vitest';
import { linkLines, linkOf } from '../../../tools/ops/chain.ts';
import { verdict } from '../../../tools/ops/verdict.ts';
import { sinceOf } from '../../../tools/ops/why.ts';
import {
  answer,
  at,
  braked,
  endingDecided,
  granted,
  itsTimer,
  replaced,
  type Step,
  withdrawn,
} from '../../support/story.ts';
import { type Played, playedBy } from './histories.ts';

const BANK = { id: 'DE-1', timeZone: 'Europe/Berlin' };
const GRANT = granted('2026-11-20T06:00Z', { token: 't-0', bank: BANK });
const STRIKE = answer('2026-11-23T23:30Z', 'CONSENT.EXPIRED', { id: 'report-1', used: 't-0' });
const HELD = braked(answer('2026-11-24T08:00Z', 'CONSENT.EXPIRED', { used: 't-0' }));

function told({ consent, entries }: Played): readonly string[] {
  return entries.flatMap((one) => linkLines(linkOf(one, consent), one, consent.bank));
}

function said(steps: readonly Step[], now = '2026-11-24T00:00Z'): string {
  const { consent, entries } = playedBy(steps);
  const since = sinceOf(entries, consent.status);
  return verdict({ consent, outbox: [], revision: 'r', since, now: at(now) });
}

describe('the chain', () => {
  it('goes from the answer by the row to the strike and its timer, in both clocks', () => {
    expect(told(playedBy([GRANT, STRIKE])).slice(3)).toEqual([
      '2026-11-23 23:30:00 UTC (2026-11-24 00:30:00 Europe/Berlin)',
      '  heard    accounts was answered CONSENT.EXPIRED (report-1)',
      '  read by  row "code CONSENT.EXPIRED" (000, Consent errors): CONSENT.EXPIRED',
      '  so       a strike; valid -> suspect',
      '  then     timer set for 2026-11-24 23:50:00 UTC (2026-11-25 00:50:00 Europe/Berlin)',
    ]);
  });

  it('has the ids by which the bank finds the call again, and what it says was wrong', () => {
    const { consent, entries } = playedBy([GRANT, STRIKE]);
    const [, strike] = entries;
    const told = { correlation: { request_id: 'abc' }, details: [{ code: 'X', location: 'from' }] };
    const entry = { ...strike, ...told } as (typeof entries)[number];

    const lines = linkLines(linkOf(entry, consent), entry, BANK);

    expect(lines[3]).toBe('  bank     request_id abc; X at from');
  });

  it('names the request that a timer led to', () => {
    const played = playedBy([GRANT, STRIKE, itsTimer()]);

    expect(told(played)).toContainEqual(
      expect.stringMatching(/^ {2}then {5}timer set for .*; request [\w-]{22}\.g1\.r1$/),
    );
  });

  it('says of an end that it is held, and what an operator decided of it', () => {
    const lines = told(
      playedBy([
        GRANT,
        STRIKE,
        HELD,
        endingDecided('2026-11-24T09:00Z', 'hold'),
        endingDecided('2026-11-24T10:00Z', 'release'),
      ]),
    );

    expect(lines.filter((line) => /held|released/.test(line))).toEqual([
      "  so       a strike; held: too many of the bank's consents would end at once; stays suspect",
      expect.stringMatching(/^ {2}heard {4}an operator had its end held for longer \(/),
      expect.stringMatching(/^ {2}heard {4}an operator released its end \(/),
    ]);
  });

  it.each([
    ['a code that no row knew', 'unknown code NEW.WORD', 'ours'],
    ['a row that has gone', 'code GONE', undefined],
  ])('gives the source of %s', (_, row, source) => {
    const { consent, entries } = playedBy([GRANT, STRIKE]);
    const entry = { ...entries[1], row } as (typeof entries)[number];

    expect(linkOf(entry, consent).source).toBe(source);
  });

  it('of an entry of earlier code tells what is in it', () => {
    const { consent, entries } = playedBy([GRANT, STRIKE]);
    const old = entries.map(({ heard: _, met: _met, owed: _owed, ...entry }) => entry);

    expect(told({ consent, entries: old }).at(-1)).toBe('  then     timer set');
  });
});

describe('the verdict', () => {
  it.each<[string, readonly Step[], RegExp]>([
    [
      'nothing but failures',
      [answer('2026-11-20T06:00Z', 'TECHNICAL')],
      /^consent-8f3a is received: /,
    ],
    ['a grant', [GRANT], /is valid since 2026-11-20 06:00:00 UTC .*: it was granted at .*no timer/],
    [
      'a strike',
      [GRANT, STRIKE],
      /is suspect since 2026-11-23 23:30:00 UTC .*one strike: the bank said CONSENT.EXPIRED at/,
    ],
    [
      'a request that is under way',
      [GRANT, STRIKE, itsTimer()],
      /Next: the timer is due at .* accounts \(confirm\) was requested at .* as .*\.g1\.r1/,
    ],
    [
      'an end by the bank',
      [GRANT, STRIKE, answer('2026-11-25T08:00Z', 'CONSENT.REVOKED', { used: 't-0' })],
      /revokedByPsu since 2026-11-25 .* again CONSENT.REVOKED .* by notice .*\.g1\.required;/,
    ],
    [
      'an end of its lifetime',
      [granted('2026-11-20T06:00Z', { validUntil: '2026-11-21T00:00Z' }), itsTimer()],
      /is expired since 2026-11-21 .* known lifetime was over\. The PSU is asked to log in again/,
    ],
    [
      'a withdrawal',
      [GRANT, withdrawn('2026-11-21T06:00Z', 'psu')],
      /since 2026-11-21 .*: the PSU withdrew it on our side\. Nobody is asked to log in again/,
    ],
    [
      'an end by us',
      [GRANT, withdrawn('2026-11-21T06:00Z', 'tpp')],
      /ended on our own side\. Nobody/,
    ],
    [
      'a replacement',
      [GRANT, replaced('2026-11-21T06:00Z', 'x')],
      /another consent took its place/,
    ],
    [
      'a wait for the day',
      [GRANT, answer('2026-11-23T15:00Z', 'CONSENT.LIMIT_EXCEEDED', { used: 't-0' })],
      /; the call accounts \(limit-over\) is requested at 2026-11-23 23:\d\d:\d\d UTC/,
    ],
    [
      'a lifetime',
      [granted('2026-11-20T06:00Z', { validUntil: '2027-02-21T00:00Z' })],
      /Next: the timer is due at 2027-02-14 .* the notice that the consent is about to expire/,
    ],
  ])('after %s says what, since when, why, and what comes next', (_, steps, sentence) => {
    expect(said(steps)).toMatch(sentence);
  });

  it('of an end that is held says until when, and does not threaten with another strike', () => {
    const sentence = said([GRANT, STRIKE, HELD], '2026-11-24T09:00Z');

    expect(sentence).toMatch(
      /Its end is held until 2026-11-27 08:00:00 UTC .*: too many of the bank's consents would end/,
    );
    expect(sentence).toMatch(/Next: the timer is due at .*, for the confirming call; the call acc/);
    expect(sentence).not.toContain('another strike');
  });

  it('says when the next date is that of the held end', () => {
    const asked = [GRANT, STRIKE, HELD, itsTimer(), itsTimer()];

    expect(said(asked, '2026-11-26T09:00Z')).toMatch(
      /Next: the timer is due at 2026-11-27 08:00:00 UTC .*, for the held end; the call accounts/,
    );
  });

  it('says that a timer is overdue', () => {
    expect(said([GRANT, STRIKE], '2026-11-26T00:00Z')).toMatch(
      /the timer was due at 2026-11-24 .*, and is overdue, for the confirming call/,
    );
  });

  it('says what is still owed', () => {
    const { consent } = playedBy([GRANT]);
    const outbox = [{ do: 'PurgeAccounts', key: 'purge', before: 1 }] as const;

    const sentence = verdict({ consent, outbox, revision: 'r', since: undefined, now: 0 });

    expect(sentence).toMatch(/Still owed, and not performed yet: PurgeAccounts\.$/);
  });
});
