/**
 * Everything the core can say is said in some story that goes through the spine: each reason to
 * ignore an event, each note, each effect, each kind of notice and each reason for a request. A new
 * word without a story does not compile.
 */
import { describe, expect, it } from 'vitest';
import type { IgnoredReason } from '../../shared/consent/decide.ts';
import type { Note } from '../../shared/consent/draft.ts';
import type { EffectKind, RequestReason } from '../../shared/consent/effect.ts';
import type { NoticeType } from '../../shared/consent/notice.ts';
import {
  answer,
  CONSENT_ID,
  endingDecided,
  granted,
  itsTimer,
  replaced,
  rescued,
  type Step,
  timerDue,
  withdrawn,
} from '../support/story.ts';
import { deliver, heldIn, type Twins, twins } from '../support/twins.ts';

type Story = readonly Step[];

const GRANTED = granted('2026-11-01T10:00Z', { token: 't0' });
const OK = answer('2026-11-22T08:00Z', 'OK', { used: 't0', token: 't1' });
const FIRST = answer('2026-11-22T08:00Z', 'CONSENT.EXPIRED');
const END = answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED');
const HICCUP = answer('2026-11-22T08:00Z', 'TECHNICAL', { operation: 'balances' });
const USED_UP = answer('2026-11-22T15:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances' });
const AWAY = answer('2026-11-22T08:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
  operation: 'balances',
  accountId: 'acc-1',
});
const HELD_BANK = 'bank-in-trouble';
const ENDED: Story = [GRANTED, FIRST, END];
const stale = (minute: string) => answer(`2026-11-22T09:${minute}Z`, 'CONSENT', { used: 't0' });
const calls = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    answer('2026-11-22T08:00Z', 'TECHNICAL', { operation: 'balances', accountId: `acc-${n}` }),
  );

const PAYMENT = { provider: 'hamsterbank', operation: 'transfer', instructionId: 'i-1' } as const;

const IGNORED: Readonly<Record<IgnoredReason, Story>> = {
  duplicate: [GRANTED, OK, OK],
  'earlier-generation': [
    GRANTED,
    granted('2026-11-20T10:00Z', { token: 't9' }),
    HICCUP,
    stale('00'),
  ],
  ended: [...ENDED, HICCUP, answer('2026-11-24T08:00Z', 'TECHNICAL')],
  'older-than-grant': [GRANTED, withdrawn('2026-10-31T10:00Z', 'psu')],
  'names-itself': [GRANTED, replaced('2026-11-02T10:00Z', CONSENT_ID)],
  'nothing-new': [GRANTED, OK, granted('2026-11-01T09:00Z')],
  'stale-timer': [GRANTED, FIRST, timerDue('2026-11-23T08:20Z', 1, 7)],
  'unknown-consent': [timerDue('2026-11-23T08:20Z', 1, 1)],
  'not-held': [GRANTED, endingDecided('2026-11-22T08:00Z', 'release')],
  'token-not-kept': [
    granted('2026-11-01T10:00Z', { provider: 'keybank' }),
    rescued('2026-11-22T08:00Z', 't1'),
  ],
};

const NOTES: Readonly<Record<Note, Story>> = {
  'token-rotated': [GRANTED, OK],
  'token-not-renewed': [GRANTED, answer('2026-11-22T08:00Z', 'OK', { used: 't0' })],
  'token-outdated': [GRANTED, OK, answer('2026-11-22T07:00Z', 'OK', { used: 't0', token: 't5' })],
  'transfer-token-without-instruction': [
    answer('2026-11-22T08:00Z', 'OK', { operation: 'transfer', transferToken: 'tt' }),
  ],
  'clock-ahead': [{ ...OK, clockAhead: true }],
  strike: [FIRST],
  'strike-dropped': [GRANTED, OK, answer('2026-11-22T07:00Z', 'CONSENT')],
  'strike-reprieved': [
    GRANTED,
    FIRST,
    answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED', { used: 't0', token: 't1' }),
  ],
  'strike-voided': [GRANTED, FIRST, answer('2026-11-23T08:20Z', 'OK', { used: 't0', token: 't1' })],
  'payment-known': [
    answer('2026-11-22T08:00Z', 'NO_RESPONSE', PAYMENT),
    answer('2026-11-22T08:31Z', 'BANK.TRANSFER_DENIED.DUPLICATE', PAYMENT),
  ],
  'race-lost': [GRANTED, OK, stale('00')],
  'race-lost-too-often': [GRANTED, OK, stale('00'), stale('01'), stale('02'), stale('03')],
  'ending-held': [
    GRANTED,
    FIRST,
    answer('2026-11-23T08:20Z', 'CONSENT.EXPIRED', { bank: { id: HELD_BANK } }),
  ],
  ended: ENDED,
  revived: [...ENDED, answer('2026-11-23T08:10Z', 'OK', { used: 't0', token: 't1' })],
  'limit-wait': [USED_UP],
  'rolling-window': [
    USED_UP,
    answer('2026-11-23T08:00Z', 'CONSENT.LIMIT_EXCEEDED', { operation: 'balances' }),
  ],
  'given-up': [answer('2026-11-22T08:00Z', 'REQUEST')],
  displaced: calls(33),
  unanswered: [GRANTED, HICCUP, itsTimer(), itsTimer()],
  'day-full': [
    answer('2026-11-22T08:00Z', 'OK', { bank: { unattendedCallsPerDayMax: 1 } }),
    answer('2026-11-22T09:00Z', 'TECHNICAL'),
    itsTimer(),
  ],
  'credential-failed': [answer('2026-11-22T08:00Z', 'CREDENTIAL')],
  'client-quota-used-up': [answer('2026-11-22T08:00Z', 'RATE_LIMIT.CLIENT_QUOTA')],
  unclassified: [answer('2026-11-22T08:00Z', 'UNKNOWN')],
};

const EFFECTS: Readonly<Record<EffectKind, Story>> = {
  SetTimer: [FIRST],
  CancelTimer: ENDED,
  RequestCall: [GRANTED, FIRST, itsTimer()],
  PublishNotice: ENDED,
  PurgeAccounts: [GRANTED, AWAY],
  ReplaceConsent: [granted('2026-11-01T10:00Z', { supersedes: 'consent-old' })],
  Remember: [GRANTED],
};

const REQUESTS: Readonly<Record<RequestReason, Story>> = {
  confirm: [GRANTED, FIRST, itsTimer()],
  'limit-over': [GRANTED, USED_UP, itsTimer()],
  retry: [GRANTED, HICCUP, itsTimer()],
  'stale-token': [GRANTED, OK, stale('00')],
  'fresh-accounts': [GRANTED, AWAY],
  resume: [GRANTED, HICCUP, FIRST, answer('2026-11-22T09:00Z', 'OK', { used: 't0' }), itsTimer()],
};

const NOTICES: Readonly<Record<NoticeType, Story>> = {
  'reconsent.required': ENDED,
  'reconsent.withdrawn': [...ENDED, withdrawn('2026-11-24T08:00Z', 'tpp')],
  'consent.expiring': [
    granted('2026-11-01T10:00Z', { validUntil: '2027-04-01T10:00Z' }),
    itsTimer(),
  ],
  'consent.action-required': [GRANTED, answer('2026-11-22T08:00Z', 'CONSENT.PERMISSION_DENIED')],
  'account-cache.purged': [GRANTED, AWAY],
  'account-cache.relinked': [
    GRANTED,
    AWAY,
    answer('2026-11-22T08:01Z', 'OK', { accounts: ['acc-1'] }),
  ],
  'consent.status-changed': ENDED,
};

/** Plays the story through the spine, one message at a time. */
async function told(story: Story): Promise<Twins> {
  const world = twins();
  world.brake.decide(HELD_BANK, { heldUntil: Number.MAX_SAFE_INTEGER });
  for (const step of story) {
    const consent = (await heldIn(world))?.consent;
    if (typeof step === 'function' && consent === undefined) throw new Error('nothing to go by');
    const event = typeof step === 'function' ? step(consent as NonNullable<typeof consent>) : step;
    world.now = event.now;
    await deliver(world, event);
  }
  return world;
}

const entries = <Name extends string>(stories: Readonly<Record<Name, Story>>) =>
  Object.entries(stories) as [Name, Story][];

describe('every word of the core', () => {
  it.each(entries(IGNORED))('an event is ignored: %s', async (reason, story) => {
    const { lines } = await told(story);

    expect(lines.at(-1)).toMatchObject({ outcome: 'ignored', reason });
  });

  it.each(entries(NOTES))('a decision is noted: %s', async (note, story) => {
    const { lines } = await told(story);

    expect(lines.at(-1)?.notes).toContain(note);
  });

  it.each(entries(EFFECTS))('an effect is performed: %s', async (kind, story) => {
    const { lines, performed } = await told(story);

    expect(lines.at(-1)?.effects).toContain(kind);
    expect(performed.map((effect) => effect.do)).toContain(kind);
  });

  it.each(entries(REQUESTS))('a call is requested: %s', async (reason, story) => {
    const { performed } = await told(story);

    const requests = performed.filter((effect) => effect.do === 'RequestCall');
    expect(requests.map((request) => request.reason)).toContain(reason);
  });

  it.each(entries(NOTICES))('a notice is published: %s', async (type, story) => {
    const { performed } = await told(story);

    const notices = performed.filter((effect) => effect.do === 'PublishNotice');
    expect(notices.map(({ notice }) => notice.body.type)).toContain(type);
  });
});
