/** What is said when a life begins or ends, and what is not: rules 3, 5, 10, 12, 14 and 17. */
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../shared/consent/instant.ts';
import {
  answer,
  at,
  given,
  granted,
  itsTimer,
  rescued,
  when,
  withdrawn,
} from '../support/story.ts';

const START = at('2026-11-22T08:00Z');
const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const FAILED = answer('2026-11-22T08:00Z', 'TECHNICAL', { operation: 'balances' });
const STRIKE = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' });

describe('rule 17: a change of status', () => {
  it('is not told of the first word of a consent, unless it is its end', () => {
    expect(when(answer('2026-11-22T08:00Z', 'OK')).notices).toEqual([]);
    expect(when(withdrawn('2026-11-22T08:00Z', 'psu')).notice('consent.status-changed')).toEqual({
      type: 'consent.status-changed',
      reason: 'psu',
      from: 'received',
      to: 'revokedByPsu',
    });
  });

  it('is told of the first success of a consent that was heard of before', () => {
    const told = given(FAILED).when(answer('2026-11-22T09:00Z', 'OK'));

    expect(told.notice('consent.status-changed')).toMatchObject({ reason: 'OK', to: 'valid' });
  });

  it('is none where a suspicion comes or goes', () => {
    const proven = answer('2026-11-21T08:00Z', 'OK', { used: 't0' });
    const suspect = given(proven).when(STRIKE);

    expect(suspect.consent.status).toBe('suspect');
    expect(suspect.notices).toEqual([]);
  });
});

describe('rule 17: the id of a notice', () => {
  it('names what is to be done, once a life', () => {
    const told = given(GRANTED, FAILED).when(answer('2026-11-29T08:00Z', 'REQUEST'));

    expect(told.effect('PublishNotice')?.key).toBe('notice:1.action-required.NO_SUCCESS');
  });

  it('names the life that is ending', () => {
    const until = granted('2026-11-01T10:00Z', { validUntil: '2027-02-01T00:00Z' });
    const told = given(until).when(itsTimer());

    expect(told.effect('PublishNotice')?.key).toBe('notice:1.expiring');
    expect(told.notices).toEqual([
      { type: 'consent.expiring', reason: 'validUntil', validUntil: at('2027-02-01T00:00Z') },
    ]);
  });
});

describe('rule 14: the timer of a life that is over', () => {
  it('is cancelled under its own name, and the next one has a new one', () => {
    const told = given(GRANTED, FAILED).when(
      granted('2026-11-22T09:00Z', { validUntil: '2026-12-01T00:00Z' }),
    );

    expect(told.effect('SetTimer')).toMatchObject({
      name: { generation: 2, number: 2 },
      cancels: [{ generation: 1, number: 1 }],
    });
  });
});

describe('rule 3: a grant that brings no token', () => {
  it('counts the stored one to the new life', () => {
    const told = given(
      GRANTED,
      granted('2026-11-10T10:00Z'),
      answer('2026-11-11T08:00Z', 'OK', { used: 't0', token: 't1' }),
    ).when(answer('2026-11-11T08:01Z', 'TECHNICAL', { used: 't0' }));

    expect(told.ignored).toBeUndefined();
  });

  it.each([
    [-1, 1],
    [0, 2],
  ])('%i minutes from the token that an error brought is of life %i', (minutes, generation) => {
    const renewed = answer('2026-11-22T08:00Z', 'TECHNICAL', { used: 't0', token: 't1' });
    const time = new Date(START + minutes * MINUTE).toISOString();

    expect(given(GRANTED, renewed).when(granted(time)).consent.generation).toBe(generation);
  });

  it('and is late leaves a suspicion, and the token that is known', () => {
    const suspect = given(STRIKE).when(granted('2026-11-22T07:00Z'));
    const known = given(answer('2026-11-22T08:00Z', 'OK', { token: 't1' })).when(
      granted('2026-11-22T07:00Z', { token: 't0' }),
    );

    expect(suspect.consent.status).toBe('suspect');
    expect(known.consent.lineage).toHaveLength(1);
  });

  it('and tells a date that is past ends the consent', () => {
    const told = given(answer('2026-11-22T08:00Z', 'OK')).when(
      granted('2026-11-22T09:00Z', { validUntil: '2026-11-22T07:00Z' }),
    );

    expect(told.consent.status).toBe('expired');
  });
});

describe('rule 1: a rescued token', () => {
  it('of a provider that does not rotate is kept where the message names it', () => {
    const told = when(rescued('2026-11-22T08:00Z', 't1', { provider: 'klarna-xs2a' }));

    expect(told.consent.token?.secret.reveal()).toBe('t1');
  });
});

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
