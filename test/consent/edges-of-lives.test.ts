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
  timerDue,
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

    expect(told.effect('PublishNotice')?.key).toBe('notice:1.expiring.2');
    expect(told.notices).toEqual([
      { type: 'consent.expiring', reason: 'validUntil', validUntil: at('2027-02-01T00:00Z') },
    ]);
  });
});

describe('rule 14: the timer of a life that is over', () => {
  const until = { validUntil: '2026-12-01T00:00Z' };

  it.each([
    ['another', [GRANTED, FAILED]],
    ['the same', [granted('2026-11-21T10:00Z', until)]],
  ])('is cancelled under its own name, and one of %s date has a new one', (_, before) => {
    const told = given(...before).when(granted('2026-11-22T09:00Z', until));

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

describe('rule 2: an end that a late success takes back', () => {
  it('leaves the next success its token, although the token it used came with an error', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T09:00Z', 'CONSENT.REVOKED', { used: 't0' }),
      answer('2026-11-22T12:00Z', 'TECHNICAL', { used: 't1', token: 't2' }),
      answer('2026-11-23T09:30Z', 'CONSENT.REVOKED', { used: 't2' }),
      answer('2026-11-22T10:00Z', 'OK', { used: 't0', token: 't1' }),
    ).when(answer('2026-11-23T10:00Z', 'OK', { used: 't2', token: 't3' }));

    expect(told.consent.status).toBe('valid');
    expect(told.consent.token?.secret.reveal()).toBe('t3');
  });

  it('leaves the tokens of a life before the last one to that life', () => {
    const told = given(
      GRANTED,
      granted('2026-11-10T10:00Z', { token: 'g0' }),
      answer('2026-11-22T08:00Z', 'CONSENT.REVOKED', { used: 'g0' }),
      answer('2026-11-22T09:00Z', 'CONSENT.REVOKED', { used: 'g0' }),
      answer('2026-11-22T10:00Z', 'OK', { used: 'g0', token: 'g1' }),
    ).when(answer('2026-11-22T11:00Z', 'OK', { used: 't0' }));

    expect(told.ignored).toBe('earlier-generation');
  });
});

describe('rule 13: an end on our own side', () => {
  it('is not taken back by a success that voids what had been said before', () => {
    const told = given(GRANTED, STRIKE, withdrawn('2026-11-22T09:00Z', 'psu')).when(
      answer('2026-11-22T10:00Z', 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.ignored).toBe('ended');
  });

  it('is what it is, though the lifetime is over too', () => {
    const until = granted('2026-11-01T10:00Z', { validUntil: '2026-11-22T08:00Z' });

    expect(given(until).when(withdrawn('2026-11-22T09:00Z', 'psu')).consent.status).toBe(
      'revokedByPsu',
    );
  });

  it('takes back no notice where none was sent', () => {
    const types = when(withdrawn('2026-11-22T09:00Z', 'psu')).notices.map(({ type }) => type);

    expect(types).toEqual(['account-cache.purged', 'consent.status-changed']);
  });

  it('leaves the failures before it to the life that it ended', () => {
    const told = given(FAILED, withdrawn('2026-11-22T07:50Z', 'psu')).when(
      granted('2026-11-22T07:55Z'),
    );

    expect(told.consent).toMatchObject({ status: 'valid', generation: 2 });
  });
});

describe('rule 14: where no timer is set', () => {
  it('one that fires is of the past', () => {
    expect(given(GRANTED).when(timerDue('2026-11-22T08:00Z', 1, 1)).ignored).toBe('stale-timer');
  });

  it('none is left when nothing waits any more', () => {
    const told = given(GRANTED, FAILED).when(
      answer('2026-11-22T08:10Z', 'OK', { operation: 'balances' }),
    );

    expect(told.consent).not.toHaveProperty('timer');
    expect(told.effect('CancelTimer')?.cancels).toMatchObject([{ number: 1 }]);
  });

  it('a lifetime too short to be announced is not announced', () => {
    const short = granted('2026-11-20T10:00Z', { validUntil: '2026-11-25T10:00Z' });

    expect(given(short).when(FAILED).notices).toEqual([]);
  });
});

describe('rule 2: a token seen before', () => {
  it('of this life is of this life, though a clock says otherwise', () => {
    const told = given(
      granted('2026-11-22T08:00Z', { token: 't0' }),
      answer('2026-11-22T08:01Z', 'OK', { used: 't0', token: 't1' }),
    ).when(answer('2026-11-22T07:55Z', 'OK', { used: 't0' }));

    expect(told.ignored).toBeUndefined();
  });

  it('that an answer brings again has taken the place of none: the strike against it stands', () => {
    const told = given(GRANTED, STRIKE).when(
      answer('2026-11-22T07:00Z', 'OK', { used: 't0', token: 't0' }),
    );

    expect(told.consent.status).toBe('suspect');
  });

  it('that is the stored one is not outdated', () => {
    const told = given(answer('2026-11-22T08:00Z', 'OK', { token: 't1' })).when(
      answer('2026-11-22T08:01Z', 'OK', { token: 't1' }),
    );

    expect(told.notes).toEqual([]);
  });
});

describe('rule 12: the end of a suspicion', () => {
  it('is told as the end of a valid consent where a success had been heard of', () => {
    const proven = answer('2026-11-21T08:00Z', 'OK', { used: 't0' });
    const told = given(proven, STRIKE).when(
      answer('2026-11-22T09:00Z', 'CONSENT.EXPIRED', { used: 't0' }),
    );

    expect(told.notice('consent.status-changed')).toMatchObject({ from: 'valid', to: 'expired' });
  });
});
