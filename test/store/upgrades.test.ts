/**
 * A table outlives the code that wrote it: items of every version so far are read as what they
 * mean, decided upon and written back; and timers that were set then still wake their consent.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../shared/consent/consent.ts';
import { decide } from '../../shared/consent/decide.ts';
import { type Effect, scheduleName } from '../../shared/consent/effect.ts';
import type { ConsentEvent } from '../../shared/consent/event.ts';
import { POLICIES } from '../../shared/consent/policy.ts';
import { SCHEMA_VERSION } from '../../shared/consent/retention.ts';
import { readResult } from '../../shared/intake/read-result.ts';
import { readTimer } from '../../shared/intake/read-timer.ts';
import type { Reading } from '../../shared/intake/reading.ts';
import { accountListOf } from '../../shared/store/account-item.ts';
import { fromItem, type Item, toItem } from '../../shared/store/consent-item.ts';
import { answered, type CloudEvent, klarnaError, success } from '../support/local-messages.ts';
import { revealed } from '../support/revealed.ts';
import {
  allFrozen,
  ENDED,
  frozenItem,
  frozenText,
  namesOf,
  OWED,
  READ,
  STATES,
  type StateName,
  SUSPECT,
  VALID,
  VERSIONS,
  versionsFrozen,
} from './frozen-items.ts';

const at = Date.parse;

describe('the frozen items', () => {
  it('are there for every version of the schema', () => {
    expect(versionsFrozen()).toEqual(VERSIONS);
  });

  it.each(VERSIONS)('of %s are all there', (version) => {
    expect(namesOf(version)).toEqual(
      expect.arrayContaining([...STATES, 'accounts', 'history', 'timer-message']),
    );
  });
});

function read(version: string, name: StateName) {
  return fromItem(frozenItem(version, name));
}

describe.each(VERSIONS)('a consent stored by %s', (version) => {
  it.each(STATES)('in the item %s is read as what it is, with what is owed for it', (name) => {
    const { consent, outbox } = read(version, name);

    expect(revealed(consent)).toMatchObject(READ[name]);
    expect(outbox.map((effect) => effect.do)).toEqual(OWED[name]);
  });

  it.each(STATES)('in the item %s is the same after it is written back', (name) => {
    const { consent, outbox } = read(version, name);

    const again = fromItem(toItem({ consent, outbox, now: at('2027-01-01T00:00Z') }, 'next'));

    expect(revealed(again)).toEqual(revealed({ consent, outbox, revision: 'next' }));
  });

  it('goes on with the next success, and keeps its token', () => {
    const { consent } = read(version, 'state-valid');
    const more = { used: 'token-v6', operation: 'account-details', accountId: 'acc-1' };
    const next = answered(VALID, '2026-11-20T07:00:00Z', success('token-v7'), more);

    const after = decided(consent, heard(next));

    expect(after.consent.token?.secret.reveal()).toBe('token-v7');
    expect(after.consent.calls).toHaveLength(consent.calls.length - 1);
  });

  it('knows a message that was applied then for a duplicate', () => {
    const { consent } = read(version, 'state-valid');
    const known = answered(VALID, '2026-11-20T06:40:00Z', success(), { id: 'report-8' });

    const decision = decide(consent, heard(known), POLICIES);

    expect(decision).toEqual({ outcome: 'ignored', reason: 'duplicate' });
  });

  it('stays ended at a late error, and is proved alive by a later success', () => {
    const { consent } = read(version, 'state-ended');
    const time = '2026-11-21T08:00:00Z';
    const late = answered(ENDED, time, klarnaError('CONSENT.REVOKED'), { used: 'token-e1' });
    const alive = answered(ENDED, time, success('token-e2'), { used: 'token-e1' });

    const decision = decide(consent, heard(late), POLICIES);
    const after = decided(consent, heard(alive));

    expect(decision).toEqual({ outcome: 'ignored', reason: 'ended' });
    expect(after.consent).toMatchObject({ status: 'valid', generation: 2 });
    expect(bodiesOf(after.effects)).toContainEqual({
      type: 'reconsent.withdrawn',
      reason: 'OK',
      withdraws: READ['state-ended'].end.required,
    });
  });
});

describe.each(VERSIONS)('a timer set by %s', (version) => {
  const message = frozenText(version, 'timer-message');
  const timer = () => {
    const due = READ['state-suspect'].timer.dueAt;
    return eventOf(readTimer({ messageId: 'm', body: message, sentAt: due }, due));
  };

  it('wakes its consent, which asks for the confirming call', () => {
    const { consent } = read(version, 'state-suspect');

    const { effects } = decided(consent, timer());

    expect(effects).toContainEqual(
      expect.objectContaining({
        do: 'RequestCall',
        reason: 'confirm',
        call: READ['state-suspect'].strikes[0].call,
      }),
    );
  });

  it('is removed by its name when it is no longer wanted', () => {
    const { consent } = read(version, 'state-suspect');
    const alive = answered(SUSPECT, '2026-11-21T12:00:00Z', success('token-s3'), {
      used: 'token-s2',
    });

    const { effects } = decided(consent, heard(alive));

    const removed = effects.flatMap((one) => ('cancels' in one ? one.cancels : []));
    expect(removed.map(scheduleName)).toEqual([JSON.parse(message).id]);
  });
});

describe('an account list', () => {
  it.each(allFrozen('accounts'))('stored by %s as %s is read', (version, name) => {
    expect(accountListOf(VALID, frozenItem(version, name))).toEqual({
      consentId: VALID,
      at: at('2026-11-20T06:15:00Z'),
      accounts: [
        { id: 'acc-1', iban: 'DE02120300000000202051', currency: 'EUR' },
        { id: 'acc-2', currency: 'EUR' },
      ],
    });
  });
});

describe('the code before the next', () => {
  const LATER: AttributeValue = { M: { list: { L: [{ N: '1' }] } } };
  const newest = `v${SCHEMA_VERSION}`;

  it.each(STATES)('reads %s with attributes that it does not know', (name) => {
    const item = frozenItem(newest, name);

    expect(revealed(fromItem(extended(item, LATER)))).toEqual(revealed(fromItem(item)));
  });

  it('reads an account list with attributes that it does not know', () => {
    const item = frozenItem(newest, 'accounts');

    expect(accountListOf(VALID, extended(item, LATER))).toEqual(accountListOf(VALID, item));
  });

  it.each(STATES)('finds %s as it wrote it', (name) => {
    const item = frozenItem(newest, name);
    const { consent, outbox, revision } = fromItem(item);

    const written = toItem({ consent, outbox, now: Number(item.owedAt?.N) }, revision);

    expect(written).toEqual(item);
  });
});

/** The item with one attribute more, and each of its maps but the one whose names are data. */
function extended(item: Item, value: AttributeValue): Item {
  const inner = (one: AttributeValue): AttributeValue => {
    if (one.M !== undefined) return { M: extended(one.M, value) };
    return one.L === undefined ? one : { L: one.L.map(inner) };
  };
  const entries = Object.entries(item).map(([name, one]) =>
    name === 'counts' ? ([name, one] as const) : ([name, inner(one)] as const),
  );
  return { ...Object.fromEntries(entries), later: value };
}

function heard(message: CloudEvent): ConsentEvent {
  const sentAt = at(message.time) + 500;
  return eventOf(readResult({ messageId: 'm', body: JSON.stringify(message), sentAt }, sentAt));
}

function eventOf(reading: Reading): ConsentEvent {
  if (reading.kind !== 'event') throw new Error(`unreadable: ${reading.reason}`);
  return reading.event;
}

function decided(state: Consent, event: ConsentEvent) {
  const decision = decide(state, event, POLICIES);
  if (decision.outcome === 'ignored') throw new Error(`ignored: ${decision.reason}`);
  return { consent: decision.next, effects: decision.effects };
}

function bodiesOf(effects: readonly Effect[]) {
  return effects.flatMap((one) => (one.do === 'PublishNotice' ? [one.notice.body] : []));
}
