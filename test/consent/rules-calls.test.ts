/** Rules 9 to 11: payments, requests, and accounts that are gone. */
import { describe, expect, it } from 'vitest';
import type { Category } from '../../shared/consent/category.ts';
import { answer, at, given, granted, itsTimer, type Step, when } from '../support/story.ts';

const roomy = granted('2026-11-01T10:00Z', { bank: { unattendedCallsPerDayMax: 99 } });

describe('rule 9: payments', () => {
  const transfer = (time: string, category: Category, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, category, {
      provider: 'hamsterbank',
      operation: 'transfer',
      instructionId: 'i-1',
      ...more,
    });

  it('repeats a transfer with its instructionId within an hour of the first attempt', () => {
    const first = when(transfer('2026-11-22T10:00Z', 'NO_RESPONSE'));
    const asked = given(transfer('2026-11-22T10:00Z', 'NO_RESPONSE')).when(itsTimer());
    const second = given(transfer('2026-11-22T10:00Z', 'NO_RESPONSE'), itsTimer()).when(
      transfer('2026-11-22T10:31Z', 'NO_RESPONSE'),
    );

    expect(first.consent.timer?.dueAt).toBe(at('2026-11-22T10:30Z'));
    expect(asked.requests).toMatchObject([
      { call: { operation: 'transfer', instructionId: 'i-1' }, notAfter: at('2026-11-22T11:00Z') },
    ]);
    expect(second.consent.calls).toEqual([]);
    expect(second.notes).toContain('given-up');
  });

  it('repeats no transfer of which nobody knows when it was first attempted', () => {
    const fromTomorrow = transfer('2026-11-22T10:00Z', 'NO_RESPONSE');

    const told = when({ ...fromTomorrow, clockAhead: true });

    expect(told.consent.calls).toEqual([]);
    expect(told.notes).toContain('given-up');
  });

  it('takes a duplicate of a payment it knows for the payment made', () => {
    const known = given(transfer('2026-11-22T10:00Z', 'NO_RESPONSE')).when(
      transfer('2026-11-22T10:31Z', 'BANK.TRANSFER_DENIED.DUPLICATE'),
    );
    const unknown = when(transfer('2026-11-22T10:31Z', 'BANK.TRANSFER_DENIED.DUPLICATE'));

    expect(known.consent).toMatchObject({ status: 'valid', calls: [] });
    expect(unknown.consent.status).toBe('received');
  });

  it('asks once how a transfer stands where repeating it is not safe', () => {
    const klarna = when(transfer('2026-11-22T10:00Z', 'NO_RESPONSE', { provider: 'klarna-xs2a' }));
    const nameless = when(
      answer('2026-11-22T10:00Z', 'NO_RESPONSE', {
        provider: 'hamsterbank',
        operation: 'transfer',
      }),
    );

    expect(klarna.consent.calls).toMatchObject([
      { call: { operation: 'transfer-state', instructionId: 'i-1', attended: false } },
    ]);
    expect(nameless.consent.calls).toMatchObject([{ call: { operation: 'transfer-state' } }]);
  });

  it('keeps the newest transfer token of each instruction, of eight at most, until the end', () => {
    const state = (minute: number, id: string, transferToken: string) =>
      answer(`2026-11-22T10:${String(minute).padStart(2, '0')}Z`, 'OK', {
        operation: 'transfer-state',
        instructionId: id,
        transferToken,
      });
    const newest = given(state(5, 'i', 'new')).when(state(1, 'i', 'old'));
    const many = Array.from({ length: 9 }, (_, index) => state(10 + index, `i-${index}`, 'x'));
    const nine = given(...many.slice(0, 8)).when(many[8] as Step);
    const unnamed = when(
      answer('2026-11-22T10:00Z', 'OK', { operation: 'transfer-state', transferToken: 'x' }),
    );

    expect(newest.consent.transfers[0]?.token?.reveal()).toBe('new');
    expect(nine.consent.transfers.map(({ instructionId }) => instructionId)).toEqual([
      'i-1',
      'i-2',
      'i-3',
      'i-4',
      'i-5',
      'i-6',
      'i-7',
      'i-8',
    ]);
    expect(unnamed.notes).toContain('transfer-token-without-instruction');
  });
});

describe('rule 10: requests have an end', () => {
  const failure = answer('2026-11-22T10:00Z', 'TECHNICAL', { operation: 'balances' });

  it('gives a request 20 hours from when it was due', () => {
    const told = given(roomy, failure).when(itsTimer());

    expect(told.requests).toMatchObject([
      { reason: 'retry', attempt: 1, notAfter: at('2026-11-23T06:30Z') },
    ]);
  });

  it('names the bank by its provider, in Berlin, where nobody has named it', () => {
    const unnamed = given(failure).when(itsTimer());
    const named = given({ ...failure, bank: { id: 'DE-1' } }).when(itsTimer());

    expect(unnamed.requests[0]?.bank).toEqual({ id: 'klarna-consent', timeZone: 'Europe/Berlin' });
    expect(named.requests[0]?.bank).toEqual({ id: 'DE-1', timeZone: 'Europe/Berlin' });
  });

  it('sends an unanswered one again after a day, three times, then asks for a caller', () => {
    const sent: Step[] = [roomy, failure, itsTimer(), itsTimer(), itsTimer()];
    const fourth = given(...sent).when(itsTimer());
    const end = given(...sent, itsTimer()).when(itsTimer());

    expect(fourth.requests).toMatchObject([{ attempt: 4 }]);
    expect(end.requests).toEqual([]);
    expect(end.consent.calls).toEqual([]);
    expect(end.notice('consent.action-required')?.action).toBe('NO_CALLER');
  });

  it('takes a result for the answer to the request it names, else to the one of the same call', () => {
    const asked = given(roomy, failure).when(itsTimer());
    const id = asked.requests[0]?.id ?? '';
    const early = (more: Parameters<typeof answer>[2]) =>
      given(roomy, failure, itsTimer()).when(answer('2026-11-22T10:29Z', 'TECHNICAL', more));

    expect(early({ operation: 'transactions', requestId: id }).consent.calls).toMatchObject([
      { call: { operation: 'balances' }, step: 2 },
    ]);
    expect(early({ operation: 'balances' }).consent.calls).toMatchObject([{ step: 1 }]);
  });

  it('does not count an attempt before its due time on the ladder', () => {
    const told = given(roomy, failure).when(
      answer('2026-11-22T10:10Z', 'TECHNICAL', { operation: 'balances' }),
    );

    expect(told.consent.calls).toMatchObject([{ step: 1, dueAt: at('2026-11-22T10:30Z') }]);
  });

  it('asks for a person after seven days of failures without a success', () => {
    const quiet = given(roomy, failure).when(answer('2026-11-29T09:59Z', 'REQUEST'));
    const told = given(roomy, failure).when(answer('2026-11-29T10:00Z', 'REQUEST'));
    const healed = given(roomy, failure, answer('2026-11-25T10:00Z', 'OK')).when(
      answer('2026-11-29T10:00Z', 'REQUEST'),
    );

    expect(quiet.notices).toEqual([]);
    expect(told.notice('consent.action-required')?.action).toBe('NO_SUCCESS');
    expect(healed.notices).toEqual([]);
  });

  it('lets 32 different calls wait; one more takes the place of the oldest', () => {
    const calls = Array.from({ length: 33 }, (_, index) =>
      answer('2026-11-22T10:00Z', 'TECHNICAL', {
        operation: 'transactions',
        parameters: { page: index },
      }),
    );
    const told = given(roomy, ...calls.slice(0, 32)).when(calls[32] as Step);

    expect(told.notes).toContain('displaced');
    expect(told.consent.calls).toHaveLength(32);
    expect(told.consent.calls[0]?.call.parameters).toEqual({ page: 1 });
  });
});

describe('rule 11: accounts', () => {
  const gone = (time: string, accountId = 'acc-1') =>
    answer(time, 'CONSENT.RESOURCE_NOT_GRANTED', { operation: 'balances', accountId });
  const list = (time: string, ...accounts: string[]) =>
    answer(time, 'OK', { operation: 'accounts', accounts });

  it('requests the failed call again when the fresh list names its account', () => {
    const named = given(roomy, gone('2026-11-22T10:00Z')).when(
      list('2026-11-22T10:01Z', 'acc-1', 'acc-2'),
    );
    const missing = given(roomy, gone('2026-11-22T10:00Z')).when(
      list('2026-11-22T10:01Z', 'acc-2'),
    );

    expect(named.requests).toMatchObject([
      { reason: 'retry', call: { operation: 'balances', accountId: 'acc-1' } },
    ]);
    expect(named.decision).toMatchObject({ cache: { at: at('2026-11-22T10:01Z') } });
    expect(missing.requests).toEqual([]);
    expect(missing.notes).toContain('given-up');
  });

  it('fetches one list for all the calls of a sync that miss their accounts', () => {
    const told = given(roomy, gone('2026-11-22T10:00:00Z')).when(
      gone('2026-11-22T10:00:01Z', 'acc-2'),
    );

    expect(told.requests).toEqual([]);
    expect(told.consent.calls.filter((call) => call.awaitsAccounts)).toHaveLength(2);
    expect(told.consent.ledger?.purges).toBe(1);
  });

  it('purges twice a bank day at most, then gives the call up', () => {
    const twice: Step[] = [
      roomy,
      gone('2026-11-22T10:00Z'),
      list('2026-11-22T10:01Z', 'acc-1'),
      gone('2026-11-22T10:02Z'),
      list('2026-11-22T10:03Z', 'acc-1'),
    ];
    const third = given(...twice).when(gone('2026-11-22T10:04Z'));
    const tomorrow = given(...twice).when(gone('2026-11-23T10:04Z'));

    expect(third.effect('PurgeAccounts')).toBeUndefined();
    expect(third.consent.calls).toEqual([]);
    expect(tomorrow.effect('PurgeAccounts')).toBeDefined();
  });

  it('asks for a person when the accounts call itself is refused twice in a row', () => {
    const refused = (time: string) =>
      answer(time, 'CONSENT.RESOURCE_NOT_GRANTED', { operation: 'accounts' });
    const first = given(roomy).when(refused('2026-11-22T10:00Z'));
    const second = given(roomy, refused('2026-11-22T10:00Z')).when(refused('2026-11-22T10:01Z'));
    const reset = given(
      roomy,
      refused('2026-11-22T10:00Z'),
      list('2026-11-22T10:00:30Z', 'a'),
    ).when(refused('2026-11-22T10:01Z'));

    expect(first.requests).toMatchObject([{ reason: 'fresh-accounts' }]);
    expect(second.notice('consent.action-required')?.action).toBe('CONSENT.RESOURCE_NOT_GRANTED');
    expect(second.consent.status).toBe('valid');
    expect(reset.notice('consent.action-required')).toBeUndefined();
  });
});
