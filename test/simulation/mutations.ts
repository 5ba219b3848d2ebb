/**
 * What a mutant may change, by wrapping what ships: its ports, its readings, what it performs. The
 * parts themselves stay as they are.
 */
import {
  type BatchGetItemCommand,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { POLICIES } from '../../shared/consent/policy.ts';
import type { BatchDeps } from '../../shared/lifecycle/batch.ts';
import { DynamoBrake } from '../../shared/store/dynamo-brake.ts';
import type { Rates } from '../../tools/sim/faults.ts';
import { SIMULATED_POLICIES } from '../../tools/sim/policies.ts';
import { TABLE_NAME } from '../../tools/sim/table.ts';
import type { Mutation, Read } from '../../tools/sim/workers.ts';

export interface Mutant {
  readonly name: string;
  /** Any one of them names it. */
  readonly killedBy: readonly string[];
  readonly mutation: Mutation;
  /** Of the faults without which it would do no harm. */
  readonly rates?: Partial<Rates>;
  /** Where a few are too few for it. */
  readonly consents?: number;
}

/** The same worker, each save led through `save`. */
export function saving(save: (deps: BatchDeps) => BatchDeps['store']['save']): Mutation {
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

export function withPolicy(change: Partial<(typeof POLICIES)['klarna-consent']>): Mutation {
  const policies = Object.fromEntries(
    Object.entries(SIMULATED_POLICIES).map(([provider, policy]) => [
      provider,
      { ...policy, ...change },
    ]),
  ) as typeof POLICIES;
  return { deps: (deps) => ({ ...deps, policies }) };
}

export function reading(change: (reading: ReturnType<Read>) => ReturnType<Read>): Mutation {
  return { read: (read) => (record, now) => change(read(record, now)) };
}

export function performing(perform: (deps: BatchDeps) => BatchDeps['perform']): Mutation {
  return { deps: (deps) => ({ ...deps, perform: perform(deps) }) };
}

/** Whatever timer fires gets the number of the one that is stored. */
export function anyTimer(): Mutation {
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

/** Whatever the bank says of a consent that has ended counts as a success. */
export function lateErrorsRevive(): Mutation {
  const ended = new Set<string>();
  const recording = saving(({ store }) => async (next, revision) => {
    const saved = await store.save(next, revision);
    const { consentId, end } = next.consent;
    if (saved === 'conflict') return saved;
    if (end === undefined) ended.delete(consentId);
    else ended.add(consentId);
    return saved;
  });
  const revived = reading((made) => {
    if (made.kind !== 'event' || made.event.type !== 'BankCallCompleted') return made;
    const { consentId, finding } = made.event;
    if (!ended.has(consentId) || !finding.category.startsWith('CONSENT')) return made;
    return { ...made, event: { ...made.event, finding: { ...finding, category: 'OK' } } };
  });
  return { ...recording, ...revived };
}

/** Leaves out the requests for a confirming call that `isLeftOut` names by their attempt. */
export function confirming(isLeftOut: (attempt: number) => boolean): Mutation {
  return performing(({ perform }) => async (effect, consentId) => {
    const isConfirming = effect.do === 'RequestCall' && effect.reason === 'confirm';
    if (!isConfirming || !isLeftOut(effect.attempt)) await perform(effect, consentId);
  });
}

/** The same worker, each end asked about through `hold`. */
export function braking(hold: (deps: BatchDeps) => BatchDeps['brake']['hold']): Mutation {
  return {
    deps: (deps) => {
      const { brake } = deps;
      return { ...deps, brake: { active: (alive) => brake.active(alive), hold: hold(deps) } };
    },
  };
}

/** The shipped brake, which counts an end only once it has read the counts. */
export function readsBeforeItCounts(): Mutation {
  return {
    deps: (deps, { dynamo }) => {
      const hold = async (ending: Parameters<BatchDeps['brake']['hold']>[0]) => {
        let count: UpdateItemCommand | undefined;
        const send = async (command: UpdateItemCommand | BatchGetItemCommand) => {
          if (command instanceof UpdateItemCommand) {
            count = command;
            return {};
          }
          const read = await dynamo.send(command);
          if (count !== undefined) await dynamo.send(count);
          return read;
        };
        return new DynamoBrake({ send } as unknown as DynamoDBClient, TABLE_NAME).hold(ending);
      };
      return { ...deps, brake: { active: (alive) => deps.brake.active(alive), hold } };
    },
  };
}
