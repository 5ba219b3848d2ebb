/**
 * Workers that break one promise each, made by wrapping what ships: its ports, its readings, its
 * acknowledgements. The simulation has to see every one of them.
 */
import { POLICIES } from '../../shared/consent/policy.ts';
import type { BatchDeps } from '../../shared/lifecycle/batch.ts';
import type { Held } from '../../shared/lifecycle/ports.ts';
import {
  ACKNOWLEDGED,
  AT_REST,
  NEWEST_TOKEN,
  NO_EARLY_CALL,
  NO_EARLY_END,
  NO_SECRET,
  ONE_NOTICE,
  SAVED_FIRST,
} from '../../tools/sim/invariants.ts';
import type { Mutation, Read } from '../../tools/sim/workers.ts';

export interface Mutant {
  readonly name: string;
  /** Any one of them names it. */
  readonly killedBy: readonly string[];
  readonly mutation: Mutation;
}

/** The same worker, each save led through `save`. */
function saving(save: (deps: BatchDeps) => BatchDeps['store']['save']): Mutation {
  return {
    deps: (deps) => {
      const { store } = deps;
      return {
        ...deps,
        store: {
          load: (ids) => store.load(ids),
          overdue: (before, max) => store.overdue(before, max),
          save: save(deps),
        },
      };
    },
  };
}

function withPolicy(change: Partial<(typeof POLICIES)['klarna-consent']>): Mutation {
  const policies = Object.fromEntries(
    Object.entries(POLICIES).map(([provider, policy]) => [provider, { ...policy, ...change }]),
  ) as typeof POLICIES;
  return { deps: (deps) => ({ ...deps, policies }) };
}

function reading(change: (reading: ReturnType<Read>) => ReturnType<Read>): Mutation {
  return { read: (read) => (record, now) => change(read(record, now)) };
}

function performing(perform: (deps: BatchDeps) => BatchDeps['perform']): Mutation {
  return { deps: (deps) => ({ ...deps, perform: perform(deps) }) };
}

/** Whatever timer fires gets the number of the one that is stored. */
function anyTimer(): Mutation {
  const stored = new Map<string, { readonly generation: number; readonly number: number }>();
  const recording = saving(({ store }) => async (next, revision) => {
    const saved = await store.save(next, revision);
    const { consentId, generation, timer } = next.consent;
    if (saved !== 'conflict') stored.set(consentId, { generation, number: timer?.number ?? 0 });
    return saved;
  });
  const renumbered = reading((made) => {
    if (made.kind !== 'event' || made.event.type !== 'TimerDue') return made;
    return { ...made, event: { ...made.event, ...stored.get(made.event.consentId) } };
  });
  return { ...recording, ...renumbered };
}

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
      return isClearing ? held : store.save(next, revision);
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
    name: 'drops the token of a message that it cannot read',
    killedBy: [NEWEST_TOKEN],
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
    mutation: withPolicy({ strikeWindowMinutes: 0 }),
  },
  {
    name: 'believes each lost race',
    killedBy: [NO_EARLY_END],
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
    mutation: withPolicy({ unattendedCallsPerDayMax: 1_000 }),
  },
  {
    name: 'takes every timer for the one that is set',
    killedBy: [AT_REST],
    mutation: anyTimer(),
  },
  {
    name: 'puts the token into its requests',
    killedBy: [NO_SECRET],
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
];
