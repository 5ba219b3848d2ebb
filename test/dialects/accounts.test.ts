/** What an account list says of who its accounts are, wherever a provider puts it. (rule 11) */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../shared/consent/hash32.ts';
import { accountsIn } from '../../shared/dialects/accounts.ts';

function accountIn(entry: object) {
  return accountsIn({ accounts: [{ id: 'acc-1', ...entry }] })?.[0];
}

describe('an account of a list', () => {
  it.each([
    'identification_hash',
    'bban',
    'account_number',
    'accountNumber',
    'maskedPan',
    'msisdn',
  ])('that has no IBAN is referred to by a hash of its %s', (field) => {
    expect(accountIn({ [field]: '532013000' })).toEqual({
      id: 'acc-1',
      reference: fingerprintOf('532013000'),
    });
  });

  it('is referred to by the first of what names it', () => {
    const entry = { msisdn: '+49 170 1', bban: '', account_number: '532013000' };

    expect(accountIn(entry)?.reference).toBe(fingerprintOf('532013000'));
  });

  it('that has an IBAN needs no reference', () => {
    expect(accountIn({ iban: 'DE02', bban: '532013000' })).toEqual({ id: 'acc-1', iban: 'DE02' });
  });

  it.each(['532013000', '532.013', 'no 1.2.3', '1.2.3 as before', '1.2.3.4'])(
    'has no reference by a word of the bank that is no hash of ours: %s',
    (reference) => {
      expect(accountIn({ reference })).toEqual({ id: 'acc-1' });
    },
  );

  it('is read as the same from what was read of it', () => {
    const field = fc.constantFrom('iban', 'currency', 'bban', 'maskedPan', 'reference');
    const value = fc.oneof(fc.constantFrom('', '1.2.3', null), fc.string());

    fc.assert(
      fc.property(fc.dictionary(field, value), (entry) => {
        const accounts = accountsIn({ accounts: [{ id: 'acc-1', ...entry }] });

        expect(accountsIn({ accounts })).toEqual(accounts);
      }),
    );
  });
});
