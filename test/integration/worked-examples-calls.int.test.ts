/**
 * The worked examples about calls that wait or are made again, through the endpoint: what a bank
 * answered goes in on SQS, the clock is moved, and what comes out is read in the callers' queue.
 * One local AWS serves them all; each example has a consent and days of its own, in time's order.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answered, granted, printed, success } from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const REVOKED = printed('klarna-consent/consent-revoked');
const LIMIT_EXCEEDED = printed('klarna-consent/consent-limit-exceeded');

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2027-03-20T00:00:00Z');
});
afterAll(() => story.stop());

describe('the worked examples', () => {
  it('E6: a limit error waits for the Berlin midnight', async () => {
    await story.happens(
      granted('e6', '2027-03-20T07:00:00Z'),
      answered('e6', '2027-03-20T15:00:00Z', LIMIT_EXCEEDED, { operation: 'balances' }),
    );
    const [timer, ...others] = await story.timers('e6');
    await story.until('2027-03-20T22:59:59Z');
    const before = await story.requests('e6');
    await story.until('2027-03-20T23:16:00Z');

    expect(others).toEqual([]);
    expect(timer?.at).toMatch(/^2027-03-20T23:(0\d|1[0-5]):00$/);
    expect(before).toEqual([]);
    expect(await story.requests('e6')).toMatchObject([
      { data: { reason: 'limit-over', call: { operation: 'balances' } } },
    ]);
    expect(await story.state('e6')).toMatchObject({ status: 'valid', strikes: [] });
  });

  it('E7: the day before a day of 23 hours ends at 23:00 UTC all the same', async () => {
    await story.happens(
      granted('e7', '2027-03-27T07:00:00Z'),
      answered('e7', '2027-03-27T15:00:00Z', LIMIT_EXCEEDED, { operation: 'balances' }),
    );
    const [timer, ...others] = await story.timers('e7');
    await story.until('2027-03-27T23:16:00Z');

    expect(others).toEqual([]);
    expect(timer?.at).toMatch(/^2027-03-27T23:(0\d|1[0-5]):00$/);
    expect(await story.requests('e7')).toMatchObject([{ data: { reason: 'limit-over' } }]);
  });

  it.each([
    ['REVOKED', REVOKED, '2027-04-12'],
    ['EXPIRED', EXPIRED, '2027-04-13'],
  ])(
    'E5: %s with a superseded token is a lost race: the call is requested again at once',
    async (code, error, day) => {
      const consent = `e5-${code}`;
      const [older, newer] = [`${consent}-t0`, `${consent}-t1`];

      await story.happens(
        granted(consent, `${day}T07:00:00Z`, { consentToken: older }),
        answered(consent, `${day}T08:00:00Z`, success(newer), { used: older }),
        answered(consent, `${day}T08:00:01Z`, error, {
          operation: 'balances',
          accountId: 'acc-1',
          used: older,
        }),
      );

      expect(await story.state(consent)).toMatchObject({
        status: 'valid',
        strikes: [],
        token: newer,
      });
      expect(await story.requests(consent)).toMatchObject([
        {
          time: expect.stringMatching(`^${day}T08:00:0`),
          data: { reason: 'stale-token', call: { operation: 'balances', accountId: 'acc-1' } },
        },
      ]);
    },
  );

  it('E8: a resource no longer granted purges the cache and asks for a fresh list', async () => {
    const accounts = [{ id: 'acc-1', iban: 'DE02120300000000202051' }];
    await story.happens(
      granted('e8', '2027-04-14T07:00:00Z', { consentToken: 'e8-t0' }),
      answered('e8', '2027-04-14T08:00:00Z', success('e8-t1', { accounts }), { used: 'e8-t0' }),
    );
    const cached = await story.item('e8', 'ACCOUNTS');

    await story.happens(
      answered(
        'e8',
        '2027-04-14T09:00:00Z',
        printed('klarna-consent/consent-resource-not-granted'),
        { operation: 'balances', accountId: 'acc-1', used: 'e8-t1' },
      ),
    );

    expect(cached).toMatchObject({ accounts });
    expect(await story.item('e8', 'ACCOUNTS')).not.toHaveProperty('accounts');
    expect(await story.requests('e8')).toMatchObject([
      { data: { reason: 'fresh-accounts', call: { operation: 'accounts', attended: false } } },
    ]);
    expect(await story.notices('e8')).toMatchObject([
      { topic: 'consent-notices', attributes: { type: 'account-cache.purged' } },
    ]);
    expect(await story.state('e8')).toMatchObject({ status: 'valid', token: 'e8-t1' });
  });

  it('E9: a range the bank does not serve is given up, and its token kept', async () => {
    const response = printed('klarna-consent/transactions-date-range-with-token');
    const { consent_token: token }: Record<string, unknown> = JSON.parse(String(response.body));

    await story.happens(
      granted('e9', '2027-04-15T07:00:00Z', { consentToken: 'e9-t0' }),
      answered('e9', '2027-04-15T08:00:00Z', response, {
        operation: 'transactions',
        accountId: 'acc-1',
        used: 'e9-t0',
      }),
    );

    expect(token).toEqual(expect.any(String));
    expect(await story.state('e9')).toMatchObject({ status: 'valid', token, calls: [] });
    expect(await story.requests('e9')).toEqual([]);
    expect(await story.timers('e9')).toEqual([]);
  });

  it('E11: while suspect, another call that failed is held until the confirming call is answered', async () => {
    await story.happens(
      granted('e11', '2027-04-17T07:00:00Z', { consentToken: 'e11-t0' }),
      answered('e11', '2027-04-17T08:00:00Z', EXPIRED, { used: 'e11-t0' }),
      answered(
        'e11',
        '2027-04-17T08:01:00Z',
        { status: 502, headers: {}, body: '' },
        {
          operation: 'balances',
          used: 'e11-t0',
        },
      ),
    );
    await story.until('2027-04-18T08:19:59Z');
    const held = await story.requests('e11');
    await story.until('2027-04-18T08:20:00Z');
    const [confirming, ...others] = await story.requests('e11');

    await story.happens(
      answered('e11', '2027-04-18T08:20:30Z', success('e11-t1'), {
        used: 'e11-t0',
        requestId: String(confirming?.id),
      }),
    );
    const resuming = await story.timers('e11');
    await story.until('2027-04-18T08:31:00Z');

    expect(held).toEqual([]);
    expect(others).toEqual([]);
    expect(confirming).toMatchObject({
      data: { reason: 'confirm', call: { operation: 'accounts' } },
    });
    expect(resuming).toMatchObject([{ at: '2027-04-18T08:31:00' }]);
    expect(await story.requests('e11')).toMatchObject([
      { id: confirming?.id },
      { data: { reason: 'resume', call: { operation: 'balances' } } },
    ]);
  });
});
