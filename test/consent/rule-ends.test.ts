/** Rules 11 to 13, sentence by sentence: accounts that are gone, and consents that end. */
import { describe, expect, it } from 'vitest';
import {
  answer,
  at,
  given,
  granted,
  itsTimer,
  replaced,
  type Step,
  withdrawn,
} from '../support/story.ts';

const ROOMY = granted('2026-11-01T10:00Z', { token: 't0', bank: { unattendedCallsPerDayMax: 99 } });
const PROVED = answer('2026-11-21T08:00Z', 'OK');
const EXPIRED = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED');
const AGAIN = answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED');
const DEAD: readonly Step[] = [ROOMY, PROVED, EXPIRED, AGAIN];

describe('rule 11: accounts that are gone', () => {
  const gone = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'CONSENT.RESOURCE_NOT_GRANTED', { operation: 'balances', ...more });
  const list = (time: string, more: Parameters<typeof answer>[2] = {}) =>
    answer(time, 'OK', { accounts: ['acc-1'], ...more });

  it('are forgotten as of the bank’s answer, and listed as of the bank’s answer', () => {
    const now = '2026-11-22T10:30Z';
    const purged = given(ROOMY).when(gone('2026-11-22T10:00Z', { accountId: 'acc-1', now }));
    const listed = given(ROOMY).when(list('2026-11-22T10:00Z', { now }));

    expect(purged.effect('PurgeAccounts')?.before).toBe(at('2026-11-22T10:00Z'));
    expect(listed.decision).toMatchObject({ cache: { at: at('2026-11-22T10:00Z') } });
  });

  it('leave a call behind that names none: it is given up when the list comes', () => {
    const told = given(ROOMY, gone('2026-11-22T10:00Z')).when(list('2026-11-22T10:01Z'));

    expect(told.requests).toEqual([]);
    expect(told.notes).toContain('given-up');
  });

  it('are named by the list at once for the call that failed', () => {
    const told = given(ROOMY, gone('2026-11-22T10:00Z', { accountId: 'acc-1' })).when(
      list('2026-11-22T10:01Z'),
    );

    expect(told.requests).toMatchObject([{ at: at('2026-11-22T10:01Z') }]);
  });

  it('are not to be found in a list from before the failure', () => {
    const told = given(ROOMY, gone('2026-11-22T10:00Z', { accountId: 'acc-1' })).when(
      list('2026-11-22T09:59Z'),
    );

    expect(told.consent.calls).toMatchObject([
      { reason: 'fresh-accounts' },
      { call: { operation: 'balances' }, awaitsAccounts: true },
    ]);
  });

  it('are forgotten a second time on one bank day', () => {
    const once = gone('2026-11-22T10:00Z', { accountId: 'acc-1' });
    const told = given(ROOMY, once, list('2026-11-22T10:01Z')).when(
      gone('2026-11-22T10:02Z', { accountId: 'acc-1' }),
    );

    expect(told.effect('PurgeAccounts')).toBeDefined();
    expect(told.requests).toMatchObject([{ reason: 'fresh-accounts' }]);
  });

  it('are asked of a person for refusals of the list only, and not before the second', () => {
    const other = given(ROOMY, gone('2026-11-22T10:00Z', { accountId: 'acc-1' })).when(
      gone('2026-11-22T10:01Z', { operation: 'accounts' }),
    );

    expect(other.notice('consent.action-required')).toBeUndefined();
    expect(other.consent.status).toBe('valid');
  });
});

describe('rule 12: the end', () => {
  it('says when the bank began to refuse, when it last did not, and all that it said', () => {
    const told = given(ROOMY, PROVED, EXPIRED).when(AGAIN);

    expect(told.notice('reconsent.required')).toEqual({
      type: 'reconsent.required',
      reason: 'CONSENT.EXPIRED',
      firstErrorAt: EXPIRED.at,
      confirmedAt: AGAIN.at,
      lastSuccessAt: PROVED.at,
      errors: [
        { at: EXPIRED.at, category: 'CONSENT.EXPIRED' },
        { at: AGAIN.at, category: 'CONSENT.EXPIRED' },
      ],
    });
  });

  it('forgets a list that was fetched at its very moment, or by a success after it', () => {
    const sharp = given(ROOMY, PROVED, EXPIRED).when(AGAIN);
    const ours = given(ROOMY, PROVED).when(withdrawn('2026-11-20T08:00Z', 'tpp'));

    expect(sharp.effect('PurgeAccounts')?.before).toBe(AGAIN.at + 1);
    expect(ours.effect('PurgeAccounts')?.before).toBe(PROVED.at + 1);
  });

  it('leaves no wait for the bank’s next day', () => {
    const limit = answer('2026-11-23T08:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances' });

    expect(given(ROOMY, EXPIRED, limit).when(AGAIN).consent).not.toHaveProperty('limit');
  });

  it('by a lifetime is undone by what came after it, and by nothing else', () => {
    const until = [
      granted('2026-11-01T10:00Z', { token: 't0', validUntil: '2026-11-22T00:00Z' }),
      itsTimer(),
      itsTimer(),
    ];
    const success = (time: string) =>
      given(...until).when(
        answer(time, 'OK', { used: 't0', token: 't1', now: '2026-11-22T09:00Z' }),
      );

    expect(success('2026-11-21T23:59Z').ignored).toBe('ended');
    expect(success('2026-11-22T00:00:00Z').ignored).toBe('ended');
    expect(success('2026-11-22T00:00:01Z').consent).toMatchObject({
      status: 'valid',
      generation: 2,
    });
  });

  it('by strikes is not undone by a success from before them', () => {
    const told = given(...DEAD).when(
      answer('2026-11-22T07:59Z', 'OK', { used: 't0', token: 't1', now: '2026-11-24T08:00Z' }),
    );

    expect(told.ignored).toBe('ended');
  });

  it('is withdrawn under the name of the life that had ended', () => {
    const told = given(...DEAD).when(
      answer('2026-11-24T08:00Z', 'OK', { used: 't0', token: 't1' }),
    );

    const ids = told.effects.flatMap((one) => (one.do === 'PublishNotice' ? [one.notice.id] : []));
    expect(ids.map((id) => id.replace(/^[^.]+\./, ''))).toContain('g1.withdrawn');
  });

  it('is undone with a confirming call for the strike that is left', () => {
    const told = given(ROOMY, EXPIRED, answer('2026-11-22T08:40Z', 'CONSENT.EXPIRED')).when(
      answer('2026-11-22T08:20Z', 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.consent.timer?.dueAt).toBe(at('2026-11-23T09:00Z'));
  });
});

describe('rule 13: an end on our own side', () => {
  it.each([
    ['tpp', withdrawn('2026-11-24T08:00Z', 'tpp')],
    ['psu', withdrawn('2026-11-24T08:00Z', 'psu')],
  ])('takes back the notice that asked the PSU: %s', (_, step) => {
    const told = given(...DEAD).when(step);

    expect(told.notice('reconsent.withdrawn')).toBeDefined();
    expect(told.notice('reconsent.required')).toBeUndefined();
  });

  it('by a replacement tells nothing but the status, also after an end that asked', () => {
    const told = given(...DEAD).when(replaced('2026-11-24T08:00Z', 'consent-new'));

    expect(told.notices.map(({ type }) => type)).toEqual(['consent.status-changed']);
  });

  it('is dated by the grant that supersedes, however late that is heard of', () => {
    const told = given(ROOMY).when(
      granted('2026-11-22T08:00Z', { supersedes: 'consent-old', now: '2026-11-22T09:00Z' }),
    );

    expect(told.effect('ReplaceConsent')?.at).toBe(at('2026-11-22T08:00Z'));
  });

  it.each([
    ['a withdrawal', withdrawn('2026-11-01T10:00Z', 'tpp')],
    ['a replacement', replaced('2026-11-01T10:00Z', 'consent-new')],
  ])('of the grant’s own moment is heard: %s', (_, step) => {
    expect(given(ROOMY).when(step).ignored).toBeUndefined();
  });

  it('takes nothing back for a grant that came after the end', () => {
    const told = given(...DEAD).when(granted('2026-11-24T08:00Z', { token: 'g2' }));

    expect(told.notice('reconsent.withdrawn')).toBeUndefined();
  });
});
