/** The examples of docs/messages.md: those to send are read, those sent are what we send. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Notice, NoticeType } from '../../shared/consent/notice.ts';
import { readResult } from '../../shared/intake/read-result.ts';
import { bankCallRequested, requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { NOTICES, noticeMessage } from '../../shared/messages/notices.ts';

const PAGE = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const AT = Date.parse('2027-01-01T00:00:00Z');

function exampleOf(name: string): string {
  const found = EXAMPLES.find((text) => text.includes(`"consent-lifecycle.${name}.v1"`));
  if (found === undefined) throw new Error(`docs/messages.md has no example of ${name}`);
  return found;
}

/** The core's notice that an example was made of. */
function noticeIn(type: NoticeType, example: string): Notice {
  const { id, subject, time, data } = NOTICES[type].parse(JSON.parse(example));
  const { provider, bank, generation, sequence, ...rest } = data;
  const errors =
    'errors' in rest && rest.errors.map((error) => ({ ...error, at: error.time, time: undefined }));
  return {
    id,
    consentId: subject,
    at: time,
    ...(provider && { provider }),
    ...(bank && { bankId: bank.id }),
    generation,
    sequence,
    body: { ...rest, ...(errors && { errors }), type } as Notice['body'],
  };
}

describe('docs/messages.md', () => {
  it.each(['bank-call.completed', 'consent.granted', 'consent.withdrawn'])(
    'has an example of %s that the worker takes',
    (name) => {
      const reading = readResult({ messageId: 'm', body: exampleOf(name), sentAt: AT }, AT);

      expect(reading.kind).toBe('event');
    },
  );

  it.each(['reconsent.required', 'reconsent.withdrawn'] as const)(
    'has an example of %s as the worker sends it',
    (type) => {
      const example = exampleOf(type);

      expect(noticeMessage(noticeIn(type, example))).toEqual(JSON.parse(example));
    },
  );

  it('has an example of bank-call.requested as the worker sends it', () => {
    const example = exampleOf('bank-call.requested');

    const { id, subject, time, data } = bankCallRequested.parse(JSON.parse(example));
    const effect = { ...data, do: 'RequestCall', key: 'request:1', id, at: time } as const;

    expect(requestedMessage(effect, subject)).toEqual(JSON.parse(example));
  });

  it('names every notice', () => {
    const missing = Object.keys(NOTICES).filter((type) => !PAGE.includes(type));

    expect(missing).toEqual([]);
  });
});
