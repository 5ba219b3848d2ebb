/** Rule 3, sentence by sentence: grants that are late, double, or begin a life. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const EXPIRED = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' });
const ROTATED = answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' });
const held = (told: { consent: { token?: { secret: { reveal(): string } } } }) =>
  told.consent.token?.secret.reveal();
const failures = (count: number, more: Parameters<typeof answer>[2] = {}) =>
  Array.from({ length: count }, () => answer('2026-11-22T08:00Z', 'REQUEST', more));

describe('rule 3: a grant has its effect once, and in its place', () => {
  const BANK = { id: 'A', timeZone: 'Europe/Vienna' };
  const TOLD = granted('2026-11-01T10:00Z', { id: 'g', token: 't0', bank: BANK });

  it('is known by its id when 32 other messages have come between', () => {
    const again = given(GRANTED, ...failures(32)).when(GRANTED);
    const elsewhere = given(TOLD, ...failures(32, { bank: { id: 'B' } })).when(TOLD);

    expect(again.ignored).toBe('nothing-new');
    expect(elsewhere.ignored).toBe('nothing-new');
  });

  it('begins no life when it is older than the newest evidence', () => {
    const told = given(answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED')).when(GRANTED);

    expect(told.consent).toMatchObject({ status: 'suspect', generation: 1 });
  });

  it('begins no life when it is older than the token that is stored', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'TECHNICAL', { token: 't1' })).when(
      granted('2026-11-20T10:00Z', { token: 'g2' }),
    );

    expect(told.consent.generation).toBe(1);
    expect(held(told)).toBe('t1');
  });

  it('begins no life when its token was used in this one, however its clock runs', () => {
    const told = given(answer('2026-11-01T10:00Z', 'OK', { used: 't0', token: 't1' })).when(
      granted('2026-11-01T10:01Z', { token: 't0' }),
    );

    expect(told.consent.generation).toBe(1);
    expect(held(told)).toBe('t1');
  });

  it('adds no lifetime to one that was told, even where a success has disproved that', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' }),
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1', now: '2026-11-21T23:59Z' }),
    ).when(granted('2026-11-01T10:00Z', { validUntil: '2027-02-01T00:00Z' }));

    expect(told.ignored).toBe('nothing-new');
  });

  it('tells the consent that it supersedes once', () => {
    const supersedes = 'consent-old';
    const told = given(granted('2026-11-01T10:00Z', { supersedes })).when(
      granted('2026-10-31T10:00Z', { supersedes, bank: BANK }),
    );

    expect(told.consent.bank).toEqual(BANK);
    expect(told.effect('ReplaceConsent')).toBeUndefined();
  });

  it('gives its token where none was ever stored, and only there', () => {
    const late = granted('2026-11-01T10:00Z', { token: 't0' });
    const never = given(answer('2026-11-22T08:00Z', 'OK')).when(late);
    const stored = given(answer('2026-11-22T08:00Z', 'OK', { used: 'x', token: 't5' })).when(late);
    const used = given(
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }),
      answer('2026-11-22T09:00Z', 'OK', { used: 't1', token: 't2' }),
    ).when(late);

    expect(held(never)).toBe('t0');
    expect(held(stored)).toBe('t5');
    expect(held(used)).toBe('t2');
  });
});

describe('rule 3: a late grant where a token was wiped', () => {
  it('does not give another', () => {
    const provider = 'klarna-xs2a';
    const told = given(
      granted('2026-11-01T10:00Z', { provider, token: 't0' }),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { provider }),
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { provider }),
      answer('2026-11-22T10:00Z', 'OK', { provider }),
    ).when(granted('2026-10-31T10:00Z', { provider, token: 'older', supersedes: 'consent-old' }));

    expect(told.effect('ReplaceConsent')).toBeDefined();
    expect(told.consent).not.toHaveProperty('token');
  });
});

describe('rule 3: a newer grant begins a life without anything of the one before', () => {
  const renewal = (day: string, more: Parameters<typeof granted>[1] = {}) =>
    granted(`${day}T10:00Z`, more);

  it('no confirming call, and no wait for the bank’s next day', () => {
    const suspect = given(GRANTED, EXPIRED).when(renewal('2026-11-22'));
    const waiting = given(GRANTED, answer('2026-11-22T08:00Z', 'CONSENT.LIMIT_EXCEEDED')).when(
      renewal('2026-11-22'),
    );

    expect(suspect.consent).toMatchObject({ status: 'valid', strikes: [] });
    expect(suspect.consent).not.toHaveProperty('confirming');
    expect(waiting.consent).toMatchObject({ calls: [] });
    expect(waiting.consent).not.toHaveProperty('limit');
  });

  it('no race lost before it', () => {
    const stale = (time: string) => answer(time, 'CONSENT.EXPIRED', { used: 't0' });
    const told = given(
      GRANTED,
      ROTATED,
      stale('2026-11-22T08:01Z'),
      stale('2026-11-22T08:02Z'),
      stale('2026-11-22T08:03Z'),
      renewal('2026-11-22', { token: 'g2' }),
      answer('2026-11-22T11:00Z', 'TECHNICAL', { operation: 'x', used: 'g2', token: 'g3' }),
    ).when(answer('2026-11-22T11:01Z', 'CONSENT.EXPIRED', { used: 'g2' }));

    expect(told.notes).toContain('race-lost');
  });

  it('nothing that was asked of a person, and no refusal of the accounts', () => {
    const denied = (time: string) => answer(time, 'CONSENT.PERMISSION_DENIED');
    const gone = (time: string) => answer(time, 'CONSENT.RESOURCE_NOT_GRANTED');
    const asked = given(GRANTED, denied('2026-11-21T08:00Z'), renewal('2026-11-22')).when(
      denied('2026-11-22T11:00Z'),
    );
    const refused = given(GRANTED, gone('2026-11-21T08:00Z'), renewal('2026-11-22')).when(
      gone('2026-11-22T11:00Z'),
    );

    expect(asked.notice('consent.action-required')).toBeDefined();
    expect(refused.notice('consent.action-required')).toBeUndefined();
  });

  it('no days of failures', () => {
    const failed = (time: string) => answer(time, 'REQUEST');
    const told = given(GRANTED, failed('2026-11-15T08:00Z'), renewal('2026-11-20')).when(
      failed('2026-11-22T10:00Z'),
    );

    expect(told.notices).toEqual([]);
  });

  it('no lifetime that was told before', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { validUntil: '2027-02-01T00:00Z' }),
      renewal('2026-11-20'),
    ).when(granted('2026-11-20T10:00Z', { validUntil: '2027-03-01T00:00Z' }));

    expect(told.consent.validUntil).toBe(at('2027-03-01T00:00Z'));
  });

  it('but the stored token, which is this life’s from now on', () => {
    const told = given(
      GRANTED,
      renewal('2026-11-10'),
      answer('2026-11-11T08:00Z', 'OK', { used: 't0', token: 't1' }),
    ).when(answer('2026-11-12T08:00Z', 'CONSENT.EXPIRED', { used: 't0' }));

    expect(told.notes).toContain('race-lost');
  });
});
