import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readResultMessage, readTimerMessage } from '../../shared/messages/read-message.ts';
import {
  COMPLETED,
  DECIDED,
  GRANTED,
  REPLACED,
  TIMER,
  WITHDRAWN,
  withField,
} from './sample-messages.ts';

const REASON_CHARS_MAX = 700;

function read(json: unknown) {
  return readResultMessage(JSON.stringify(json));
}

function reasonOf(json: unknown): string {
  const outcome = read(json);
  if (outcome.kind !== 'refused') throw new Error('the message was read');
  return outcome.reason;
}

function dataOf(json: unknown): object {
  const outcome = read(json);
  if (outcome.kind !== 'message') throw new Error(outcome.reason);
  return outcome.message.data;
}

function nested(levels: number): unknown {
  return levels === 0 ? 'deepest' : { inner: nested(levels - 1) };
}

describe('a message of the results queue', () => {
  it.each([COMPLETED, GRANTED, WITHDRAWN, REPLACED, DECIDED])(
    'is read by its type: $type',
    (sample) => {
      const outcome = read(sample);

      expect(outcome).toMatchObject({ kind: 'message', message: { type: sample.type } });
    },
  );

  it('may have fields that we do not know', () => {
    const sample = withField(withField(COMPLETED, 'traceparent', '00-1'), 'data.extra', { a: 1 });

    const outcome = read(sample);

    expect(outcome.kind).toBe('message');
    expect(JSON.stringify(outcome)).not.toContain('extra');
  });

  it('may leave out what is optional', () => {
    const sample = {
      ...COMPLETED,
      data: { provider: 'keybank', call: { operation: 'accounts' }, response: { status: 204 } },
    };

    expect(dataOf(sample)).toStrictEqual({
      provider: 'keybank',
      call: { operation: 'accounts', attended: false },
      response: { status: 204, headers: {} },
    });
  });

  it.each([
    ['2026-11-22T08:15:03.120Z', 1_795_335_303_120],
    ['2026-11-22T13:45:03+05:30', 1_795_335_303_000],
    ['2026-11-22T08:15:03.120999-00:00', 1_795_335_303_120],
  ])('tells its time as %s', (time, expected) => {
    const outcome = read({ ...COMPLETED, time });

    expect(outcome).toMatchObject({ kind: 'message', message: { time: expected } });
  });

  it('has header names in lower case, each with one string', () => {
    const headers = { 'Retry-After': 120, 'X-Seen': [true, 'b'], Server: 'nginx' };

    const data = dataOf(withField(COMPLETED, 'data.response.headers', headers));

    expect(data).toMatchObject({
      response: { headers: { 'retry-after': '120', 'x-seen': 'true, b', server: 'nginx' } },
    });
  });

  it.each([{ a: '__proto__' }, 'text', null, [1], 5])('has its body untouched: %j', (body) => {
    const data = dataOf(withField(COMPLETED, 'data.response.body', body));

    expect(data).toMatchObject({ response: { body } });
  });

  it.each([
    'bank',
    'bank.timeZone',
    'bank.unattendedCallsPerDayMax',
    'call.accountId',
    'call.parameters',
    'usedTokenFingerprint',
    'requestId',
    'response.headers',
    'response.headers.retry-after',
    'failure',
  ])('takes a null %s for none', (field) => {
    const data = dataOf(withField(COMPLETED, `data.${field}`, null));

    expect(JSON.stringify(data)).not.toContain(':null');
  });

  it('takes a null of its envelope for none', () => {
    expect(read({ ...COMPLETED, datacontenttype: null, traceparent: null }).kind).toBe('message');
  });

  it('may begin with a byte order mark', () => {
    expect(readResultMessage(`\uFEFF${JSON.stringify(COMPLETED)}`).kind).toBe('message');
  });

  it('takes a null validUntil of a grant for none', () => {
    expect(dataOf(withField(GRANTED, 'data.validUntil', null))).not.toHaveProperty('validUntil');
  });

  it('has no response where none arrived, and then says why', () => {
    const silent = withField(COMPLETED, 'data.response', null);

    expect(dataOf(withField(silent, 'data.failure', 'timeout'))).toMatchObject({ response: null });
    expect(reasonOf(silent)).toBe(
      'failure is missing; expected timeout or connection, as response is null',
    );
  });
});

describe('a refusal', () => {
  it.each([
    [
      'data.provider',
      'revolut',
      'provider "revolut" is unknown; known: klarna-consent, klarna-xs2a, keybank, hamsterbank',
    ],
    [
      'data.provider',
      undefined,
      'provider is missing; known: klarna-consent, klarna-xs2a, keybank, hamsterbank',
    ],
    ['specversion', '0.3', 'specversion "0.3" is unknown; known: 1.0'],
    [
      'time',
      '2026-11-22',
      'time "2026-11-22" is refused; expected a date and time of RFC 3339 with its offset, ' +
        'such as 2026-11-22T08:15:03Z',
    ],
    [
      'data.call.operation',
      '',
      'call.operation "" is refused; expected 1..64 bytes of UTF-8, none of them a ' +
        'control character',
    ],
    [
      'data.response.status',
      99,
      'response.status 99 is refused; expected a whole number from 100 to 599',
    ],
    [
      'data.bank.unattendedCallsPerDayMax',
      0,
      'bank.unattendedCallsPerDayMax 0 is refused; expected a whole number from 1 to 1000',
    ],
    ['data.call.attended', 'no', 'call.attended "no" is refused; expected true or false'],
    ['data.call', [1], 'call (a list) is refused; expected an object'],
    [
      'data.response',
      undefined,
      'response is missing; expected an object, or null where no response arrived',
    ],
    ['data.failure', 'gone', 'failure "gone" is unknown; known: timeout, connection'],
    ['subject', 'é'.repeat(501), /^subject "é{80}…" .*1\.\.1000 bytes of UTF-8, not 1002$/],
    ['subject', 'half \ud800', /^subject "half \\ud800" is refused; expected text without/],
    [
      'data.call.parameters',
      { text: 'x'.repeat(4_096) },
      'call.parameters (an object) is refused; expected at most 1024 bytes of JSON, not 4107',
    ],
    [
      'data.call.parameters',
      nested(9),
      'call.parameters (an object) is refused; expected at most 8 levels',
    ],
    [
      'data.call.parameters',
      nested(2_000),
      'call.parameters (an object) is refused; expected at most 8 levels',
    ],
  ])('of %s quotes the value and says what was expected', (path, value, expected) => {
    const reason = reasonOf(withField(COMPLETED, path, value));

    if (expected instanceof RegExp) expect(reason).toMatch(expected);
    else expect(reason).toBe(expected);
  });

  it('takes what stands exactly at a limit', () => {
    const longest = withField(COMPLETED, 'subject', 'é'.repeat(500));
    const deepest = withField(longest, 'data.call.parameters', nested(8));

    expect(read(deepest).kind).toBe('message');
  });

  it('of a date without a time says that a time is wanted', () => {
    const reason = reasonOf(withField(GRANTED, 'data.validUntil', '2027-05-21'));

    expect(reason).toMatch(/^validUntil "2027-05-21" is refused; expected a date and time of RFC/);
  });

  it.each(['consent-lifecycle.bank-call.completed.v2', 'toString', ''])(
    'of the type "%s" names the types that are known',
    (type) => {
      const reason = reasonOf({ ...COMPLETED, type });

      expect(reason).toBe(
        `type "${type}" is unknown; known: consent-lifecycle.bank-call.completed.v1, ` +
          'consent-lifecycle.consent.granted.v1, consent-lifecycle.consent.withdrawn.v1, ' +
          'consent-lifecycle.consent.replaced.v1, ' +
          'consent-lifecycle.ending.decided.v1',
      );
    },
  );

  it('does not quote a text that is no JSON', () => {
    const outcome = readResultMessage('consent_token=canary-token');

    expect(outcome).toStrictEqual({
      kind: 'refused',
      reason: 'message (26 characters) is refused; expected JSON',
      json: undefined,
    });
  });

  it.each([
    ['data.usedTokenFingerprint', 'canary-token'],
    ['data.response', '{"consent_token":"canary-token"}'],
    ['data.response.headers', { authorization: { value: 'canary-token' } }],
    ['data.response.headers', 'canary-token'],
    ['data.call.parameters', 'canary-token'],
    ['data', '{"consent_token":"canary-token"}'],
  ])('does not quote what may hold a token: %s', (path, value) => {
    const reason = reasonOf(withField(COMPLETED, path, value));

    expect(reason).not.toContain('canary');
    expect(reason).toMatch(/ is refused; expected /);
  });

  it('is one short line without a token, whatever is wrong', () => {
    const paths = [
      ...['id', 'source', 'type', 'subject', 'time', 'data', 'data.provider', 'data.bank'],
      ...['data.bank.id', 'data.call', 'data.call.operation', 'data.call.accountId'],
      ...['data.response', 'data.response.status', 'data.response.headers', 'data.requestId'],
    ];

    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const outcome = read(withField(COMPLETED, path, value));
        if (outcome.kind === 'message') return;

        expect(outcome.reason).toMatch(/^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u);
        expect(outcome.reason).not.toContain('canary');
        expect(outcome.reason.length).toBeLessThan(REASON_CHARS_MAX);
      }),
    );
  });

  it('is a value for any text at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readResultMessage(text).kind).toBe('refused');
        expect(readTimerMessage(text).kind).toBe('refused');
      }),
    );
  });
});

describe('a message of the timers queue', () => {
  it('is a timer', () => {
    const outcome = readTimerMessage(JSON.stringify(TIMER));

    expect(outcome).toMatchObject({ message: { data: { generation: 1, number: 0 } } });
  });

  it('is nothing else', () => {
    const outcome = readTimerMessage(JSON.stringify(COMPLETED));

    expect(outcome).toMatchObject({
      reason:
        'type "consent-lifecycle.bank-call.completed.v1" is unknown; ' +
        'known: consent-lifecycle.timer.due.v1',
    });
  });
});
