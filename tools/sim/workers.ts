/**
 * The functions, as Lambda runs them: so many side by side, each for half a minute at most, on the
 * shipped intake, spine, store and performers. A run that has died leaves its messages to the
 * visibility timeout.
 */

import { MINUTE, SECOND } from '../../shared/consent/instant.ts';
import { performWith } from '../../shared/effects/perform.ts';
import { readResult } from '../../shared/intake/read-result.ts';
import { readTimer } from '../../shared/intake/read-timer.ts';
import type { QueueRecord, Reading } from '../../shared/intake/reading.ts';
import { type BatchDeps, takeBatch } from '../../shared/lifecycle/batch.ts';
import { OVERDUE_AFTER, sweep } from '../../shared/lifecycle/sweep.ts';
import { setAside } from '../../shared/runtime/dead-letters.ts';
import { DynamoAccountCache } from '../../shared/store/dynamo-account-cache.ts';
import { DynamoBrake } from '../../shared/store/dynamo-brake.ts';
import { DynamoConsentStore } from '../../shared/store/dynamo-consent-store.ts';
import { queueArn, SCHEDULE_GROUP, SCHEDULER_ROLE_ARN } from '../local/resources.ts';
import { type Aws, type Clients, clientsOf, type Run } from './aws.ts';
import { SIMULATED_POLICIES } from './policies.ts';
import type { Queue, QueuedMessage } from './queue.ts';
import { TABLE_NAME } from './table.ts';
import type { Watch } from './watch.ts';

const RUNS_MAX = 3;
const FUNCTION_TIMEOUT_MS = 30 * SECOND;
const RESERVE_MS = 10 * SECOND;
const SWEEP_EVERY_MS = 15 * MINUTE;

export type Read = (record: QueueRecord, now: number) => Reading;

/** What a protocol mutant changes, from outside: the parts that ship stay as they are. */
export interface Mutation {
  readonly deps?: (deps: BatchDeps, clients: Clients) => BatchDeps;
  readonly read?: (read: Read) => Read;
  /** The ids that come again, instead of those the batch named. */
  readonly failed?: (ids: readonly string[]) => readonly string[];
}

export class Workers {
  readonly #aws: Aws;
  readonly #watch: Watch;
  readonly #mutation: Mutation;
  readonly #running = new Map<Queue, number>();
  #runs = 0;
  #revisions = 0;

  constructor(aws: Aws, watch: Watch, mutation: Mutation) {
    this.#aws = aws;
    this.#watch = watch;
    this.#mutation = mutation;
  }

  /** Begins to work on what comes into the queue. */
  feed(queue: Queue): void {
    const read = queue.name === 'due-timers' ? readTimer : readResult;
    const altered = this.#mutation.read?.(read) ?? read;
    queue.onMessage = () => {
      while ((this.#running.get(queue) ?? 0) < RUNS_MAX) {
        const messages = queue.take();
        if (messages.length === 0) return;
        this.#take(queue, messages, altered);
      }
    };
  }

  sweepRegularly(): void {
    const { table, world } = this.#aws;
    const { agenda } = world;
    // One that would find nothing is left out: of all steps they would be two in five.
    if (table.owes(agenda.now - OVERDUE_AFTER)) {
      this.#run('sweep', undefined, async (deps) => {
        await sweep(deps);
      });
    }
    agenda.after(SWEEP_EVERY_MS, () => this.sweepRegularly());
  }

  #take(queue: Queue, messages: readonly QueuedMessage[], read: Read): void {
    this.#running.set(queue, (this.#running.get(queue) ?? 0) + 1);
    const { agenda } = this.#aws.world;
    this.#run(queue.name, queue, async (deps, run) => {
      const now = agenda.now;
      const batch = messages.map((one) => ({ ...one, reading: read(one, now) }));
      const failed = await takeBatch(batch, deps);
      if (run.dead) return;
      const again = this.#mutation.failed?.(failed) ?? failed;
      for (const message of messages) {
        if (again.includes(message.messageId)) continue;
        queue.acknowledge(message);
        this.#watch.acknowledged(queue.name, message.body);
      }
    });
  }

  /** One run of a function, from its beginning to its end or its death. */
  #run(
    name: string,
    queue: Queue | undefined,
    work: (deps: BatchDeps, run: Run) => Promise<void>,
  ): void {
    const { world } = this.#aws;
    this.#runs += 1;
    const run: Run = { name: `${name}#${this.#runs}`, dead: false };
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      run.dead = true;
      if (queue === undefined) return;
      this.#running.set(queue, (this.#running.get(queue) ?? 0) - 1);
      world.agenda.after(0, () => queue.onMessage());
    };
    const die = () => {
      world.log(`${run.name} dies`);
      end();
    };
    const begun = world.agenda.now;
    world.agenda.at(begun + FUNCTION_TIMEOUT_MS, () => {
      if (!over) world.count('function-timeout');
      end();
    });
    const clients = clientsOf(this.#aws, run, die);
    const deps = this.#depsOf(clients, queue, begun);
    world.woken = true;
    work(this.#mutation.deps?.(deps, clients) ?? deps, run).then(end, (cause) => {
      world.log(`${run.name} fails: ${cause}`);
      end();
    });
  }

  #depsOf(clients: Clients, queue: Queue | undefined, begun: number): BatchDeps {
    const { world } = this.#aws;
    const clock = () => world.agenda.now;
    const newRevision = () => {
      this.#revisions += 1;
      return `r${this.#revisions}`;
    };
    const cache = new DynamoAccountCache(clients.dynamo, TABLE_NAME);
    const letters = { sqs: clients.sqs, deadLetterQueueUrl: `${queue?.name}-dlq` };
    return {
      store: new DynamoConsentStore(clients.dynamo, TABLE_NAME, newRevision),
      cache,
      brake: new DynamoBrake(clients.dynamo, TABLE_NAME),
      journal: { decided: (line) => this.#watch.decided(line) },
      policies: SIMULATED_POLICIES,
      clock,
      perform: performWith({
        ...clients,
        accounts: cache,
        clock,
        tableName: TABLE_NAME,
        bankCallResultsUrl: 'bank-call-results',
        bankCallRequestsUrl: 'bank-call-requests.fifo',
        dueTimersUrl: 'due-timers',
        dueTimersArn: queueArn('due-timers'),
        reConsentTopicArn: 're-consent',
        consentNoticesTopicArn: 'consent-notices',
        scheduleGroup: SCHEDULE_GROUP,
        schedulerRoleArn: SCHEDULER_ROLE_ARN,
        schedulerDlqArn: queueArn('scheduler-dlq'),
      }),
      setAside: (message, reason) => setAside(message, reason, letters),
      hasTime: () => clock() < begun + FUNCTION_TIMEOUT_MS - RESERVE_MS,
      failed: ({ messageId }, cause) => world.log(`${messageId} comes again: ${cause}`),
    };
  }
}
