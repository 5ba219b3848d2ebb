/** Workers that hold what they should let go, or let go what they should hold. (rule 20) */
import { HOUR } from '../../shared/consent/instant.ts';
import { HELD_IN_TIME, NOT_ALL_ASKED } from '../../tools/sim/invariants.ts';
import {
  braking,
  type Mutant,
  reading,
  readsBeforeItCounts,
  saving,
  withPolicy,
} from './mutations.ts';

const TROUBLE = { rates: { 'bank-in-trouble': 0.3, 'bank-ends': 0.05 }, consents: 40 } as const;

export const BRAKE_MUTANTS: readonly Mutant[] = [
  {
    name: 'asks no brake',
    killedBy: [NOT_ALL_ASKED],
    ...TROUBLE,
    mutation: braking(() => async () => false),
  },
  {
    name: 'counts an end once it has read the counts',
    killedBy: [NOT_ALL_ASKED],
    ...TROUBLE,
    mutation: readsBeforeItCounts(),
  },
  {
    name: 'lets an end go that it cannot count',
    killedBy: [NOT_ALL_ASKED],
    ...TROUBLE,
    rates: { ...TROUBLE.rates, 'call-refused': 0.3 },
    mutation: braking(
      ({ brake }) =>
        (ending) =>
          brake.hold(ending).catch(() => false),
    ),
  },
  {
    name: 'holds an end without end',
    killedBy: [HELD_IN_TIME],
    ...TROUBLE,
    mutation: withPolicy({ brakeHoldHours: 10_000 }),
  },
  {
    name: 'begins the 72 hours anew with each save',
    killedBy: [HELD_IN_TIME],
    ...TROUBLE,
    mutation: saving(({ store, clock }) => (next, revision) => {
      const { consent } = next;
      const held = consent.held && { ...consent.held, until: clock() + 72 * HOUR };
      return store.save({ ...next, consent: { ...consent, ...(held && { held }) } }, revision);
    }),
  },
  {
    name: 'forgets a release',
    killedBy: [HELD_IN_TIME],
    ...TROUBLE,
    mutation: reading((made) => {
      if (made.kind !== 'event' || made.event.type !== 'EndingDecided') return made;
      return { ...made, event: { ...made.event, at: 0 } };
    }),
  },
];
