/**
 * Workers that break one promise each, made by wrapping what ships: its ports, its readings, its
 * acknowledgements. The simulation has to see every one of them.
 */
import { POLICIES } from '../../shared/consent/policy.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import {
  ACKNOWLEDGED,
  AGREEMENT,
  AT_REST,
  ATTENDED,
  ENDED_STAYS,
  FOUND_IN_TIME,
  NEWEST_TOKEN,
  NO_EARLY_CALL,
  NO_EARLY_END,
  NO_SECRET,
  ONE_NOTICE,
  PAID_ONCE,
  SAVED_FIRST,
} from '../../tools/sim/invariants.ts';
import { BRAKE_MUTANTS } from './brake-mutants.ts';
import {
  anyTimer,
  confirming,
  lateErrorsRevive,
  type Mutant,
  performing,
  reading,
  saving,
  withPolicy,
} from './mutations.ts';

/** What keeps two workers from writing at the same time. */
const UNDISTURBED = {
  'call-refused': 0,
  'worker-dies': 0,
  'message-late': 0,
  'report-late': 0,
  'bank-in-trouble': 0,
} as const;

const FINAL_AT_ONCE = { strikes: 1, spanDays: 0 } as const;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'performs before it saves',
    killedBy: [SAVED_FIRST],
    mutation: saving((deps) => async (next, revision) => {
      for (const effect of next.outbox) {
        await deps.perform(effect, next.consent.consentId).catch(() => {});
      }
      return deps.store.save(next, revision);
    }),
  },
  {
    name: 'acknowledges what has failed',
    killedBy: [ACKNOWLEDGED],
    mutation: { failed: () => [] },
  },
  {
    name: 'says that it has saved what it has not',
    killedBy: [ACKNOWLEDGED],
    mutation: saving(({ store }) => async (next, revision) => {
      const isUnlucky = next.consent.version % 7 === 0;
      if (!isUnlucky) return store.save(next, revision);
      return { consent: next.consent, outbox: next.outbox, revision: revision ?? '' } as Held;
    }),
  },
  {
    name: 'writes over what another worker wrote',
    killedBy: [ACKNOWLEDGED, NEWEST_TOKEN],
    rates: { ...UNDISTURBED, 'call-slow': 0.7, 'psu-visit': 1, 'second-sync': 1 },
    consents: 40,
    mutation: saving(({ store }) => async (next, revision) => {
      const saved = await store.save(next, revision);
      if (saved !== 'conflict') return saved;
      const now = await store.load([next.consent.consentId]);
      return store.save(next, now.get(next.consent.consentId)?.revision);
    }),
  },
  {
    name: 'forgets to clear what it has performed',
    killedBy: [AT_REST],
    mutation: saving(({ store }) => async (next, revision) => {
      const held = (await store.load([next.consent.consentId])).get(next.consent.consentId);
      const isClearing = held?.consent.version === next.consent.version;
      // A timer that is set again once it is past would bring its message again without end.
      const isOfTimer = held?.outbox.some(({ key }) => key === 'timer');
      return isClearing && !isOfTimer ? held : store.save(next, revision);
    }),
  },
  {
    name: 'sets no timer',
    killedBy: [AT_REST],
    mutation: performing(({ perform }) => async (effect, consentId) => {
      if (effect.do !== 'SetTimer') await perform(effect, consentId);
    }),
  },
  {
    name: 'leaves the timers that it replaces',
    killedBy: [AT_REST],
    mutation: performing(({ perform }) => async (effect, consentId) => {
      if (effect.do === 'CancelTimer') return;
      const { ...same } = effect;
      await perform(same.do === 'SetTimer' ? { ...same, cancels: [] } : same, consentId);
    }),
  },
  {
    name: 'believes the last token to arrive',
    killedBy: [NEWEST_TOKEN, ONE_NOTICE],
    mutation: {
      read: (read) => (record, now) => {
        const made = read(record, now);
        if (made.kind !== 'event' || made.event.type !== 'BankCallCompleted') return made;
        const { usedFingerprint: _used, ...event } = made.event;
        return { ...made, event: { ...event, at: now } };
      },
    },
  },
  {
    name: 'takes the refusal of an old token for news of a renewed consent',
    killedBy: [NEWEST_TOKEN, ONE_NOTICE],
    rates: { renewal: 0.3, 'report-late': 0.3, 'visit-at-once': 0 },
    mutation: saving(({ store }) => async (next, revision) => {
      const { evidenceAt: strangerAt = 0 } = next.consent;
      return store.save({ ...next, consent: { ...next.consent, strangerAt } }, revision);
    }),
  },
  {
    name: 'drops the token of a message that it cannot read',
    killedBy: [NEWEST_TOKEN],
    rates: { 'report-broken': 0.3, 'psu-visit': 0.9 },
    mutation: reading((made) =>
      made.kind === 'unreadable' ? { kind: made.kind, reason: made.reason } : made,
    ),
  },
  {
    name: 'believes the first error',
    killedBy: [NO_EARLY_END],
    mutation: withPolicy({
      finality: {
        'CONSENT.EXPIRED': FINAL_AT_ONCE,
        'CONSENT.REVOKED': FINAL_AT_ONCE,
        CONSENT: FINAL_AT_ONCE,
      },
    }),
  },
  {
    name: 'counts each error of a sync as a strike',
    killedBy: [NO_EARLY_END],
    rates: { 'psu-visit': 0.9, 'bank-lies': 0.2 },
    mutation: withPolicy({ strikeWindowMinutes: 0 }),
  },
  {
    name: 'believes each lost race',
    killedBy: [NO_EARLY_END],
    rates: { 'psu-visit': 0.9, 'bank-slow': 0.3 },
    mutation: withPolicy({ lostRacesMax: 0, strikeWindowMinutes: 0 }),
  },
  {
    name: 'confirms a strike at once',
    killedBy: [NO_EARLY_CALL],
    mutation: withPolicy({ confirmAfterMinutes: 1 }),
  },
  {
    name: 'does not mind the day of the bank',
    killedBy: [NO_EARLY_CALL],
    rates: { 'bank-out': 0.5, 'second-sync': 0.8, 'request-twice': 0.5 },
    mutation: withPolicy({ unattendedCallsPerDayMax: 1_000 }),
  },
  {
    name: 'takes every timer for the one that is set',
    killedBy: [AT_REST],
    rates: { 'bank-out': 0.5, 'timer-after-removal': 0.5, 'timer-twice': 0.5 },
    mutation: anyTimer(),
  },
  {
    name: 'puts the token into its requests',
    killedBy: [NO_SECRET],
    rates: { 'bank-out': 0.3 },
    mutation: performing(({ perform, store }) => async (effect, consentId) => {
      if (effect.do !== 'RequestCall') return perform(effect, consentId);
      const token = (await store.load([consentId])).get(consentId)?.consent.token;
      const parameters = { token: token?.secret.reveal() };
      await perform({ ...effect, call: { ...effect.call, parameters } }, consentId);
    }),
  },
  {
    name: 'says a notice under another id each time',
    killedBy: [SAVED_FIRST, ONE_NOTICE],
    mutation: performing(({ perform, clock }) => async (effect, consentId) => {
      if (effect.do !== 'PublishNotice') return perform(effect, consentId);
      const { notice } = effect;
      await perform({ ...effect, notice: { ...notice, id: `${notice.id}.${clock()}` } }, consentId);
    }),
  },
  {
    name: 'says a notice under another id each time that it saves it',
    killedBy: [ONE_NOTICE],
    rates: { 'answer-lost': 0.3, 'bank-ends': 0.2 },
    mutation: saving(({ store, clock }) => (next, revision) => {
      const outbox = next.outbox.map((effect) => {
        if (effect.do !== 'PublishNotice') return effect;
        const [id] = effect.notice.id.split('@');
        return { ...effect, notice: { ...effect.notice, id: `${id}@${clock()}` } };
      });
      return store.save({ ...next, outbox }, revision);
    }),
  },
  {
    name: 'takes what the bank says after the end for a success',
    killedBy: [ENDED_STAYS],
    rates: { 'psu-visit': 0.9, 'bank-ends': 0.2 },
    mutation: lateErrorsRevive(),
  },
  {
    name: 'takes every grant for an old one',
    killedBy: [AGREEMENT],
    mutation: reading((made) => {
      if (made.kind !== 'event' || made.event.type !== 'ConsentGranted') return made;
      return { ...made, event: { ...made.event, at: 0 } };
    }),
  },
  {
    name: 'has nobody confirm a strike',
    killedBy: [FOUND_IN_TIME],
    rates: { 'bank-ends': 0.2 },
    mutation: confirming(() => true),
  },
  {
    name: 'asks for a confirming call once and not again',
    killedBy: [FOUND_IN_TIME],
    rates: { 'bank-ends': 0.2, 'request-unserved': 0.5 },
    mutation: confirming((attempt) => attempt > 1),
  },
  {
    name: 'takes every call for an unattended one',
    killedBy: [ATTENDED],
    mutation: reading((made) => {
      if (made.kind !== 'event' || made.event.type !== 'BankCallCompleted') return made;
      const { call } = made.event;
      return { ...made, event: { ...made.event, call: { ...call, attended: false } } };
    }),
  },
  {
    name: 'has every bank pay again',
    killedBy: [PAID_ONCE],
    rates: { payment: 0.5, 'response-lost': 0.2 },
    mutation: withPolicy({ idempotentPayments: true }),
  },
  {
    name: 'has a bank pay again for a day',
    killedBy: [PAID_ONCE],
    rates: { payment: 0.5, 'bank-out': 0.8 },
    mutation: withPolicy({ paymentLifeHours: 24 }),
  },
  {
    name: 'comes again in half an hour when the month is used up',
    killedBy: [NO_EARLY_CALL],
    rates: { 'quota-used-up': 0.5 },
    mutation: withPolicy({
      reactions: {
        ...POLICIES.hamsterbank.reactions,
        'RATE_LIMIT.CLIENT_QUOTA': { do: 'climb-ladder', minutes: [30], endless: true },
      },
    }),
  },
  ...BRAKE_MUTANTS,
];
