/** Corners of the rules, where two of them meet: each of these histories once went wrong. */
import { describe, expect, it } from 'vitest';
import {
  answer,
  at,
  given,
  granted,
  itsTimer,
  type Step,
  token,
  withdrawn,
} from '../support/story.ts';

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const TX = { operation: 'transactions', accountId: 'acc-1' };
const SUSPECT: readonly Step[] = [
  GRANTED,
  answer('2026-11-22T21:00Z', 'OK', { ...TX, used: 't0', token: 't1' }),
  answer('2026-11-22T22:00Z', 'CONSENT.EXPIRED', TX),
];
const CONFIRM_AT = at('2026-11-23T22:20Z');

describe('rule 5: the confirming call is never made sooner', () => {
  it.each([
    ['an access token to renew', answer('2026-11-22T22:05Z', 'CREDENTIAL.ACCESS_TOKEN', TX)],
    ['a lost race', answer('2026-11-22T22:05Z', 'CONSENT.REVOKED', { ...TX, used: 't0' })],
    ['a used-up day', answer('2026-11-22T22:05Z', 'CONSENT.LIMIT_EXCEEDED', TX)],
    ['a call that is wrong', answer('2026-11-22T22:05Z', 'REQUEST', TX)],
    [
      'a quota with a hint',
      answer('2026-11-22T22:05Z', 'RATE_LIMIT.CLIENT_QUOTA', { ...TX, retryAfterSeconds: 60 }),
    ],
  ])('than a day and 20 minutes after the strike, whatever the caller reports: %s', (_, report) => {
    const told = given(...SUSPECT).when(report);

    expect(told.requests).toEqual([]);
    expect(told.consent.confirming?.dueAt).toBeGreaterThanOrEqual(CONFIRM_AT);
  });

  it('believes no strike whose fresh token came with an earlier error of it', () => {
    const told = given(
      ...SUSPECT,
      answer('2026-11-24T09:00:00Z', 'CONSENT', { ...TX, used: 't1', token: 't2' }),
    ).when(answer('2026-11-24T09:00:05Z', 'CONSENT.EXPIRED', { ...TX, used: 't2' }));

    expect(told.consent.status).toBe('suspect');
    expect(told.notes).toContain('strike-reprieved');
  });
});

describe('rule 4: a race that is known for lost only later', () => {
  const REFUSED = answer('2026-11-22T08:00:05Z', 'CONSENT.REVOKED', {
    operation: 'balances',
    used: 't0',
  });
  const SPENT = answer('2026-11-22T08:00:00Z', 'OK', {
    used: 't0',
    token: 't1',
    now: '2026-11-22T08:00:30Z',
  });

  it('is no strike once the success is heard of that used the token up', () => {
    const told = given(GRANTED, REFUSED).when(SPENT);
    const nextDay = given(GRANTED, REFUSED, SPENT).when(
      answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED', { used: 't1' }),
    );

    expect(told.consent).toMatchObject({ status: 'valid', strikes: [] });
    expect(nextDay.consent.status).toBe('suspect');
  });

  it('leaves a strike standing that another token met', () => {
    const told = given(GRANTED, { ...REFUSED, usedFingerprint: token('t9').fingerprint }).when(
      SPENT,
    );

    expect(told.consent.status).toBe('suspect');
  });
});

describe('rule 5: one place for one call', () => {
  it('has no list fetched beside a confirming call that fetches it', () => {
    const told = given(
      GRANTED,
      answer('2026-11-22T08:00Z', 'CONSENT', { operation: 'balances' }),
      answer('2026-11-23T08:30Z', 'REQUEST', { operation: 'balances' }),
    ).when(answer('2026-11-23T09:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', TX));

    expect(told.consent.confirming?.call.operation).toBe('accounts');
    expect(told.consent.calls.map(({ call }) => call.operation)).toEqual(['transactions']);
  });
});

describe('rule 11: whoever waits for a list has somebody fetching it', () => {
  it('also when the fetching became the confirming call, and another call ended the suspicion', () => {
    const told = given(
      answer('2026-11-22T08:00Z', 'OK', TX),
      answer('2026-11-22T08:10Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
        operation: 'balances',
        accountId: 'acc-1',
      }),
      answer('2026-11-22T08:11Z', 'CONSENT.EXPIRED', { operation: 'accounts' }),
    ).when(answer('2026-11-22T09:00Z', 'OK', TX));

    expect(told.consent.calls.map(({ reason }) => reason)).toContain('fresh-accounts');
    expect(told.consent.timer).toBeDefined();
  });

  it('purges on news from just before midnight that is heard of after it', () => {
    const told = given(
      answer('2026-11-22T22:00Z', 'OK'),
      answer('2026-11-22T23:00:10Z', 'OK'),
    ).when(answer('2026-11-22T22:59:55Z', 'CONSENT.RESOURCE_NOT_GRANTED', TX));

    expect(told.effect('PurgeAccounts')?.before).toBe(at('2026-11-22T22:59:55Z'));
    expect(told.requests).toMatchObject([{ reason: 'fresh-accounts' }]);
  });
});

describe('rule 9: a payment that waited for an account list', () => {
  const PAYMENT = { provider: 'hamsterbank', operation: 'transfer', instructionId: 'i-1' } as const;
  const LOST: readonly Step[] = [
    answer('2026-11-22T08:00Z', 'OK', { provider: 'hamsterbank' }),
    answer('2026-11-22T08:10Z', 'CONSENT.RESOURCE_NOT_GRANTED', { ...PAYMENT, accountId: 'acc-1' }),
  ];
  const list = (time: string) =>
    answer(time, 'OK', { provider: 'hamsterbank', operation: 'accounts', accounts: ['acc-1'] });

  it('is repeated within the hour, and given up after it', () => {
    const inTime = given(...LOST).when(list('2026-11-22T08:20Z'));
    const tooLate = given(...LOST).when(list('2026-11-22T09:20Z'));

    expect(inTime.requests).toMatchObject([
      { call: { operation: 'transfer' }, notAfter: at('2026-11-22T09:10Z') },
    ]);
    expect(tooLate.requests).toEqual([]);
    expect(tooLate.notes).toContain('given-up');
  });
});

describe('no answer makes the worker ask without pause', () => {
  const play = (turns: number, reply: (id: string, time: string) => ReturnType<typeof answer>) => {
    let history: Step[] = [answer('2026-11-22T08:00Z', 'OK', { provider: 'keybank' })];
    history = [...history, reply('none', '2026-11-22T08:01:00Z')];
    let now = at('2026-11-22T08:01Z');
    for (let turn = 0; turn < turns; turn += 1) {
      const due = given(...history).when(itsTimer());
      now = Math.max(
        now,
        at(new Date(due.decision.outcome === 'advanced' ? now : 0).toISOString()),
      );
      const asked = due.requests[0];
      if (asked === undefined) throw new Error('nothing was requested');
      now = asked.at;
      history = [...history, itsTimer(), reply(asked.id, new Date(now + 1_000).toISOString())];
    }
    return (now - at('2026-11-22T08:01Z')) / 3_600_000;
  };

  it('neither a hint of no wait at all, once the ladder is climbed', () => {
    const hours = play(9, (requestId, time) =>
      answer(time, 'CREDENTIAL', { provider: 'keybank', requestId, retryAfterSeconds: 0 }),
    );

    expect(hours).toBeGreaterThan(32);
  });

  it('nor a producer whose clock is a day behind', () => {
    const hours = play(6, (requestId, time) => {
      const behind = new Date(at(time) - 25 * 3_600_000).toISOString();
      return answer(behind, 'CREDENTIAL', { provider: 'keybank', requestId, now: time });
    });

    expect(hours).toBeGreaterThan(15);
  });
});

describe('rules 3, 12, 13 and 17: lives that follow each other', () => {
  const dead = (day: string, used: string) => [
    answer(`${day}T08:00Z`, 'CONSENT.EXPIRED', { used }),
    answer(`${day}T09:00Z`, 'CONSENT.EXPIRED', { used }),
  ];

  it('gives the withdrawal of each notice an id of its own', () => {
    const told = given(
      GRANTED,
      ...dead('2026-11-20', 't0'),
      answer('2026-11-21T08:00Z', 'OK', { used: 't0', token: 't1' }),
      ...dead('2026-11-22', 't1'),
    ).when(withdrawn('2026-11-23T08:00Z', 'psu'));

    const ids = told.effects.flatMap((one) =>
      one.do === 'PublishNotice' && one.notice.body.type === 'reconsent.withdrawn'
        ? [one.notice.id, one.notice.body.withdraws]
        : [],
    );
    expect(ids.map((id) => id.replace(/^[^.]+\./, ''))).toEqual(['g2.withdrawn', 'g2.required']);
  });

  it('learns no lifetime from a grant that a newer one has renewed', () => {
    const told = given(granted('2026-11-22T10:00Z', { token: 't1' })).when(
      granted('2026-10-01T10:00Z', { token: 't0', validUntil: '2026-11-25T00:00Z' }),
    );

    expect(told.consent.validUntil).toBeUndefined();
  });

  it('keeps the ladder of a failure when the grant before it is heard of later', () => {
    const told = given(
      answer('2026-11-22T08:00:05Z', 'BANK.TECHNICAL', { provider: 'keybank' }),
    ).when(granted('2026-11-22T08:00:00Z', { provider: 'keybank', now: '2026-11-22T08:00:10Z' }));

    expect(told.consent).toMatchObject({ status: 'valid', generation: 1 });
    expect(told.consent.calls).toHaveLength(1);
  });

  it('announces no change that leads back to where it began', () => {
    const told = given(GRANTED, ...dead('2026-11-22', 't0')).when(
      granted('2026-11-23T08:00Z', { validUntil: '2026-11-23T09:00Z', now: '2026-11-23T10:00Z' }),
    );

    expect(told.consent.status).toBe('expired');
    expect(told.notice('consent.status-changed')).toBeUndefined();
  });
});

describe('rule 10: a request that nobody answers', () => {
  it('is counted through days that have no room for it', () => {
    const history: Step[] = [
      answer('2026-11-22T08:00Z', 'BANK.TECHNICAL', TX),
      answer('2026-11-22T08:01Z', 'OK', { bank: { unattendedCallsPerDayMax: 1 } }),
    ];
    let asked = false;
    for (let turn = 0; turn < 16 && !asked; turn += 1) {
      const { timer } = given(...history.slice(0, -1)).when(history.at(-1) as Step).consent;
      // Every other day the caller's own job comes first, and takes the day's only call.
      const before = new Date((timer?.dueAt ?? 0) - 1_000).toISOString();
      if (turn % 2 === 0) history.push(answer(before, 'OK', { ...TX, parameters: { turn } }));
      const told = given(...history).when(itsTimer());
      asked = told.notice('consent.action-required') !== undefined;
      history.push(itsTimer());
    }

    expect(asked).toBe(true);
  });
});

describe('a short-lived access token', () => {
  it('is renewed again after another answer came between', () => {
    const hamster = { operation: 'balances', provider: 'hamsterbank' } as const;
    const told = given(
      answer('2026-11-22T08:00Z', 'CREDENTIAL.ACCESS_TOKEN', hamster),
      answer('2026-11-22T08:01Z', 'BANK.TECHNICAL', hamster),
      itsTimer(),
    ).when(answer('2026-11-22T08:32Z', 'CREDENTIAL.ACCESS_TOKEN', hamster));

    expect(told.requests).toMatchObject([{ reason: 'retry', call: { operation: 'balances' } }]);
    expect(told.notes).not.toContain('credential-failed');
  });
});
