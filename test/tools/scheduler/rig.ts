/**
 * A scheduler on a clock that only the test moves, with a target that keeps what it is sent and can
 * be told to refuse. Time passes as in the local stack: from one due instant to the next.
 */
import {
  createScheduler,
  type Delivery,
  type HttpResponse,
  type Scheduler,
} from '../../../tools/local/scheduler/scheduler.ts';

export const NOON: number = Date.UTC(2026, 10, 22, 12);
export const SECOND = 1_000;
export const MINUTE: number = 60 * SECOND;
export const HOUR: number = 60 * MINUTE;
export const QUEUE = 'arn:aws:sqs:eu-central-1:000000000000:due-timers';
export const DEAD_LETTERS = 'arn:aws:sqs:eu-central-1:000000000000:scheduler-dlq';
export const ROLE = 'arn:aws:iam::000000000000:role/scheduler';

export interface Arrival extends Delivery {
  readonly at: number;
}

export interface Rig {
  readonly scheduler: Scheduler;
  /** Everything the queues accepted, in order, with the instant of arrival. */
  readonly arrivals: readonly Arrival[];
  /** Every attempt, accepted or not. */
  readonly attempts: readonly Arrival[];
  /** Decides from here on which deliveries fail, and with what. */
  refuse(refusalOf: (delivery: Delivery) => Error | undefined): void;
  call(method: string, path: string, body?: object): HttpResponse;
  /** Creates a schedule that fires at noon unless told otherwise; throws what was refused. */
  create(name: string, changes?: object): void;
  /** Lets time pass up to `at`, firing on the way; answers how many invocations there were. */
  passTo(at: number): Promise<number>;
  /** Sets the clock without firing anything. */
  jumpTo(at: number): void;
}

export function startRig(options: { readonly entropy?: () => number } = {}): Rig {
  let now = NOON - HOUR;
  let refusalOf: (delivery: Delivery) => Error | undefined = () => undefined;
  const arrivals: Arrival[] = [];
  const attempts: Arrival[] = [];
  const deliver = async (delivery: Delivery) => {
    attempts.push({ ...delivery, at: now });
    const refusal = refusalOf(delivery);
    if (refusal !== undefined) throw refusal;
    arrivals.push({ ...delivery, at: now });
  };
  const scheduler = createScheduler({ clock: () => now, deliver, ...options });
  const call = (method: string, path: string, body?: object) => {
    const [bare = '', search = ''] = path.split('?');
    const query = new URLSearchParams(search);
    return scheduler.handle({ method, path: bare, query, body: body ? JSON.stringify(body) : '' });
  };
  return {
    scheduler,
    arrivals,
    attempts,
    call,
    refuse: (next) => {
      refusalOf = next;
    },
    create: (name, changes = {}) => {
      const { status, body } = call('POST', `/schedules/${name}`, scheduleInput(changes));
      if (status !== 200) throw new Error(body);
    },
    passTo: async (at) => {
      let invocations = 0;
      for (let due = scheduler.nextDueAt(); due !== undefined && due <= at; ) {
        now = Math.max(now, due);
        invocations += await scheduler.fireDue();
        due = scheduler.nextDueAt();
      }
      now = at;
      return invocations;
    },
    jumpTo: (at) => {
      now = at;
    },
  };
}

/** The body of CreateSchedule and UpdateSchedule. */
export function scheduleInput(changes: object = {}): object {
  return {
    ScheduleExpression: 'at(2026-11-22T12:00:00)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: targetInput(),
    ...changes,
  };
}

export function targetInput(changes: object = {}): object {
  return { Arn: QUEUE, RoleArn: ROLE, Input: '{"timer":1}', ...changes };
}
