/** Some decisions with all that they say, down to the ids: other tests look at one part each. */
import { describe, expect, it } from 'vitest';
import type { PublishNotice } from '../../shared/consent/effect.ts';
import type { NoticeBody } from '../../shared/consent/notice.ts';
import {
  answer,
  at,
  CONSENT_ID,
  given,
  granted,
  itsTimer,
  replaced,
  when,
  withdrawn,
} from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', {
  token: 't0',
  validUntil: '2027-05-01T00:00Z',
  bank: { id: 'DE-1' },
});
const OK = answer('2026-11-20T08:00Z', 'OK', { used: 't0', token: 't1' });
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { id: 'strike-1', used: 't1' });
const SECOND = answer('2026-11-22T08:40Z', 'CONSENT.REVOKED', { id: 'strike-2', used: 't1' });
const ALIVE = answer('2026-11-22T08:50Z', 'OK', { used: 't1', token: 't2' });
const ENDED = [GRANTED, OK, FIRST, SECOND] as const;
const { ref: REF } = FIRST;

type Told = { readonly generation: number; readonly sequence: number; readonly time: string };

function notice(name: string, { generation, sequence, time }: Told, body: NoticeBody) {
  return {
    do: 'PublishNotice',
    key: `notice:${name}`,
    notice: {
      id: `${REF}.g${name}`,
      consentId: CONSENT_ID,
      at: at(time),
      provider: 'klarna-consent',
      bankId: 'DE-1',
      generation,
      sequence,
      body,
    },
  } satisfies PublishNotice;
}

function changed(from: 'valid' | 'revokedByPsu', to: 'valid' | 'revokedByPsu', reason: string) {
  return { type: 'consent.status-changed', reason, from, to } as const;
}

describe('a first strike', () => {
  const details = [{ code: 'too-old', location: 'body' }];
  const correlation = { request_id: 'r-1' };
  const finding = { ...FIRST.finding, correlation, details };

  it('makes a record of the consent, with nothing in it that has not been heard', () => {
    const told = when({ ...FIRST, finding });

    const call = { operation: 'accounts', attended: false };
    const error = { at: FIRST.at, category: 'CONSENT.EXPIRED', used: 'YotJ2W3N6Xp' };
    expect(told.consent).toStrictEqual({
      consentId: CONSENT_ID,
      ref: REF,
      status: 'suspect',
      version: 1,
      generation: 1,
      provider: 'klarna-consent',
      bank: {},
      validUntilTold: false,
      lineage: [],
      strikes: [
        {
          ...{ at: FIRST.at, category: 'CONSENT.EXPIRED', errors: [error], call },
          ...{ fresh: false, reprieved: false },
        },
      ],
      confirming: {
        ...{ key: 'accounts|||', call, reason: 'confirm', dueAt: at('2026-11-23T08:20Z') },
        ...{ failedAt: FIRST.at, step: 0, repeated: false, refreshed: false },
        ...{ awaitsAccounts: false, attempts: 0, sendings: 0 },
      },
      calls: [],
      races: [],
      transfers: [],
      accountsRefused: 0,
      timersSet: 1,
      timer: { number: 1, dueAt: at('2026-11-23T08:20Z') },
      requestsMade: 0,
      actions: [],
      applied: [FIRST.key],
      remembered: 1,
      ledger: { dayStart: at('2026-11-21T23:00Z'), counts: { 'accounts|': 1 }, purges: 0 },
      evidenceAt: FIRST.at,
      failingSince: FIRST.at,
    });
  });

  it('owes a timer and a line of the history, with the bank’s own ids', () => {
    const told = when({ ...FIRST, finding });

    expect(told.effects).toStrictEqual([
      {
        do: 'SetTimer',
        key: 'timer',
        name: { ref: REF, generation: 1, number: 1 },
        dueAt: at('2026-11-23T08:20Z'),
        cancels: [],
      },
      {
        do: 'Remember',
        key: 'remember:0',
        number: 0,
        entry: {
          ...{ version: 1, at: FIRST.at, event: 'BankCallCompleted', eventId: 'strike-1' },
          ...{ to: 'suspect', generation: 1, operation: 'accounts', category: 'CONSENT.EXPIRED' },
          ...{ row: 'code CONSENT.EXPIRED', correlation, details },
          ...{ notes: ['strike'], effects: ['SetTimer'] },
          heard: { call: 'zxxexf', used: 'YotJ2W3N6Xp' },
          owed: { timerAt: at('2026-11-23T08:20Z') },
        },
      },
    ]);
  });

  it('is confirmed by a request that names all a caller needs, and one timer', () => {
    const told = given(GRANTED, OK, FIRST).when(itsTimer());

    expect(told.effects.slice(0, 2)).toStrictEqual([
      {
        do: 'RequestCall',
        key: 'request:accounts|||',
        id: `${REF}.g1.r1`,
        provider: 'klarna-consent',
        bank: { id: 'DE-1', timeZone: 'Europe/Berlin' },
        call: { operation: 'accounts', attended: false },
        generation: 1,
        reason: 'confirm',
        attempt: 1,
        at: at('2026-11-23T08:20Z'),
        notAfter: at('2026-11-24T04:20Z'),
      },
      {
        do: 'SetTimer',
        key: 'timer',
        name: { ref: REF, generation: 1, number: 3 },
        dueAt: at('2026-11-24T08:20Z'),
        cancels: [],
      },
    ]);
  });
});

describe('a grant', () => {
  it('owes nothing but its line of the history', () => {
    expect(when(granted('2026-11-01T10:00Z')).effects.map((one) => one.do)).toEqual(['Remember']);
  });
});

describe('an end (rules 12 and 17)', () => {
  it('asks the PSU once, purges, tells of the status, and leaves no timer', () => {
    const told = given(GRANTED, OK, FIRST).when(SECOND);

    const now = { generation: 1, sequence: 4, time: '2026-11-22T08:40Z' };
    const before = SECOND.at + 1;
    expect(told.effects).toStrictEqual([
      notice('1.required', now, {
        type: 'reconsent.required',
        reason: 'CONSENT.REVOKED',
        firstErrorAt: FIRST.at,
        confirmedAt: SECOND.at,
        lastSuccessAt: OK.at,
        errors: [
          { at: FIRST.at, category: 'CONSENT.EXPIRED' },
          { at: SECOND.at, category: 'CONSENT.REVOKED' },
        ],
      }),
      { do: 'PurgeAccounts', key: 'purge', before },
      notice('1.purged.4', now, { type: 'account-cache.purged', reason: 'ended', before }),
      notice('1.status-changed.4', now, changed('valid', 'revokedByPsu', 'CONSENT.REVOKED')),
      { do: 'CancelTimer', key: 'timer', cancels: [{ ref: REF, generation: 1, number: 2 }] },
      {
        do: 'Remember',
        key: 'remember:2',
        number: 2,
        entry: {
          ...{ version: 4, at: SECOND.at, event: 'BankCallCompleted', eventId: 'strike-2' },
          ...{ from: 'suspect', to: 'revokedByPsu', generation: 1, operation: 'accounts' },
          ...{ category: 'CONSENT.REVOKED', row: 'code CONSENT.REVOKED' },
          notes: ['strike', 'ended'],
          effects: told.effects.slice(0, -1).map((one) => one.do),
          heard: { call: 'zxxexf', used: 'YotJ2W3N6Xp' },
          met: { held: 'YotJ2W3N6Xp', successAt: OK.at },
          owed: { notices: ['1.required', '1.purged.4', '1.status-changed.4'] },
        },
      },
    ]);
  });

  it('that a success takes back begins a life with the tokens of the old one', () => {
    const told = given(...ENDED).when(ALIVE);

    const now = { generation: 2, sequence: 5, time: '2026-11-22T08:50Z' };
    expect(told.effects.slice(0, 2)).toStrictEqual([
      notice('1.withdrawn', now, {
        type: 'reconsent.withdrawn',
        reason: 'OK',
        withdraws: `${REF}.g1.required`,
      }),
      notice('2.status-changed.5', now, changed('revokedByPsu', 'valid', 'OK')),
    ]);
    expect(told.consent.lineage).toStrictEqual([
      { print: 'US8mraPD1jS', generation: 2 },
      { print: 'YotJ2W3N6Xp', generation: 2, wiped: true },
      { print: 'xER0A41FnkD', generation: 2 },
    ]);
    expect(told.notes).toEqual(['revived']);
  });

  it('that a grant follows leaves the old tokens to the old life, and no notice is taken back', () => {
    const next = granted('2026-11-23T10:00Z', { token: 'g2', supersedes: 'consent-old' });
    const told = given(...ENDED).when(next);

    const now = { generation: 2, sequence: 5, time: '2026-11-23T10:00Z' };
    expect(told.effects.slice(0, -1)).toStrictEqual([
      {
        do: 'ReplaceConsent',
        key: 'replace:consent-old',
        id: `${REF}.g2.replaces.${next.key}`,
        consentId: 'consent-old',
        by: CONSENT_ID,
        at: next.at,
        bankId: 'DE-1',
      },
      notice('2.status-changed.5', now, changed('revokedByPsu', 'valid', 'granted')),
    ]);
    expect(told.consent.lineage.map(({ generation }) => generation)).toEqual([1, 1, 2]);
    expect(told.consent).toMatchObject({ validUntilTold: false, actions: [], calls: [] });
  });

  it.each([
    ['psu', 'revokedByPsu'],
    ['tpp', 'terminatedByTpp'],
  ] as const)('on our own side takes the notice back: %s', (by, to) => {
    const told = given(...ENDED).when(withdrawn('2026-11-23T09:00Z', by));

    const reasons = told.notices.map(({ type, reason }) => [type, reason]);
    const changes = to === 'revokedByPsu' ? [] : [['consent.status-changed', by]];
    expect(reasons).toEqual([
      ['account-cache.purged', 'ended'],
      ...changes,
      ['reconsent.withdrawn', by],
    ]);
    expect(told.consent).toMatchObject({ status: to, end: { by } });
  });

  it('by a replacement purges without a word, and takes nothing back', () => {
    const told = given(...ENDED).when(replaced('2026-11-23T09:00Z', 'consent-new'));

    expect(told.effects.map((one) => one.do)).toEqual([
      'PurgeAccounts',
      'PublishNotice',
      'Remember',
    ]);
    expect(told.notices).toEqual([
      {
        type: 'consent.status-changed',
        reason: 'replacement',
        from: 'revokedByPsu',
        to: 'replaced',
      },
    ]);
  });
});
