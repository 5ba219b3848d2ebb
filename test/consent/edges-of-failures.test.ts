/** What becomes of a call that fails, and what is said of it: rules 5 and 9 to 11. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/consent/instant.ts';
import { answer, at, given, granted, itsTimer, when } from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const FAILED = answer('2026-11-22T08:00Z', 'TECHNICAL', { operation: 'balances' });

describe('a call that is given up', () => {
  it('is counted, unless somebody was present', () => {
    const notes = (attended: boolean) =>
      given(GRANTED).when(answer('2026-11-22T08:00Z', 'REQUEST', { attended })).notes;

    expect([notes(false), notes(true)]).toEqual([['given-up'], []]);
  });

  it('is one whose consent nobody has authorised yet', () => {
    const told = when(answer('2026-11-22T08:00Z', 'CONSENT.NOT_AUTHORISED'));

    expect(told.notes).toEqual(['given-up']);
  });

  it('and was to confirm a strike goes on as an accounts call, its attempts counted (rule 5)', () => {
    const balances = answer('2026-11-22T08:00Z', 'CONSENT', { operation: 'balances' });
    const list = answer('2026-11-22T07:59Z', 'TECHNICAL');
    const told = given(list, balances, itsTimer()).when((consent) =>
      answer('2026-11-23T08:21Z', 'REQUEST', {
        operation: 'balances',
        requestId: consent.confirming?.request?.id ?? '',
      }),
    );

    expect(told.consent.confirming).toMatchObject({ key: 'accounts|||', attempts: 1 });
    expect(told.consent.calls).toEqual([]);
  });

  it('is not one that a slow clock answers before it was asked: it waits from the request on', () => {
    const told = given(GRANTED, FAILED, itsTimer()).when((consent) =>
      answer('2026-11-22T08:25Z', 'TECHNICAL', {
        operation: 'balances',
        requestId: consent.calls[0]?.request?.id ?? '',
        now: '2026-11-22T08:31Z',
      }),
    );

    expect(told.consent.calls).toMatchObject([{ step: 2, dueAt: START + 90 * MINUTE }]);
  });
});

describe('rules 9 to 11: a call that fails', () => {
  it('and was a payment that somebody made is asked about', () => {
    const told = when(
      answer('2026-11-22T08:00Z', 'TECHNICAL', {
        ...{ provider: 'klarna-xs2a', operation: 'transfer', attended: true },
      }),
    );

    expect(told.consent.calls).toMatchObject([{ call: { operation: 'transfer-state' } }]);
  });

  it('has not used up its new access token by waiting for a limit', () => {
    const told = when(answer('2026-11-22T08:00Z', 'CONSENT.LIMIT_EXCEEDED'));

    expect(told.consent.calls).toMatchObject([{ refreshed: false, repeated: false }]);
  });

  it('for good leaves those that wait for a list of accounts', () => {
    const gone = answer('2026-11-22T08:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
      operation: 'details',
    });
    const told = given(GRANTED, FAILED, gone).when(
      answer('2026-11-22T08:01Z', 'REQUEST', { operation: 'balances' }),
    );

    expect(told.consent.calls.map(({ call }) => call.operation)).toEqual(['accounts', 'details']);
  });
});
