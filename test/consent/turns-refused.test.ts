/** Why a caller's call may not begin, state by state, and what the answer says of the time. */
import { describe, expect, it } from 'vitest';
import type { Consent, WaitingCall } from '../../shared/consent/consent.ts';
import { HOUR, MINUTE } from '../../shared/consent/instant.ts';
import { LEASE_MAX_MS, type Refusal, refusalOf, type Wish } from '../../shared/consent/lease.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { newWaiting } from '../../shared/consent/waiting.ts';
import { aConsent } from '../support/a-consent.ts';
import { at } from '../support/story.ts';

const NOON = at('2026-11-23T11:00:00Z');
const TODAY = at('2026-11-22T23:00:00Z');
const TOMORROW = at('2026-11-23T23:00:00Z');
const ACCOUNTS = { operation: 'accounts', attended: false } as const;
const BALANCES = { operation: 'balances', accountId: 'acc-1', attended: false } as const;

type Details = Partial<Omit<WaitingCall, 'request'>> & { readonly requestId?: string };

function waiting(call: WaitingCall['call'], dueAt: number, details: Details = {}): WaitingCall {
  const { requestId, ...more } = details;
  const request = requestId !== undefined && { request: { id: requestId, sentAt: NOON - MINUTE } };
  return { ...newWaiting(call, { reason: 'retry', dueAt }, NOON - HOUR), ...more, ...request };
}

function refused(fields: Partial<Consent>, wish: Partial<Wish> = {}): Refusal | undefined {
  return refusalOf(
    aConsent(fields),
    { call: BALANCES, at: NOON, ...wish },
    POLICIES['klarna-consent'],
  );
}

describe('while another call has its turn', () => {
  it.each<[string, number, Refusal | undefined]>([
    ['until its time is up', NOON + 1, { reason: 'call-running', until: NOON + 1 }],
    [
      'for as long as a turn may be',
      NOON + LEASE_MAX_MS,
      { reason: 'call-running', until: NOON + LEASE_MAX_MS },
    ],
    ['but not for longer: its clock is ahead', NOON + LEASE_MAX_MS + 1, undefined],
  ])('none begins %s', (_, until, refusal) => {
    expect(refused({ lease: { resultKey: 'k', until } })).toStrictEqual(refusal);
  });
});

describe('while a consent is suspect (rule 5)', () => {
  const dueAt = NOON + HOUR;
  const toBeConfirmed = { reason: 'to-be-confirmed', at: dueAt } as const;
  const suspect = (details: Details = {}, ...calls: readonly WaitingCall[]) => ({
    status: 'suspect' as const,
    confirming: waiting(BALANCES, dueAt, { reason: 'confirm', ...details }),
    calls,
  });

  it.each<[string, Partial<Consent>, Partial<Wish>, Refusal | undefined]>([
    ['no other call begins', suspect(), { call: ACCOUNTS }, toBeConfirmed],
    [
      'no other call begins, though its own time has come',
      suspect({}, waiting(ACCOUNTS, NOON)),
      { call: ACCOUNTS },
      toBeConfirmed,
    ],
    [
      'no other call begins, though it was requested before',
      suspect({}, waiting(ACCOUNTS, NOON, { requestId: 'r1' })),
      { call: ACCOUNTS, requestId: 'r1' },
      toBeConfirmed,
    ],
    ['its confirming call does not begin early', suspect(), { at: dueAt - 1 }, toBeConfirmed],
    ['its confirming call begins at its time', suspect(), { at: dueAt }, undefined],
    [
      'its confirming call begins when it is requested, by whatever clock',
      suspect({ requestId: 'r1' }),
      { requestId: 'r1' },
      undefined,
    ],
    [
      'whoever is present may call',
      suspect(),
      { call: { ...BALANCES, attended: true } },
      undefined,
    ],
  ])('%s', (_, fields, wish, refusal) => {
    expect(refused(fields, wish)).toStrictEqual(refusal);
  });
});

describe('while calls wait (rules 7, 10, 11)', () => {
  const limit = { since: NOON - HOUR, until: TOMORROW, waits: 1 };
  const requested = waiting(BALANCES, NOON + HOUR, { requestId: 'r1' });

  it.each<[string, Partial<Consent>, Partial<Wish>, Refusal | undefined]>([
    [
      'one whose account list is still to come has no date',
      { calls: [waiting(BALANCES, NOON - HOUR, { awaitsAccounts: true })] },
      {},
      { reason: 'waiting' },
    ],
    [
      'one does not keep another from beginning',
      { calls: [waiting(ACCOUNTS, NOON + HOUR)] },
      {},
      undefined,
    ],
    [
      'each goes by its own date',
      { calls: [waiting(ACCOUNTS, NOON - HOUR), waiting(BALANCES, NOON + HOUR)] },
      {},
      { reason: 'waiting', until: NOON + HOUR },
    ],
    ['one begins when its time has come', { calls: [waiting(BALANCES, NOON)] }, {}, undefined],
    [
      'one that is requested begins, by whatever clock',
      { calls: [waiting(ACCOUNTS, NOON + HOUR), requested] },
      { requestId: 'r1' },
      undefined,
    ],
    [
      'a request that stands for none of them is outdated',
      { calls: [waiting(BALANCES, NOON + HOUR)] },
      { requestId: 'r1' },
      { reason: 'request-outdated' },
    ],
    [
      'the limit of the bank holds a requested one as well',
      { calls: [requested], limit },
      { requestId: 'r1' },
      { reason: 'waiting', until: TOMORROW },
    ],
  ])('%s', (_, fields, wish, refusal) => {
    expect(refused(fields, wish)).toStrictEqual(refusal);
  });
});

describe("of the bank's day (rule 8)", () => {
  const usedUp = { reason: 'day-used-up', until: TOMORROW } as const;
  const counted = (count: number, dayStart = TODAY) => ({
    ledger: { dayStart, counts: { 'balances|acc-1': count }, purges: 0 },
  });
  const requested = { calls: [waiting(BALANCES, NOON - HOUR, { requestId: 'r1' })] };
  const until = NOON;

  it.each<[string, Partial<Consent>, Refusal | undefined]>([
    ['the last call but one may be made', counted(2), undefined],
    ['the last call is kept for a confirming one', counted(3), usedUp],
    ['a request under way has its place', { ...counted(2), ...requested }, usedUp],
    [
      'a request that a caller has taken was counted then',
      { ...counted(2), ...requested, lease: { resultKey: 'k', until, requestId: 'r1' } },
      undefined,
    ],
    [
      'a request whose answer is on its way was counted too',
      { ...counted(2), ...requested, foretold: [{ key: 'k', requestId: 'r1' }] },
      undefined,
    ],
    [
      'an answer to another request says nothing of this one',
      { ...counted(2), ...requested, foretold: [{ key: 'k', requestId: 'r0' }] },
      usedUp,
    ],
    ['a caller whose clock is a day behind is not held to it', counted(4, TOMORROW), undefined],
  ])('%s', (_, fields, refusal) => {
    expect(refused(fields)).toStrictEqual(refusal);
  });
});
