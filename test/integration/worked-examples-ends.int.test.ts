/**
 * The worked examples about strikes and ends, through the endpoint: what a bank answered goes in on
 * SQS, the clock is moved, and what comes out is read where callers, subscribers and operators read
 * it. One local AWS serves them all; each example has a consent and days of its own.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answered, granted, klarnaError, printed, success } from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const REVOKED = printed('klarna-consent/consent-revoked');

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2027-04-05T00:00:00Z');
});
afterAll(() => story.stop());

describe('the worked examples', () => {
  it('E1: three errors of one sync are one strike, with one timer for the next day', async () => {
    await story.happens(
      granted('e1', '2027-04-05T07:00:00Z', { consentToken: 'e1-t0' }),
      answered('e1', '2027-04-05T08:00:00Z', EXPIRED, { used: 'e1-t0' }),
      answered('e1', '2027-04-05T08:00:02Z', EXPIRED, { operation: 'balances', used: 'e1-t0' }),
      answered('e1', '2027-04-05T08:00:05Z', EXPIRED, { operation: 'transactions' }),
    );

    const first = Date.parse('2027-04-05T08:00:00Z');
    expect(await story.state('e1')).toMatchObject({
      status: 'suspect',
      strikes: [
        { at: first, errors: [{ at: first }, { at: first + 2_000 }, { at: first + 5_000 }] },
      ],
      token: 'e1-t0',
      outbox: [],
    });
    expect(await story.timers('e1')).toMatchObject([{ at: '2027-04-06T08:20:00' }]);
    expect(await story.requests('e1')).toEqual([]);
    expect(await story.notices('e1')).toEqual([]);
  });

  it('E2: a success the next day clears the strike, rotates the token and cancels the timer', async () => {
    await story.happens(
      granted('e2', '2027-04-06T07:00:00Z', { consentToken: 'e2-t0' }),
      answered('e2', '2027-04-06T08:00:00Z', EXPIRED, { used: 'e2-t0' }),
    );
    const suspected = await story.timers('e2');

    await story.happens(
      answered('e2', '2027-04-07T08:00:00Z', success('e2-t1'), { used: 'e2-t0' }),
    );

    expect(suspected).toMatchObject([{ at: '2027-04-07T08:20:00' }]);
    expect(await story.state('e2')).toMatchObject({
      status: 'valid',
      token: 'e2-t1',
      tokenRenewed: true,
      strikes: [],
    });
    expect(await story.timers('e2')).toEqual([]);
    expect(await story.requests('e2')).toEqual([]);
    expect(await story.notices('e2')).toEqual([]);
  });

  it('E3: a second error forty minutes later is final, with one notice', async () => {
    await story.happens(
      granted('e3', '2027-04-08T07:00:00Z', { consentToken: 'e3-t0' }),
      answered('e3', '2027-04-08T08:00:00Z', EXPIRED, { used: 'e3-t0' }),
      answered('e3', '2027-04-08T08:40:00Z', EXPIRED, { used: 'e3-t0' }),
    );

    const state = await story.state('e3');
    expect(state).toMatchObject({ status: 'expired', outbox: [] });
    expect(state).not.toHaveProperty('token');
    expect(await story.timers('e3')).toEqual([]);
    expect(await story.requests('e3')).toEqual([]);
    expect(await story.notices('e3', 'reconsent.required')).toMatchObject([
      {
        topic: 're-consent',
        type: 'consent-lifecycle.reconsent.required.v1',
        attributes: {
          type: 'reconsent.required',
          reason: 'CONSENT.EXPIRED',
          provider: 'klarna-consent',
          bankId: 'DE-37040044',
        },
        data: {
          reason: 'CONSENT.EXPIRED',
          firstErrorAt: '2027-04-08T08:00:00.000Z',
          confirmedAt: '2027-04-08T08:40:00.000Z',
          errors: [
            { time: '2027-04-08T08:00:00.000Z', category: 'CONSENT.EXPIRED' },
            { time: '2027-04-08T08:40:00.000Z', category: 'CONSENT.EXPIRED' },
          ],
        },
      },
    ]);
  });

  it('E4: maintenance between two strikes is no evidence; REVOKED is the reason', async () => {
    await story.happens(
      granted('e4', '2027-04-09T07:00:00Z', { consentToken: 'e4-t0' }),
      answered('e4', '2027-04-09T08:00:00Z', EXPIRED, { used: 'e4-t0' }),
    );
    await story.until('2027-04-10T08:21:00Z');
    const [confirming] = await story.requests('e4');

    await story.happens(
      answered('e4', '2027-04-10T08:25:00Z', klarnaError('MAINTENANCE.BANK'), {
        used: 'e4-t0',
        requestId: String(confirming?.id),
      }),
    );
    const inMaintenance = await story.state('e4');
    const laddered = await story.timers('e4');
    await story.happens(answered('e4', '2027-04-11T08:00:00Z', REVOKED, { used: 'e4-t0' }));

    expect(confirming).toMatchObject({
      time: expect.stringMatching(/^2027-04-10T08:20:0/),
      data: { reason: 'confirm', call: { operation: 'accounts' }, attempt: 1 },
    });
    expect(inMaintenance).toMatchObject({ status: 'suspect', strikes: [{ errors: [{}] }] });
    expect(laddered).toMatchObject([{ at: '2027-04-10T08:55:00' }]);
    expect(await story.state('e4')).toMatchObject({ status: 'revokedByPsu' });
    expect(await story.notices('e4', 'reconsent.required')).toMatchObject([
      { data: { reason: 'CONSENT.REVOKED', confirmedAt: '2027-04-11T08:00:00.000Z' } },
    ]);
  });

  it('E10: consent_revoked at hamsterbank ends it at once', async () => {
    const body = { code: 'consent_revoked', message: 'free text of the bank' };

    await story.happens(
      granted('e10', '2027-04-16T07:00:00Z', { provider: 'hamsterbank', bank: { id: 'hamster' } }),
      answered(
        'e10',
        '2027-04-16T08:00:00Z',
        { status: 401, headers: {}, body },
        {
          provider: 'hamsterbank',
          bank: { id: 'hamster' },
        },
      ),
    );

    expect(await story.state('e10')).toMatchObject({ status: 'revokedByPsu' });
    expect(await story.notices('e10', 'reconsent.required')).toMatchObject([
      { data: { provider: 'hamsterbank', reason: 'CONSENT.REVOKED' } },
    ]);
    expect(await story.timers('e10')).toEqual([]);
  });

  it('E12: a success between two strikes, heard of late, undoes the end', async () => {
    await story.happens(
      granted('e12', '2027-04-19T07:00:00Z', { consentToken: 'e12-t0' }),
      answered('e12', '2027-04-19T08:00:00Z', EXPIRED, { used: 'e12-t0' }),
      answered('e12', '2027-04-19T08:40:00Z', EXPIRED, { used: 'e12-t0' }),
    );
    const ended = await story.state('e12');

    await story.happens(
      answered('e12', '2027-04-19T08:20:00Z', success('e12-t1'), { used: 'e12-t0' }),
    );

    const [required] = await story.notices('e12', 'reconsent.required');
    expect(ended).toMatchObject({ status: 'expired', generation: 1 });
    expect(await story.state('e12')).toMatchObject({
      status: 'suspect',
      generation: 2,
      strikes: [{ at: Date.parse('2027-04-19T08:40:00Z') }],
      token: 'e12-t1',
    });
    expect(await story.notices('e12', 'reconsent.withdrawn')).toMatchObject([
      { topic: 'consent-notices', data: { withdraws: required?.id } },
    ]);
    expect(await story.timers('e12')).toMatchObject([{ at: '2027-04-20T09:00:00' }]);
  });

  it('E13: a grant delivered again changes nothing', async () => {
    const grant = granted('e13', '2027-04-20T07:00:00Z', { consentToken: 'e13-t0' });
    await story.happens(
      grant,
      answered('e13', '2027-04-20T08:00:00Z', success('e13-t1'), { used: 'e13-t0' }),
    );
    const before = await story.state('e13');

    await story.send(grant);

    expect(before).toMatchObject({ status: 'valid', token: 'e13-t1', generation: 1 });
    expect(await story.state('e13')).toEqual(before);
  });

  it('E14: CONSENT and then EXPIRED is final, reason EXPIRED', async () => {
    await story.happens(
      granted('e14', '2027-04-21T07:00:00Z', { consentToken: 'e14-t0' }),
      answered('e14', '2027-04-21T08:00:00Z', printed('klarna-consent/consent'), {
        used: 'e14-t0',
      }),
      answered('e14', '2027-04-22T08:00:00Z', EXPIRED, { used: 'e14-t0' }),
    );

    expect(await story.state('e14')).toMatchObject({ status: 'expired' });
    expect(await story.notices('e14', 'reconsent.required')).toMatchObject([
      { data: { reason: 'CONSENT.EXPIRED', confirmedAt: '2027-04-22T08:00:00.000Z' } },
    ]);
  });
});
