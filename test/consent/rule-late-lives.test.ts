/**
 * Rules 1 to 3: a consent that has ended and is renewed, where calls with the new tokens are heard
 * of before the grant. Their token is the newest, and is kept for it.
 */
import { describe, expect, it } from 'vitest';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import {
  answer,
  at,
  given,
  granted,
  rescued,
  type Step,
  token,
  withdrawn,
} from '../support/story.ts';

const RENEWED = '2026-11-22T08:00:00Z';
const SECONDS_LATER = '2026-11-22T08:00:05Z';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const REFUSED = ['2026-11-20T08:00Z', '2026-11-21T08:00Z'].map((time) =>
  answer(time, 'CONSENT.EXPIRED', { used: 't0' }),
);
const ENDED: readonly Step[] = [GRANTED, ...REFUSED];
const RENEWAL = granted(RENEWED, { token: 'g0' });
const FIRST_CALL = answer(SECONDS_LATER, 'BANK.TECHNICAL', { used: 'g0', token: 'g1' });

function seen(last: Step, ...before: readonly Step[]) {
  const { consent, notices } = given(...before).when(last);
  const { status, generation, token } = consent;
  const kept = token?.secret.reveal();
  return { status, generation, token: kept, notices: notices.map(({ type }) => type) };
}

describe('rules 1 to 3: the renewal of a consent that has ended', () => {
  it('is told before its first call, or after it, and has the newest token', () => {
    const renewed = { status: 'valid', generation: 2, token: 'g1' };

    expect(seen(FIRST_CALL, ...ENDED, RENEWAL)).toMatchObject(renewed);
    expect(seen(RENEWAL, ...ENDED, FIRST_CALL)).toMatchObject(renewed);
  });

  it('has it too where the message could not be read but for its token', () => {
    const left = rescued(SECONDS_LATER, 'g1', { usedFingerprint: token('g0').fingerprint });

    expect(seen(RENEWAL, ...ENDED, left)).toMatchObject({ status: 'valid', token: 'g1' });
  });

  it.each<[string, readonly ConsentEvent[]]>([
    ['in order', [0, 1, 2].map(call)],
    ['the other way round', [2, 1, 0].map(call)],
    ['twice', [0, 2, 1, 2, 0].map(call)],
  ])('has the newest of many, told %s', (_, calls) => {
    expect(seen(RENEWAL, ...ENDED, ...calls)).toMatchObject({ status: 'valid', token: 'g3' });
  });

  it('goes on with the next call’s', () => {
    const next = answer('2026-11-22T09:00Z', 'OK', { used: 'g1', token: 'g2' });

    expect(seen(next, ...ENDED, FIRST_CALL, RENEWAL)).toMatchObject({
      status: 'valid',
      generation: 2,
      token: 'g2',
    });
  });

  it.each([
    ['older', '2026-11-22T07:59:59Z'],
    ['as old', RENEWED],
  ])('has its own where what was kept is %s', (_, time) => {
    const kept = answer(time, 'BANK.TECHNICAL', { used: 'x0', token: 'x1' });

    expect(seen(RENEWAL, ...ENDED, kept)).toMatchObject({ status: 'valid', token: 'g0' });
  });

  it('adds its facts where a later call has revived the consent already', () => {
    const second = answer('2026-11-22T08:00:10Z', 'BANK.TECHNICAL', { used: 'g1', token: 'g2' });
    const third = answer('2026-11-22T08:00:20Z', 'OK', { used: 'g2', token: 'g3' });

    expect(seen(RENEWAL, ...ENDED, second, third)).toMatchObject({
      status: 'valid',
      generation: 2,
      token: 'g3',
    });
  });

  it('counts its own token as one of its life, if it has another', () => {
    const second = answer('2026-11-22T08:00:10Z', 'BANK.TECHNICAL', { used: 'g1', token: 'g2' });
    const refused = answer('2026-11-22T08:00:30Z', 'CONSENT.EXPIRED', { used: 'g0' });

    expect(given(...ENDED, second, RENEWAL).when(refused).notes).toContain('race-lost');
  });

  it('takes back an end that old tokens made after it', () => {
    const refused = ['2026-11-22T09:00Z', '2026-11-22T10:00Z'].map((time) =>
      answer(time, 'CONSENT.REVOKED', { used: 't0' }),
    );

    expect(seen(RENEWAL, GRANTED, ...refused, call(0))).toEqual({
      status: 'valid',
      generation: 2,
      token: 'g1',
      notices: ['reconsent.withdrawn', 'consent.status-changed'],
    });
  });
});

describe('rule 1: a consent that has ended', () => {
  it('keeps the token of an unknown life, and says nothing of it', () => {
    const told = given(...ENDED).when(FIRST_CALL);

    expect(told.consent).toMatchObject({ status: 'expired', generation: 1 });
    expect(told.consent.token?.secret.reveal()).toBe('g1');
    expect(told.effects.map((one) => one.do)).toEqual(['Remember']);
  });

  it.each<[string, Step]>([
    [
      'a call with a known token brought',
      answer(RENEWED, 'TECHNICAL', { used: 't0', token: 't1' }),
    ],
    ['a call brought that does not name its own', answer(RENEWED, 'TECHNICAL', { token: 't1' })],
    [
      'is left of such a message',
      rescued(RENEWED, 't1', { usedFingerprint: token('t0').fingerprint }),
    ],
  ])('keeps none that %s', (_, event) => {
    expect(given(...ENDED).when(event).ignored).toBe('ended');
  });

  it('goes on to the next one that such a token brings', () => {
    const next = answer('2026-11-22T08:00:10Z', 'BANK.TECHNICAL', { used: 'g1', token: 'g2' });

    expect(seen(next, ...ENDED, FIRST_CALL)).toMatchObject({ status: 'expired', token: 'g2' });
  });

  it('keeps none that is older than one which the end has wiped', () => {
    const second = answer('2026-11-22T08:00:10Z', 'BANK.TECHNICAL', { used: 'g1', token: 'g2' });
    const refused = ['2026-11-22T09:00Z', '2026-11-22T10:00Z'].map((time) =>
      answer(time, 'CONSENT.REVOKED', { used: 'g2' }),
    );

    expect(given(GRANTED, second, ...refused).when(FIRST_CALL).ignored).toBe('ended');
  });

  it('keeps none after an end on our own side', () => {
    expect(given(GRANTED, withdrawn('2026-11-21T08:00Z', 'psu')).when(FIRST_CALL).ignored).toBe(
      'ended',
    );
  });

  it('wipes what it kept when it ends on our own side', () => {
    const told = given(...ENDED, FIRST_CALL).when(withdrawn('2026-11-23T08:00Z', 'psu'));

    expect(told.consent.token).toBeUndefined();
  });
});

/** A call of the chain that the renewal began: at its own time, from one token to the next. */
function call(number: number): ConsentEvent {
  const time = new Date(at(SECONDS_LATER) + number * 1000).toISOString();
  return answer(time, 'OK', { used: `g${number}`, token: `g${number + 1}` });
}
