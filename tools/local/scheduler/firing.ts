/**
 * Firing: every occurrence that is due is sent to its target, at least once and never early. What
 * the target refuses is tried again with growing pauses until the retry policy is used up, then it
 * goes to the dead-letter queue, and what that refuses too is dropped and counted.
 */
import type { Invocation, Registry } from './registry.ts';
import { spanOf } from './registry.ts';
import { type Delivery, deadLetterOf, deliveryOf, type Failure, payloadOf } from './target.ts';
import { occurrenceAfter } from './timing.ts';

/** How invocations ended, since the start. */
export interface Outcomes {
  readonly delivered: number;
  readonly deadLettered: number;
  /** Lost for good: no dead-letter queue, or one that refused. */
  readonly dropped: number;
}

/** One call of `fireDue` makes no more, so that a long jump of the clock stays interruptible. */
export const INVOCATIONS_PER_CALL_MAX = 100_000;
/** The share of deliveries that arrive twice, where entropy is given. */
const DUPLICATES_SHARE = 0.05;

/** With these, the 185 retries of AWS's default policy take a little less than its 24 hours. */
const FIRST_PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 480_000;

export class Firing {
  readonly #registry: Registry;
  readonly #deliver: (delivery: Delivery) => Promise<void>;
  #outcomes: Outcomes = { delivered: 0, deadLettered: 0, dropped: 0 };
  #executions = 0;
  #running: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry, deliver: (delivery: Delivery) => Promise<void>) {
    this.#registry = registry;
    this.#deliver = deliver;
  }

  get outcomes(): Outcomes {
    return this.#outcomes;
  }

  /** One call after another, so that overlapping calls keep the order. Never throws. */
  fireDue(): Promise<number> {
    const fired = this.#running.then(() => this.#fireAll());
    this.#running = fired;
    return fired;
  }

  async #fireAll(): Promise<number> {
    const now = this.#registry.clock();
    let invocations = 0;
    while (invocations < INVOCATIONS_PER_CALL_MAX) {
      const due = this.#registry.agenda.takeDue(now);
      if (due === undefined) break;
      invocations += await this.#fire(due.item, now);
    }
    return invocations;
  }

  /** Returns how often the target was called. */
  async #fire(invocation: Invocation, now: number): Promise<number> {
    const { schedule, scheduledAt } = invocation;
    if (invocation.attempt === 1) {
      schedule.open += 1;
      const span = spanOf(schedule.definition);
      this.#registry.appoint(schedule, occurrenceAfter(schedule.timing, span, scheduledAt));
    }
    const error = await this.#send(invocation);
    if (error !== undefined) {
      await this.#retry(invocation, error, now);
      return 1;
    }
    this.#count('delivered');
    const { entropy } = this.#registry;
    const isDoubled = entropy !== undefined && entropy() < DUPLICATES_SHARE;
    // It has arrived once: whether it does so again is nobody's failure.
    if (isDoubled) await this.#send(invocation);
    this.#registry.close(schedule);
    return isDoubled ? 2 : 1;
  }

  async #send(invocation: Invocation): Promise<{ readonly thrown: unknown } | undefined> {
    this.#executions += 1;
    const { target } = invocation;
    try {
      await this.#deliver(deliveryOf(target, payloadOf(target, this.#attemptOf(invocation))));
      return undefined;
    } catch (thrown) {
      return { thrown };
    }
  }

  async #retry(
    invocation: Invocation,
    { thrown }: { readonly thrown: unknown },
    now: number,
  ): Promise<void> {
    const { schedule, target, attempt, firstAttemptAt = now } = invocation;
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy;
    const retryAt = now + Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), PAUSE_MAX_MS);
    if (attempt > MaximumRetryAttempts) {
      await this.#giveUp(invocation, { error: thrown, exhausted: 'MaximumRetryAttempts' });
    } else if (retryAt > firstAttemptAt + MaximumEventAgeInSeconds * 1_000) {
      await this.#giveUp(invocation, { error: thrown, exhausted: 'MaximumEventAgeInSeconds' });
    } else {
      const next = { ...invocation, firstAttemptAt, attempt: attempt + 1 };
      this.#registry.agenda.add(retryAt, schedule.arn, next);
    }
  }

  async #giveUp(invocation: Invocation, failure: Failure): Promise<void> {
    const { schedule, target } = invocation;
    const queueArn = target.DeadLetterConfig?.Arn;
    if (queueArn === undefined) {
      this.#count('dropped');
    } else {
      const letter = deadLetterOf(queueArn, target, this.#attemptOf(invocation), failure);
      await this.#deliver(letter).then(
        () => this.#count('deadLettered'),
        () => this.#count('dropped'),
      );
    }
    this.#registry.close(schedule);
  }

  #attemptOf({ schedule, scheduledAt, attempt }: Invocation) {
    const executionId = this.#executions.toString(16).padStart(16, '0');
    return { scheduleArn: schedule.arn, scheduledAt, executionId, attempt };
  }

  #count(outcome: keyof Outcomes): void {
    this.#outcomes = { ...this.#outcomes, [outcome]: this.#outcomes[outcome] + 1 };
  }
}
