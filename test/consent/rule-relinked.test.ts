/** What came of purged accounts is told with the first list that is answered since. (rule 11) */
import { describe, expect, it } from 'vitest';
import { answer, at, given, granted, withdrawn } from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const GONE = answer('2026-11-22T08:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
  operation: 'balances',
  accountId: 'acc-1',
});
const listed = (time: string, now = time) => answer(time, 'OK', { accounts: ['acc-2'], now });
const RELINKED = 'account-cache.relinked';

describe('rule 11: the first list after a purge', () => {
  it('is compared with the one before, and that is told', () => {
    const told = given(GRANTED, GONE).when(listed('2026-11-22T08:01Z'));

    expect(told.notice(RELINKED)).toEqual({
      type: RELINKED,
      reason: 'OK',
      before: at('2026-11-22T08:00Z'),
    });
    expect(told.decision).toMatchObject({
      cache: { at: at('2026-11-22T08:01Z'), relinkFrom: at('2026-11-22T08:00Z') },
    });
  });

  it('is told of once: the next list is only cached', () => {
    const told = given(GRANTED, GONE, listed('2026-11-22T08:01Z')).when(
      listed('2026-11-23T08:00Z'),
    );

    expect(told.notices).toEqual([]);
    expect(told.decision).toMatchObject({
      cache: { at: at('2026-11-23T08:00Z'), accounts: [{ id: 'acc-2' }] },
    });
    expect(told.decision).not.toHaveProperty('cache.relinkFrom');
  });

  it('may be of the very instant of the purge, which took only what is older', () => {
    const told = given(GRANTED, GONE).when(listed('2026-11-22T08:00Z', '2026-11-22T08:01Z'));

    expect(told.notice(RELINKED)).toBeDefined();
  });

  it('is remembered with what it owed, though the consent is as it was', () => {
    const told = given(GRANTED, GONE).when(listed('2026-11-22T08:01Z'));

    expect(told.consent.status).toBe('valid');
    expect(told.effect('Remember')?.entry.owed?.notices).toEqual(['1.relinked.3']);
  });

  it('is none that the bank gave before it', () => {
    const late = listed('2026-11-22T07:59Z', '2026-11-22T08:05Z');

    const told = given(GRANTED, GONE).when(late);
    const next = given(GRANTED, GONE, late).when(listed('2026-11-22T08:06Z'));

    expect(told.notice(RELINKED)).toBeUndefined();
    expect(next.notice(RELINKED)).toBeDefined();
  });

  it('is one that the answer has: a success without a list tells nothing', () => {
    const told = given(GRANTED, GONE).when(answer('2026-11-22T08:01Z', 'OK'));

    expect(told.notice(RELINKED)).toBeUndefined();
    expect(told.consent.relinkFrom).toBe(at('2026-11-22T08:00Z'));
  });

  it('is dated by the later one of two purges, in whatever order they are heard of', () => {
    const again = answer('2026-11-22T07:30Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
      now: '2026-11-22T08:02Z',
    });

    const told = given(GRANTED, GONE, again).when(listed('2026-11-22T08:05Z'));

    expect(told.notice(RELINKED)?.before).toBe(at('2026-11-22T08:00Z'));
  });

  it('may be that of the next life, months later', () => {
    const told = given(
      GRANTED,
      withdrawn('2026-11-20T10:00Z', 'psu'),
      granted('2027-02-01T10:00Z', { token: 't9' }),
    ).when(listed('2027-02-01T10:01Z'));

    expect(told.notice(RELINKED)?.before).toBe(at('2026-11-20T10:00Z') + 1);
  });
});
