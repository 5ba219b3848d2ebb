/** Accounts are known again by what names them, in whatever order a bank lists them. (rule 11) */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountIdentity,
  identitiesOf,
  relinked,
} from '../../shared/consent/account-identity.ts';
import type { Account } from '../../shared/consent/finding.ts';
import { fingerprintOf } from '../../shared/consent/hash32.ts';

const IBAN = 'DE02120300000000202051';
const OTHER_IBAN = 'DE02500105170137075030';

/** What became of the accounts of one list in another. */
function outcome(before: readonly Account[], now: readonly Account[]) {
  return relinked(identitiesOf(before), identitiesOf(now));
}

const same = (id: string, previousId = id) => ({
  cameBack: [{ id, previousId }],
  fresh: [],
  gone: [],
});

describe('rule 11: an account', () => {
  it.each([
    [
      { id: 'a', iban: IBAN },
      { id: 'b', iban: IBAN },
    ],
    [
      { id: 'a', iban: IBAN },
      { id: 'b', iban: 'de02 1203 0000 0000 2020 51' },
    ],
    [
      { id: 'a', reference: '1.2.3' },
      { id: 'b', reference: '1.2.3', currency: 'EUR' },
    ],
    [
      { id: 'a', iban: IBAN, currency: 'EUR' },
      { id: 'b', iban: IBAN },
    ],
  ])('%j is known again as %j', (before, now) => {
    expect(outcome([before], [now])).toEqual(same('b', 'a'));
  });

  it.each([
    ['another IBAN', { id: 'a', iban: IBAN }, { id: 'b', iban: OTHER_IBAN }],
    ['another IBAN under the same id', { id: 'a', iban: IBAN }, { id: 'a', iban: OTHER_IBAN }],
    [
      'another currency',
      { id: 'a', iban: IBAN, currency: 'EUR' },
      { id: 'a', iban: IBAN, currency: 'USD' },
    ],
    ['nothing but another id', { id: 'a' }, { id: 'b' }],
    ['another id, of which the bank now says the IBAN', { id: 'a' }, { id: 'b', iban: IBAN }],
  ])('with %s is another one', (_, before, now) => {
    const { cameBack, fresh, gone } = outcome([before], [now]);

    expect({ cameBack, fresh, gone }).toEqual({ cameBack: [], fresh: [now.id], gone: ['a'] });
  });

  it.each([
    [{ id: 'a' }, { id: 'a', iban: IBAN }],
    [
      { id: 'a', reference: '1.2.3' },
      { id: 'a', iban: IBAN },
    ],
    [{ id: 'a', iban: IBAN }, { id: 'a' }],
  ])('%j that is now listed as %j under the same id is the same', (before, now) => {
    expect(outcome([before], [now])).toEqual(same('a'));
  });

  it('of an IBAN that has several is told from the others by its currency', () => {
    const before = [
      { id: 'a', iban: IBAN, currency: 'EUR' },
      { id: 'b', iban: IBAN, currency: 'USD' },
    ];
    const now = [
      { id: 'c', iban: IBAN, currency: 'USD' },
      { id: 'd', iban: IBAN, currency: 'EUR' },
    ];

    expect(outcome(before, now).cameBack).toEqual([
      { id: 'c', previousId: 'b' },
      { id: 'd', previousId: 'a' },
    ]);
  });

  it('whose currency the bank does not say is the one of which it did not say it before', () => {
    const before = [
      { id: 'a', iban: IBAN },
      { id: 'b', iban: IBAN, currency: 'EUR' },
    ];
    const now = [
      { id: 'c', iban: IBAN, currency: 'EUR' },
      { id: 'd', iban: IBAN },
    ];

    expect(outcome(before, now).cameBack).toEqual([
      { id: 'c', previousId: 'b' },
      { id: 'd', previousId: 'a' },
    ]);
  });

  it('that could be any of several is not guessed, unless the others are taken', () => {
    const card = (id: string) => ({ id, reference: '1.2.3' });

    expect(outcome([card('a'), card('b')], [card('c'), card('d')])).toEqual({
      cameBack: [],
      fresh: ['c', 'd'],
      gone: ['a', 'b'],
    });
    expect(outcome([card('a'), card('b')], [card('a'), card('d')]).cameBack).toEqual([
      { id: 'a', previousId: 'a' },
      { id: 'd', previousId: 'b' },
    ]);
  });

  it('that could be either of two is neither', () => {
    const euros = { id: 'a', iban: IBAN, currency: 'EUR' };
    const dollars = { id: 'b', iban: IBAN, currency: 'USD' };
    const either = { id: 'c', iban: IBAN };

    expect(outcome([euros, dollars], [either])).toEqual({
      cameBack: [],
      fresh: ['c'],
      gone: ['a', 'b'],
    });
  });

  it('that the bank lists twice is one account', () => {
    const twice = [
      { id: 'a', iban: IBAN },
      { id: 'a', iban: IBAN },
    ];

    expect(outcome(twice, [{ id: 'b', iban: IBAN }])).toEqual(same('b', 'a'));
  });
});

const account = fc.record(
  {
    id: fc.constantFrom('1', '2', '3', '4'),
    iban: fc.constantFrom(IBAN, OTHER_IBAN),
    currency: fc.constantFrom('EUR', 'USD'),
    reference: fc.constantFrom('1.2.3', '4.5.6'),
  },
  { requiredKeys: ['id'] },
);
const accounts = fc.array(account, { maxLength: 6 });
const idsOf = (list: readonly AccountIdentity[]) => list.map(({ id }) => id).toSorted();

describe('rule 11: what became of two lists', () => {
  it('has every account of both once', () => {
    fc.assert(
      fc.property(accounts, accounts, (before, now) => {
        const { cameBack, fresh, gone } = outcome(before, now);

        const later = [...cameBack.map(({ id }) => id), ...fresh].toSorted();
        const earlier = [...cameBack.map(({ previousId }) => previousId), ...gone].toSorted();
        expect(later).toEqual(idsOf(identitiesOf(now)));
        expect(earlier).toEqual(idsOf(identitiesOf(before)));
      }),
    );
  });

  it('is told in the order of the ids', () => {
    const before = ['p', 'q', 'r', 's'].map((id) => ({ id }));
    const now = ['z', 'r', 'y', 'x', 's'].map((id) => ({ id }));

    expect(outcome(before.toReversed(), now)).toEqual({
      cameBack: ['r', 's'].map((id) => ({ id, previousId: id })),
      fresh: ['x', 'y', 'z'],
      gone: ['p', 'q'],
    });
  });

  it('is the same in whatever order they come', () => {
    const shuffled = (list: readonly Account[]) =>
      fc.shuffledSubarray([...list], { minLength: list.length });
    const lists = fc
      .tuple(accounts, accounts)
      .chain(([a, b]) => fc.tuple(fc.constant([a, b] as const), shuffled(a), shuffled(b)));

    fc.assert(
      fc.property(lists, ([[before, now], before2, now2]) => {
        const [one, other] = [outcome(before, now), outcome(before2, now2)];

        expect(one).toEqual(other);
      }),
    );
  });

  it('says of a list and itself that all came back under the same ids', () => {
    fc.assert(
      fc.property(fc.uniqueArray(account, { selector: ({ id }) => id }), (list) => {
        const { cameBack, fresh, gone } = outcome(list, list);

        expect([fresh, gone]).toEqual([[], []]);
        expect(cameBack.every(({ id, previousId }) => id === previousId)).toBe(true);
      }),
    );
  });
});

describe('the identity of an account', () => {
  it.each([
    [
      { id: 'a', iban: IBAN },
      { id: 'a', identity: 'iban:4bkzdg.1wnrlcd.9fa6wi' },
    ],
    [
      { id: 'a', iban: 'de02 1203 0000 0000 2020 51', currency: 'EUR' },
      { id: 'a', identity: 'iban:4bkzdg.1wnrlcd.9fa6wi', currency: 'EUR' },
    ],
    [
      { id: 'a', reference: '1.2.3' },
      { id: 'a', identity: 'reference:1.2.3' },
    ],
    [{ id: 'a' }, { id: 'a', identity: `id:${fingerprintOf('a')}` }],
  ])('stays what it is, for it stands in tables: of %j', (account, identity) => {
    expect(identitiesOf([account])).toStrictEqual([identity]);
  });
});
