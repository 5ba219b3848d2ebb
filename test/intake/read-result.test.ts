import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BankCallCompleted, ConsentEvent, TokenRescued } from '../../shared/consent/event.ts';
import { readResult } from '../../shared/intake/read-result.ts';
import type { Reading } from '../../shared/intake/reading.ts';
import {
  COMPLETED,
  DECIDED,
  GRANTED,
  REPLACED,
  WITHDRAWN,
  withField,
} from '../messages/sample-messages.ts';

const TIME = Date.parse(COMPLETED.time);
const SENT_AT = TIME + 2_000;
const NOW = TIME + 9_000;
const FIVE_MINUTES = 300_000;

const CANARY_PRINT = `sha256:${createHash('sha256').update('canary-token').digest('base64url')}`;

function read(json: object, sentAt: number = SENT_AT): Reading {
  return readResult({ messageId: 'sqs-1', body: JSON.stringify(json), sentAt }, NOW);
}

function eventOf(json: object, sentAt: number = SENT_AT): ConsentEvent {
  const reading = read(json, sentAt);
  if (reading.kind !== 'event') throw new Error(reading.reason);
  return reading.event;
}

function completedOf(json: object): BankCallCompleted {
  const event = eventOf(json);
  if (event.type !== 'BankCallCompleted') throw new Error(event.type);
  return event;
}

function rescuedOf(json: object, sentAt: number = SENT_AT): TokenRescued | undefined {
  const reading = read(json, sentAt);
  if (reading.kind !== 'unreadable') throw new Error('the message was read');
  return reading.rescued;
}

describe('a bank-call result', () => {
  it('becomes an event with its finding, its token and who it is about', () => {
    const event = completedOf(COMPLETED);

    expect(event).toMatchObject({
      type: 'BankCallCompleted',
      id: '01JDA4Q8',
      consentId: 'consent-8f3a',
      at: TIME,
      now: NOW,
      provider: 'klarna-consent',
      bank: { id: 'DE-37040044', timeZone: 'Europe/Berlin', unattendedCallsPerDayMax: 4 },
      call: { operation: 'transactions', accountId: 'acc-1', attended: false },
      usedFingerprint: `sha256:${'Z'.repeat(43)}`,
      requestId: 'request-1',
      finding: { category: 'CONSENT.EXPIRED', scope: 'consent' },
    });
    expect(event.token?.secret.reveal()).toBe('canary-token');
    expect(event.token?.fingerprint).toBe(CANARY_PRINT);
    expect(event).not.toHaveProperty('clockAhead');
  });

  it('has short names made of its ids', () => {
    const event = eventOf(COMPLETED);

    expect(event.ref).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(event.key).toMatch(/^[A-Za-z0-9_-]{16}$/);
    expect(eventOf({ ...COMPLETED, id: 'other' }).key).not.toBe(event.key);
    expect(eventOf({ ...COMPLETED, subject: 'other' }).ref).not.toBe(event.ref);
  });

  it('has no token where the bank sent an empty one', () => {
    const event = completedOf(withField(COMPLETED, 'data.response.body.consent_token', ''));

    expect(event.token).toBeUndefined();
    expect(event.finding.consentToken).toBeUndefined();
  });

  it('reads a body that is a string of JSON', () => {
    const body = JSON.stringify({ error: { code: 'CONSENT.REVOKED' }, consent_token: 'next' });

    const event = completedOf(withField(COMPLETED, 'data.response.body', body));

    expect(event.finding.category).toBe('CONSENT.REVOKED');
    expect(event.token?.secret.reveal()).toBe('next');
  });

  it('without a response tells nothing about the consent', () => {
    const silent = withField(COMPLETED, 'data.response', null);

    const event = completedOf(withField(silent, 'data.failure', 'timeout'));

    expect(event.finding.category).toBe('NO_RESPONSE');
  });

  it('is read by the dialect it names, never by its looks', () => {
    const event = completedOf(withField(COMPLETED, 'data.provider', 'hamsterbank'));

    expect(event.finding.category).not.toBe('CONSENT.EXPIRED');
    expect(event.token).toBeUndefined();
  });

  it.each(['Mars/Olympus', '', 'x'.repeat(1_000)])('loses the unknown time zone "%s"', (zone) => {
    const reading = read(withField(COMPLETED, 'data.bank.timeZone', zone));

    expect(reading).toMatchObject({ kind: 'event', notes: ['unknown-time-zone'] });
    expect(reading).toHaveProperty('event.bank', {
      id: 'DE-37040044',
      unattendedCallsPerDayMax: 4,
    });
  });

  it('keeps a known time zone without a note', () => {
    expect(read(COMPLETED)).toMatchObject({ notes: [] });
  });
});

describe('the date of a result', () => {
  it('is taken back to when SQS took it, if it is more than 5 minutes later', () => {
    const event = eventOf(COMPLETED, TIME - FIVE_MINUTES - 1);

    expect(event).toMatchObject({ at: TIME - FIVE_MINUTES - 1, clockAhead: true });
  });

  it('stays if it is 5 minutes later', () => {
    const event = eventOf(COMPLETED, TIME - FIVE_MINUTES);

    expect(event.at).toBe(TIME);
    expect(event.clockAhead).toBeUndefined();
  });

  it('stays in the past, however old', () => {
    expect(eventOf({ ...COMPLETED, time: '1996-01-01T00:00:00Z' }).at).toBe(820_454_400_000);
  });

  it('is taken back for a grant too', () => {
    const event = eventOf({ ...GRANTED, time: '9999-12-31T23:59:59Z' });

    expect(event).toMatchObject({ type: 'ConsentGranted', at: SENT_AT, clockAhead: true });
  });
});

describe('the other messages of the queue', () => {
  it('tell a grant', () => {
    const event = eventOf(GRANTED);

    expect(event).toMatchObject({
      type: 'ConsentGranted',
      provider: 'klarna-consent',
      bank: { id: 'DE-37040044' },
      validUntil: Date.parse('2027-05-20T22:00:00Z'),
      supersedes: 'consent-old',
      token: { fingerprint: CANARY_PRINT },
    });
  });

  it.each([null, '', undefined])('tell a grant without a token: %j', (consentToken) => {
    const event = eventOf(withField(GRANTED, 'data.consentToken', consentToken));

    expect(event).not.toHaveProperty('token');
  });

  it('tell a withdrawal', () => {
    expect(eventOf(WITHDRAWN)).toMatchObject({ type: 'ConsentWithdrawn', by: 'psu', at: TIME });
  });

  it('tell a replacement', () => {
    expect(eventOf(REPLACED)).toMatchObject({ type: 'ConsentReplaced', by: 'consent-new' });
  });

  it('tell what was decided of an end that is held', () => {
    expect(eventOf(DECIDED)).toMatchObject({ type: 'EndingDecided', decision: 'release' });
  });
});

describe('a message that cannot be read', () => {
  it('gives up its token', () => {
    const rescued = rescuedOf(withField(COMPLETED, 'data.response.status', 'four hundred'));

    expect(rescued).toMatchObject({
      type: 'TokenRescued',
      id: '01JDA4Q8',
      consentId: 'consent-8f3a',
      ref: eventOf(COMPLETED).ref,
      key: eventOf(COMPLETED).key,
      at: TIME,
      now: NOW,
      provider: 'klarna-consent',
      usedFingerprint: `sha256:${'Z'.repeat(43)}`,
    });
    expect(rescued?.token.secret.reveal()).toBe('canary-token');
  });

  it('gives up its token with nothing else readable but the subject', () => {
    const { subject } = COMPLETED;
    const { response } = COMPLETED.data;

    const rescued = rescuedOf({ subject, data: { provider: 'revolut', response } });

    expect(rescued).toMatchObject({
      id: 'sqs-1',
      at: SENT_AT,
      token: { fingerprint: CANARY_PRINT },
    });
    expect(rescued).not.toHaveProperty('provider');
    expect(rescued).not.toHaveProperty('usedFingerprint');
  });

  it('gives up the token of a grant', () => {
    const rescued = rescuedOf(withField(GRANTED, 'data.validUntil', 'next year'));

    expect(rescued?.token.fingerprint).toBe(CANARY_PRINT);
  });

  it('gives up its token though its data are JSON in a string', () => {
    const reading = read({ ...COMPLETED, data: JSON.stringify(COMPLETED.data) });

    expect(reading).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringMatching(/^data \(\d+ characters\) is refused; expected an object$/),
      rescued: { provider: 'klarna-consent', token: { fingerprint: CANARY_PRINT } },
    });
  });

  it('gives up its token with a date taken back, if it is ahead', () => {
    const broken = withField(COMPLETED, 'data.call', 'balances');

    expect(rescuedOf(broken, TIME - FIVE_MINUTES - 1)).toMatchObject({ clockAhead: true });
  });

  it.each([
    ['no subject to keep it for', withField(COMPLETED, 'subject', '')],
    ['no token', withField(withField(COMPLETED, 'data.call', 1), 'data.response.body', '<html>')],
    ['a provider without tokens', withField({ ...COMPLETED, id: '' }, 'data.provider', 'keybank')],
  ])('gives up nothing where there is %s', (_what, message) => {
    expect(rescuedOf(message)).toBeUndefined();
  });

  it('is refused for a token that no record could hold', () => {
    const long = 'canary'.repeat(6_000);

    const result = read(withField(COMPLETED, 'data.response.body.consent_token', long));
    const grant = read(withField(GRANTED, 'data.consentToken', long));

    const reason = 'the consent token is refused; expected at most 32768 bytes';
    expect(result).toStrictEqual({ kind: 'unreadable', reason });
    expect(grant).toStrictEqual({ kind: 'unreadable', reason });
  });

  it('is told in one line that holds no token', () => {
    const reading = read(withField(COMPLETED, 'data.usedTokenFingerprint', 'canary-token'));

    expect(reading).toMatchObject({ kind: 'unreadable', reason: expect.any(String) });
    expect(JSON.stringify(reading)).not.toContain('canary-token');
  });

  it('is a value for anything that a queue can hold', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(COMPLETED.data));

    fc.assert(
      fc.property(
        fc.record({ subject: part, id: part, time: part, type: part, data: part }),
        (json) => {
          const reading = read(json);

          expect(reading.kind).toBe('unreadable');
          expect(JSON.stringify(reading)).not.toContain('canary-token');
        },
      ),
    );
  });

  it('is a value for any body that a bank can send', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (body) => {
        expect(read(withField(COMPLETED, 'data.response.body', body)).kind).toBe('event');
      }),
    );
  });
});
