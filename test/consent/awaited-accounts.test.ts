/** A call that waits for a fresh account list is never left without one on its way. (rule 11) */
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { answer, given, granted, itsTimer, type Step } from '../support/story.ts';

/** A bank without a daily maximum, so that the ladder is climbed step by step. */
const provider = 'keybank';
const GRANTED = granted('2026-11-01T10:00Z', { provider });
const LADDER_STEPS = 6;

function accountsCallOf({ calls }: Consent) {
  return calls.find(({ call }) => call.operation === 'accounts');
}

/** Calls that wait for a list that nobody fetches. */
function forgotten(consent: Consent): readonly string[] {
  const waiting = consent.calls.filter(({ awaitsAccounts }) => awaitsAccounts);
  return accountsCallOf(consent) === undefined ? waiting.map(({ key }) => key) : [];
}

const listFails: Step = (consent) => {
  const requestId = accountsCallOf(consent)?.request?.id;
  const sentAt = accountsCallOf(consent)?.request?.sentAt ?? 0;
  const time = new Date(sentAt + 1_000).toISOString();
  return answer(time, 'BANK.TECHNICAL', {
    provider,
    operation: 'accounts',
    ...(requestId !== undefined && { requestId }),
  });
};

const GONE = answer('2026-11-23T08:00:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
  provider,
  operation: 'balances',
  accountId: 'acc-1',
});

describe('rule 11: a call that waits for a fresh list', () => {
  it('has one fetched when the list that comes is older than its failure', () => {
    const told = given(
      GRANTED,
      GONE,
      answer('2026-11-23T08:00:10Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
        provider,
        operation: 'transactions',
        accountId: 'acc-2',
      }),
    ).when(
      answer('2026-11-23T08:00:05Z', 'OK', {
        provider,
        operation: 'accounts',
        accounts: ['acc-1', 'acc-2'],
      }),
    );

    expect(forgotten(told.consent)).toEqual([]);
  });

  it('is given up with the list when the bank fails at every step of the ladder', () => {
    const steps = Array.from({ length: LADDER_STEPS }, () => [listFails, itsTimer()]).flat();

    const told = given(GRANTED, GONE, ...steps).when(listFails);

    expect(told.notes).toContain('given-up');
    expect(forgotten(told.consent)).toEqual([]);
  });
});
