import { describe, expect, it } from 'vitest';
import type { RequestCall, SetTimer } from '../../shared/consent/effect.ts';
import { Secret } from '../../shared/consent/secret.ts';
import { bankCallRequested, requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { textOf } from '../../shared/messages/cloud-event.ts';
import { consentReplaced, replacedMessage } from '../../shared/messages/consent-replaced.ts';
import { endingDecided, endingDecidedMessage } from '../../shared/messages/ending-decided.ts';
import {
  type FullBody,
  type FullNotice,
  NOTICES,
  noticeMessage,
} from '../../shared/messages/notices.ts';
import { readTimerMessage } from '../../shared/messages/read-message.ts';
import { timerMessage } from '../../shared/messages/timer-due.ts';

const AT = Date.parse('2026-11-22T08:15:03.120Z');

const REQUEST: RequestCall = {
  do: 'RequestCall',
  key: 'request:1',
  id: 'ref.g1.r1',
  provider: 'hamsterbank',
  bank: {},
  call: { operation: 'balances', accountId: 'acc-1', attended: false },
  generation: 1,
  reason: 'confirm',
  attempt: 1,
  at: AT,
  notAfter: AT + 1_000,
};

function noticeOf(body: FullBody): FullNotice {
  return {
    id: 'ref.v7.notice',
    consentId: 'consent-1',
    at: AT,
    provider: 'keybank',
    bankId: 'bank-1',
    generation: 2,
    sequence: 7,
    body,
  };
}

const BODIES: readonly FullBody[] = [
  {
    type: 'reconsent.required',
    reason: 'CONSENT.EXPIRED',
    firstErrorAt: AT,
    confirmedAt: AT,
    lastSuccessAt: AT,
    errors: [{ at: AT, category: 'CONSENT.EXPIRED' }],
  },
  { type: 'reconsent.required', reason: 'CONSENT', confirmedAt: AT, errors: [] },
  { type: 'reconsent.withdrawn', reason: 'success', withdraws: 'ref.v6.notice' },
  { type: 'consent.expiring', reason: 'validUntil', validUntil: AT },
  { type: 'consent.action-required', reason: 'NO_CALLER', action: 'NO_CALLER' },
  { type: 'account-cache.purged', reason: 'CONSENT.RESOURCE_NOT_GRANTED', before: AT },
  {
    type: 'account-cache.relinked',
    reason: 'OK',
    before: AT,
    listedAt: AT,
    cameBack: [{ id: 'acc-2', previousId: 'acc-1' }],
    fresh: ['acc-3'],
    gone: ['acc-0'],
  },
  { type: 'consent.status-changed', reason: 'success', from: 'received', to: 'valid' },
];

describe('a notice', () => {
  it.each(BODIES)('is a message of its own schema: $type', (body) => {
    const sent = noticeMessage(noticeOf(body));

    const read = NOTICES[body.type].safeParse(JSON.parse(textOf(sent)));

    expect(read.error).toBeUndefined();
    expect(sent.type).toBe(`consent-lifecycle.${body.type}.v1`);
  });

  it('says in RFC 3339 when what happened', () => {
    const [required] = BODIES;
    if (required === undefined) throw new Error('no sample');

    expect(noticeMessage(noticeOf(required))).toStrictEqual({
      specversion: '1.0',
      id: 'ref.v7.notice',
      source: '/consent-lifecycle-worker',
      type: 'consent-lifecycle.reconsent.required.v1',
      subject: 'consent-1',
      time: '2026-11-22T08:15:03.120Z',
      datacontenttype: 'application/json',
      data: {
        provider: 'keybank',
        bank: { id: 'bank-1' },
        generation: 2,
        sequence: 7,
        reason: 'CONSENT.EXPIRED',
        firstErrorAt: '2026-11-22T08:15:03.120Z',
        confirmedAt: '2026-11-22T08:15:03.120Z',
        lastSuccessAt: '2026-11-22T08:15:03.120Z',
        errors: [{ time: '2026-11-22T08:15:03.120Z', category: 'CONSENT.EXPIRED' }],
      },
    });
  });

  it('leaves out what is unknown', () => {
    const {
      provider: _provider,
      bankId: _bankId,
      ...rest
    } = noticeOf({
      type: 'consent.status-changed',
      reason: 'withdrawn',
      from: 'received',
      to: 'terminatedByTpp',
    });

    const { data } = noticeMessage(rest);

    expect(Object.keys(data)).toStrictEqual(['generation', 'sequence', 'reason', 'from', 'to']);
  });
});

describe('a request', () => {
  it('is a message of its own schema, even where the bank is unknown', () => {
    const sent = JSON.parse(textOf(requestedMessage(REQUEST, 'consent-1')));

    const read = bankCallRequested.safeParse(sent);

    expect(read.data).toMatchObject({
      id: 'ref.g1.r1',
      subject: 'consent-1',
      time: AT,
      data: { provider: 'hamsterbank', bank: {}, reason: 'confirm', notAfter: AT + 1_000 },
    });
  });

  it('redacts a secret that slipped into its parameters', () => {
    const call = { ...REQUEST.call, parameters: { token: new Secret('canary-token') } };

    const text = textOf(requestedMessage({ ...REQUEST, call }, 'consent-1'));

    expect(text).toContain('[redacted]');
    expect(text).not.toContain('canary');
  });
});

describe('a message of the operators', () => {
  it.each(['release', 'hold'] as const)('tells a consent to %s its end', (decision) => {
    const head = { id: 'ending-1', consentId: 'consent-old', at: AT };

    const read = endingDecided.safeParse(JSON.parse(textOf(endingDecidedMessage(head, decision))));

    expect(read.data).toMatchObject({ subject: 'consent-old', time: AT, data: { decision } });
  });
});

describe('a message of the worker to itself', () => {
  it('names the consent that replaced its subject', () => {
    const sent = replacedMessage({
      do: 'ReplaceConsent',
      key: 'replace:old',
      id: 'ref.v3.replace',
      consentId: 'consent-old',
      by: 'consent-new',
      at: AT,
    });

    const read = consentReplaced.safeParse(JSON.parse(textOf(sent)));

    expect(read.data).toMatchObject({
      id: 'ref.v3.replace',
      subject: 'consent-old',
      time: AT,
      data: { by: 'consent-new' },
    });
  });

  it('is the same for the same timer', () => {
    const effect: SetTimer = {
      do: 'SetTimer',
      key: 'timer',
      name: { ref: 'ref', generation: 2, number: 5 },
      dueAt: AT,
      cancels: [],
    };

    const text = textOf(timerMessage(effect, 'consent-1'));

    expect(textOf(timerMessage(effect, 'consent-1'))).toBe(text);
    expect(readTimerMessage(text)).toMatchObject({
      message: {
        id: 'ref.g2.n5',
        subject: 'consent-1',
        time: AT,
        data: { generation: 2, number: 5 },
      },
    });
  });
});

describe('the text of a message', () => {
  it('reads back as it was, and holds nothing that an outlet refuses or replaces', () => {
    const subject = 'a<aws.scheduler.execution-id>\uFFFF\uFFFE\u0000é😀';
    const sent = requestedMessage(REQUEST, subject);

    const text = textOf(sent);

    expect(JSON.parse(text)).toStrictEqual(JSON.parse(JSON.stringify(sent)));
    expect(text).not.toMatch(/[<\uFFFE\uFFFF\p{Cc}]/u);
  });
});
