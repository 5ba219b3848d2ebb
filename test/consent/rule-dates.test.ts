/** Rules 6 to 8, sentence by sentence: a known lifetime, the bank's days and what they hold. */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, itsTimer, type Step, when } from '../support/story.ts';

const UNTIL = granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' });

describe('rule 6: an error on either side of validUntil', () => {
  /** Heard a little before the date by our own clock, so that the date alone does not end it. */
  const heard = { now: '2026-11-21T23:59:55Z' };

  it('is final at once if it says EXPIRED, from the very moment on, with a fresh token too', () => {
    const sharp = given(UNTIL).when(answer('2026-11-22T00:00:00Z', 'CONSENT.EXPIRED', heard));
    const fresh = given(UNTIL, answer('2026-11-21T20:00Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-22T00:00:10Z', 'CONSENT.EXPIRED', { ...heard, used: 't0', token: 't1' }),
    );

    expect(sharp.consent).toMatchObject({ status: 'expired', end: { by: 'bank' } });
    expect(fresh.consent).toMatchObject({ status: 'expired', end: { by: 'bank' } });
  });

  it('is a strike like any other if it says REVOKED', () => {
    const told = given(UNTIL).when(answer('2026-11-22T00:00:10Z', 'CONSENT.REVOKED', heard));

    expect(told.consent.status).toBe('suspect');
  });

  it('is a strike like any other if it came before the date', () => {
    const told = given(UNTIL).when(
      answer('2026-11-21T23:59:50Z', 'CONSENT.EXPIRED', { now: '2026-11-21T23:59:50Z' }),
    );

    expect(told.consent.status).toBe('suspect');
  });
});

describe('rule 6: the date itself', () => {
  const late = (more: Parameters<typeof granted>[1]) => granted('2026-11-01T10:00Z', more);

  it('is when the consent ended, however late the timer fires', () => {
    const told = given(UNTIL, itsTimer()).when(itsTimer('2026-11-22T03:00Z'));

    expect(told.consent.end?.at).toBe(at('2026-11-22T00:00Z'));
    expect(told.notice('reconsent.required')?.confirmedAt).toBe(at('2026-11-22T00:00Z'));
  });

  it('is not disproved by a success of the same moment', () => {
    const told = given(UNTIL).when(
      answer('2026-11-22T00:00:00Z', 'OK', { used: 't0', token: 't1', now: '2026-11-21T23:59Z' }),
    );

    expect(told.consent.validUntil).toBe(at('2026-11-22T00:00Z'));
  });

  it('leaves no notice to be said once it is disproved', () => {
    const told = given(UNTIL).when(answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent.status).toBe('valid');
    expect(told.consent.timer).toBeUndefined();
  });

  it('is not learnt from a late grant if a success has come after it', () => {
    const told = given(answer('2026-11-22T08:00Z', 'OK')).when(
      late({ validUntil: '2026-11-20T00:00Z', now: '2026-11-22T08:01Z' }),
    );

    expect(told.consent.status).toBe('valid');
    expect(told.consent.validUntil).toBeUndefined();
  });
});

describe('rule 6: the notice that a lifetime is ending', () => {
  const day = (validUntil: string, more: Parameters<typeof granted>[1] = {}) =>
    when(granted('2026-11-01T10:00Z', { validUntil, ...more })).consent.timer?.dueAt;

  it('is due seven days before, where the lifetime is over fourteen days by the least', () => {
    expect(day('2026-12-01T10:00Z')).toBe(at('2026-11-24T10:00Z'));
    expect(day('2026-11-15T10:01Z')).toBe(at('2026-11-08T10:01Z'));
    expect(day('2026-11-15T10:00Z')).toBe(at('2026-11-15T10:00Z'));
  });

  it('is still to come when a success has undone an end before it', () => {
    const told = given(
      granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2027-02-01T00:00Z' }),
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED'),
    ).when(answer('2026-11-22T10:00Z', 'OK', { used: 't0', token: 't1' }));

    expect(told.consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(told.consent.timer?.dueAt).toBe(at('2027-01-25T00:00Z'));
  });

  it('goes by the lifetime at the grant, however late that is heard of', () => {
    expect(day('2026-11-22T10:00Z', { now: '2026-11-10T10:00Z' })).toBe(at('2026-11-15T10:00Z'));
  });
});
