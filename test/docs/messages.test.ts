/** The examples of docs/messages.md: those to send are read, those sent are what we send. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NoticeType } from '../../shared/consent/notice.ts';
import { readResult } from '../../shared/intake/read-result.ts';
import { bankCallRequested, requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { consentReplaced, replacedMessage } from '../../shared/messages/consent-replaced.ts';
import { NOTICES, noticeMessage } from '../../shared/messages/notices.ts';
import { exampleOf } from '../../tools/docs/examples.ts';
import { noticeIn } from '../support/example-notices.ts';

const PAGE = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
const AT = Date.parse('2027-01-01T00:00:00Z');

describe('docs/messages.md', () => {
  it.each([
    ...['bank-call.completed', 'consent.granted', 'consent.withdrawn', 'consent.replaced'],
    'ending.decided',
  ])('has an example of %s that the worker takes', (name) => {
    const body = JSON.stringify(exampleOf(name));

    const reading = readResult({ messageId: 'm', body, sentAt: AT }, AT);

    expect(reading.kind).toBe('event');
  });

  it.each(Object.keys(NOTICES) as NoticeType[])(
    'has an example of %s as the worker sends it',
    (type) => {
      expect(noticeMessage(noticeIn(type))).toEqual(exampleOf(type));
    },
  );

  it('has an example of bank-call.requested as the worker sends it', () => {
    const example = exampleOf('bank-call.requested');

    const { id, subject, time, data } = bankCallRequested.parse(example);
    const effect = { ...data, do: 'RequestCall', key: 'request:1', id, at: time } as const;

    expect(requestedMessage(effect, subject)).toEqual(example);
  });

  it('has an example of consent.replaced as the worker sends it', () => {
    const example = exampleOf('consent.replaced');

    const { id, subject, time, data } = consentReplaced.parse(example);
    const key = 'replace:1';
    const effect = {
      do: 'ReplaceConsent',
      key,
      id,
      consentId: subject,
      at: time,
      ...data,
    } as const;

    expect(replacedMessage(effect)).toEqual(example);
  });

  it('names every notice', () => {
    const missing = Object.keys(NOTICES).filter((type) => !PAGE.includes(type));

    expect(missing).toEqual([]);
  });
});
