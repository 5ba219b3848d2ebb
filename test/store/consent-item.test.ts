import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../shared/consent/secret.ts';
import {
  consentIdOf,
  fromItem,
  ITEM_BYTES_MAX,
  OUTBOX_MAX,
  partitionOf,
  toItem,
} from '../../shared/store/consent-item.ts';
import { aConsent, aPurge } from '../support/a-consent.ts';
import { arbitrarySave } from '../support/arbitrary-consent.ts';
import { revealed } from '../support/revealed.ts';

const NOW = Date.UTC(2026, 10, 22, 8, 15);

const TOKEN = {
  secret: new Secret('canary-token'),
  fingerprint: 'sha256:abc',
  receivedAt: NOW,
  renewed: true,
};

describe('the STATE item', () => {
  it('gives back every consent and outbox that was put in', () => {
    fc.assert(
      fc.property(arbitrarySave, fc.string(), (next, revision) => {
        const held = fromItem(toItem(next, revision));

        const { consent, outbox } = next;
        expect(revealed(held)).toEqual(revealed({ consent, outbox, revision }));
      }),
    );
  });

  it('keeps call parameters that DynamoDB itself would refuse', () => {
    const nested = JSON.parse(`${'{"a":'.repeat(40)}1e300${'}'.repeat(40)}`);
    const parameters = JSON.parse('{"__proto__":1,"big":12345678901234567890}');
    const call = { operation: 'accounts', attended: false };
    const consent = aConsent({
      strikes: [
        {
          at: NOW,
          category: 'CONSENT',
          errors: [],
          call: { ...call, parameters },
          fresh: false,
          reprieved: false,
        },
        {
          at: NOW,
          category: 'CONSENT',
          errors: [],
          call: { ...call, parameters: nested },
          fresh: false,
          reprieved: false,
        },
      ],
    });

    const held = fromItem(toItem({ consent, outbox: [], now: NOW }, 'r1'));

    expect(held.consent.strikes.map((strike) => JSON.stringify(strike.call.parameters))).toEqual([
      JSON.stringify(parameters),
      JSON.stringify(nested),
    ]);
  });

  it('shows an operator each field under its own name, and the token as it is', () => {
    const consent = aConsent({ token: TOKEN, validUntil: NOW });

    const item = toItem({ consent, outbox: [], now: NOW }, 'r1');

    expect(item).toMatchObject({
      pk: { S: `CONSENT#${consent.consentId}` },
      sk: { S: 'STATE' },
      schemaVersion: { N: '1' },
      revision: { S: 'r1' },
      status: { S: 'valid' },
      validUntil: { N: String(NOW) },
      token: { S: 'canary-token' },
      tokenFingerprint: { S: 'sha256:abc' },
      tokenReceivedAt: { N: String(NOW) },
      tokenRenewed: { BOOL: true },
    });
  });

  it('has no attribute for what is not known', () => {
    const item = toItem({ consent: aConsent(), outbox: [], now: NOW }, 'r1');

    const names = Object.keys(item);
    const mayBeAbsent = ['token', 'tokenFingerprint', 'validUntil', 'end', 'owedIn', 'owedAt'];
    for (const absent of [...mayBeAbsent, 'expiresAt']) expect(names).not.toContain(absent);
  });

  it('finds the consent of its own partition key', () => {
    fc.assert(fc.property(fc.string(), (id) => consentIdOf(partitionOf(id)) === id));
  });
});

describe('the index attributes', () => {
  it('stand at the due time of the timer while nothing else is owed', () => {
    const consent = aConsent({ timer: { number: 1, dueAt: NOW + 5_000 } });

    const item = toItem({ consent, outbox: [], now: NOW }, 'r1');

    expect(item.owedAt).toEqual({ N: String(NOW + 5_000) });
  });

  it('stay the same over a save that keeps the timer', () => {
    const consent = aConsent({ timer: { number: 1, dueAt: NOW + 5_000 } });

    const first = toItem({ consent, outbox: [], now: NOW }, 'r1');
    const second = toItem({ consent: { ...consent, version: 9 }, outbox: [], now: NOW + 60 }, 'r2');

    expect([second.owedIn, second.owedAt]).toEqual([first.owedIn, first.owedAt]);
  });

  it('stand at the time of the write while effects are owed', () => {
    const consent = aConsent({ timer: { number: 1, dueAt: NOW + 5_000 } });

    const item = toItem({ consent, outbox: [aPurge(NOW)], now: NOW }, 'r1');

    expect(item.owedAt).toEqual({ N: String(NOW) });
  });

  it('keep the due time of a timer that is overdue already', () => {
    const consent = aConsent({ timer: { number: 1, dueAt: NOW - 5_000 } });

    const item = toItem({ consent, outbox: [aPurge(NOW)], now: NOW }, 'r1');

    expect(item.owedAt).toEqual({ N: String(NOW - 5_000) });
  });

  it('spread consents over all four partitions', () => {
    const outbox = [aPurge(NOW)];

    const partitions = Array.from({ length: 200 }, (_, n) => {
      const consent = aConsent({ ref: `ref-${n}` });
      return toItem({ consent, outbox, now: NOW }, 'r1').owedIn?.S;
    });

    expect(new Set(partitions)).toEqual(new Set(['OWED#0', 'OWED#1', 'OWED#2', 'OWED#3']));
  });
});

describe('an item that nothing of ours has written', () => {
  const good = toItem({ consent: aConsent({ token: TOKEN }), outbox: [], now: NOW }, 'r1');
  const change = (patch: Record<string, AttributeValue | undefined>) => {
    const entries = Object.entries({ ...good, ...patch });
    const kept = entries.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
    return () => fromItem(Object.fromEntries(kept));
  };

  it.each([
    [
      'of a newer schema',
      { schemaVersion: { N: '2' } },
      /"CONSENT#consent-1".*schemaVersion: expected at most 1, found 2/,
    ],
    ['with an unknown status', { status: { S: 'bogus' } }, /status: expected received.*"bogus"/],
    ['without a version', { version: undefined }, /version: expected number, found nothing/],
    ['with a date as text', { validUntil: { S: 'soon' } }, /validUntil: expected number, .*string/],
    ['with half a token', { tokenReceivedAt: undefined }, /expected all of token, /],
    ['with an unknown effect', { outbox: { L: [{ M: { do: { S: 'Dance' } } }] } }, /outbox\.0\.do/],
    [
      'with parameters that are no JSON',
      {
        confirming: {
          M: { call: { M: { operation: { S: 'a' }, parameters: { S: '{canary-token' } } } },
        },
      },
      /confirming\.call\.parameters/,
    ],
  ])('%s is refused, and its token is not quoted', (_, patch, message) => {
    const reading = change(patch);

    expect(reading).toThrow(message);
    expect(reading).not.toThrow(/canary/);
    expect(reading).toThrow(expect.objectContaining({ name: 'ImpossibleItem' }));
  });

  it('with a token that is no text is refused without quoting it', () => {
    const reading = change({ token: { L: [{ S: 'canary-token' }] } });

    expect(reading).toThrow(/token: expected string, found object/);
    expect(reading).not.toThrow(/canary/);
  });
});

describe('the bounds', () => {
  it('are of what is written: more effects, lines and races than may be now are read', () => {
    const races = Array.from({ length: 99 }, (_, n) => ({ key: `call-${n}`, lost: 1 }));
    const item = toItem({ consent: aConsent({ races }), outbox: [aPurge(NOW)], now: NOW }, 'r1');
    const owed = item.outbox?.L?.[0] ?? { L: [] };

    const held = fromItem({ ...item, outbox: { L: Array.from({ length: 64 }, () => owed) } });

    expect(held.outbox).toHaveLength(64);
    expect(held.consent.races).toHaveLength(99);
  });

  it('take a full outbox and refuse one effect more', () => {
    const effects = Array.from({ length: OUTBOX_MAX + 1 }, () => aPurge(NOW));
    const full = { consent: aConsent(), outbox: effects.slice(1), now: NOW };
    const over = { consent: aConsent(), outbox: effects, now: NOW };

    expect(fromItem(toItem(full, 'r1')).outbox).toHaveLength(OUTBOX_MAX);
    expect(() => toItem(over, 'r1')).toThrow(
      expect.objectContaining({
        name: 'OutboxTooLong',
        message: expect.stringMatching(/"consent-1".* 47 effects, expected at most 46/),
      }),
    );
  });

  it('take an item below 390 KB and refuse a larger one, without quoting a token', () => {
    const tokenOf = (length: number) => ({ ...TOKEN, secret: new Secret('x'.repeat(length)) });
    const saving = (length: number) => () =>
      toItem({ consent: aConsent({ token: tokenOf(length) }), outbox: [], now: NOW }, 'r1');

    expect(saving(ITEM_BYTES_MAX - 2_000)).not.toThrow();
    expect(saving(ITEM_BYTES_MAX)).toThrow(
      expect.objectContaining({
        name: 'ConsentTooLarge',
        message: expect.stringMatching(/^.{0,200}$/),
      }),
    );
  });

  it('count bytes, not characters', () => {
    const secret = new Secret('€'.repeat(ITEM_BYTES_MAX / 3));
    const consent = aConsent({ token: { ...TOKEN, secret } });

    expect(() => toItem({ consent, outbox: [], now: NOW }, 'r1')).toThrow(/cannot be stored/);
  });
});
