/** Rules 1 and 2, sentence by sentence: what is kept of tokens, and what belongs to which life. */
import { describe, expect, it } from 'vitest';
import { readResult } from '../../shared/intake/read-result.ts';
import { COMPLETED, GRANTED as TOLD, withField } from '../messages/sample-messages.ts';
import {
  answer,
  at,
  given,
  granted,
  replaced,
  rescued,
  type Step,
  token,
  withdrawn,
} from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const EXPIRED = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED', { used: 't0' });
const ROTATED = answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' });
const held = (told: { consent: { token?: { secret: { reveal(): string } } } }) =>
  told.consent.token?.secret.reveal();

describe('rule 1: the token of an answer', () => {
  const read = (json: object) =>
    readResult({ messageId: 'sqs-1', body: JSON.stringify(json), sentAt: GRANTED.at }, GRANTED.at);

  it.each(['SOMETHING.NEW', 'CONSENT.REVOKED', 'badRequest', ''])(
    'is found beside "%s"',
    (code) => {
      const reading = read(withField(COMPLETED, 'data.response.body.error.code', code));

      expect(reading).toHaveProperty('event.token');
    },
  );

  it('is not rescued where it is empty, nor where it is missing', () => {
    const unreadable = withField(TOLD, 'data.provider', 'nobody');

    expect(read(unreadable)).toHaveProperty('rescued');
    for (const none of ['', null, undefined]) {
      expect(read(withField(unreadable, 'data.consentToken', none))).not.toHaveProperty('rescued');
    }
  });
});

describe('rule 1: the token of a success without one', () => {
  it('is flagged where tokens rotate only', () => {
    const provider = 'klarna-xs2a';
    const told = given(granted('2026-11-01T10:00Z', { token: 't0', provider })).when(
      answer('2026-11-22T08:00Z', 'OK', { used: 't0', provider }),
    );

    expect(told.consent.token).toMatchObject({ renewed: true });
    expect(told.notes).toEqual([]);
  });

  it('is flagged until the next one comes', () => {
    const told = given(GRANTED, answer('2026-11-22T07:00Z', 'OK', { used: 't0' })).when(ROTATED);

    expect(told.consent.token).toMatchObject({ renewed: true });
  });
});

describe('rule 1: an end on our own side', () => {
  it.each([
    ['withdrawn by the TPP', withdrawn('2026-11-22T09:00Z', 'tpp')],
    ['withdrawn by the PSU', withdrawn('2026-11-22T09:00Z', 'psu')],
    ['replaced', replaced('2026-11-22T09:00Z', 'consent-new')],
  ])('is undone by no success, whatever strikes it voids: %s', (_, end) => {
    const told = given(GRANTED, EXPIRED, end).when(
      answer('2026-11-23T08:00Z', 'OK', { used: 't0', token: 't1' }),
    );

    expect(told.ignored).toBe('ended');
    expect(told.consent).not.toHaveProperty('token');
  });

  it('stores no token of an older grant, although none was ever known', () => {
    const told = given(withdrawn('2026-11-22T09:00Z', 'tpp')).when(GRANTED);

    expect(told.ignored).toBe('nothing-new');
    expect(told.consent).not.toHaveProperty('token');
  });
});

describe('rule 2: what is older and what is newer', () => {
  it('makes one token the latest of two answers of one instant, whichever comes first', () => {
    const one = answer('2026-11-22T08:00Z', 'OK', { token: 'one' });
    const other = answer('2026-11-22T08:00Z', 'OK', { token: 'other' });

    expect(held(given(GRANTED, one).when(other))).toBe(held(given(GRANTED, other).when(one)));
  });

  it('dates a successor no earlier than the token before it', () => {
    const told = given(
      GRANTED,
      ROTATED,
      answer('2026-11-22T07:00Z', 'OK', { used: 't1', token: 't2' }),
    ).when(answer('2026-11-22T07:30Z', 'OK', { used: 'unknown', token: 'older' }));

    expect(held(told)).toBe('t2');
  });

  it('hears a result of the instant of the grant', () => {
    const told = given(GRANTED).when(answer('2026-11-01T10:00Z', 'CONSENT.EXPIRED'));

    expect(told.consent.status).toBe('suspect');
  });

  it('ignores what is older than the grant and was made with a token nobody knows', () => {
    const told = given(GRANTED).when(
      answer('2026-11-01T09:59Z', 'OK', { used: 'unknown', token: 'older' }),
    );

    expect(told.ignored).toBe('earlier-generation');
  });

  it('hears what is older than the grant and was made with a superseded token of this life', () => {
    const told = given(GRANTED, ROTATED).when(
      answer('2026-11-01T09:59Z', 'CONSENT.EXPIRED', { used: 't0' }),
    );

    expect(told.notes).toContain('race-lost');
  });

  it('keeps no rescued token of an earlier life', () => {
    const renewed = given(GRANTED, granted('2026-11-20T10:00Z', { token: 'g2' }));
    const usedFingerprint = token('t0').fingerprint;

    expect(renewed.when(rescued('2026-11-20T09:59Z', 'x')).ignored).toBe('earlier-generation');
    expect(renewed.when(rescued('2026-11-21T08:00Z', 'x', { usedFingerprint })).ignored).toBe(
      'earlier-generation',
    );
  });

  it('remembers the tokens of 32 calls, and no more', () => {
    const rotations = Array.from({ length: 40 }, (_, n) =>
      answer(`2026-11-22T08:00:${String(n).padStart(2, '0')}Z`, 'OK', {
        used: `t${n}`,
        token: `t${n + 1}`,
      }),
    );
    const told = given(GRANTED, ...rotations.slice(0, -1)).when(rotations.at(-1) as Step);

    expect(told.consent.lineage).toHaveLength(32);
  });
});

describe('rule 2: strikes and the evidence around them', () => {
  it('drops the strike of an error that is older than an error', () => {
    const told = given(GRANTED, EXPIRED).when(
      answer('2026-11-22T06:00Z', 'CONSENT.REVOKED', { used: 't0' }),
    );

    expect(told.notes).toContain('strike-dropped');
    expect(told.consent.strikes).toMatchObject([{ at: EXPIRED.at, category: 'CONSENT.EXPIRED' }]);
  });

  it('counts an error of the instant of the newest evidence', () => {
    const told = given(GRANTED, answer('2026-11-22T08:00Z', 'OK', { used: 't0' })).when(EXPIRED);

    expect(told.consent.status).toBe('suspect');
  });

  it('lets an older answer close the day of its own call, and forget the accounts before it', () => {
    const limit = given(GRANTED, ROTATED).when(
      answer('2026-11-22T07:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances' }),
    );
    const gone = given(GRANTED, ROTATED).when(
      answer('2026-11-22T07:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
        operation: 'balances',
        accountId: 'acc-1',
      }),
    );

    expect(limit.consent.calls).toMatchObject([{ reason: 'limit-over' }]);
    expect(gone.effect('PurgeAccounts')?.before).toBe(at('2026-11-22T07:00Z'));
  });

  it('leaves of a strike that a success has parted what the later errors say', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED'),
      answer('2026-11-22T08:20Z', 'CONSENT'),
    ).when(answer('2026-11-22T08:10Z', 'OK', { used: 't0' }));

    expect(told.consent.strikes).toMatchObject([
      { at: at('2026-11-22T08:20Z'), category: 'CONSENT' },
    ]);
  });

  it('leaves an end alone that the strikes after the success still make', () => {
    const told = given(
      GRANTED,
      EXPIRED,
      answer('2026-11-23T09:00Z', 'CONSENT.EXPIRED', { used: 't0', token: 't1' }),
      answer('2026-11-24T09:00Z', 'CONSENT.EXPIRED', { used: 't1' }),
    ).when(answer('2026-11-22T09:00Z', 'OK', { used: 't0', token: 't9' }));

    expect(told.ignored).toBe('ended');
    expect(told.consent.status).toBe('expired');
  });
});
