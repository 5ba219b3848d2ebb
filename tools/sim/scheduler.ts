/**
 * EventBridge Scheduler as it may behave at its worst: late, twice, after a removal, never. A name
 * that has fired may stay taken for a while.
 */
import {
  ConflictException,
  type CreateScheduleCommandInput,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { type Instant, MINUTE } from '../../shared/consent/instant.ts';
import type { Queue } from './queue.ts';
import type { World } from './world.ts';

const PRECISION_MS = MINUTE;
const LATE_MAX_MS = 10 * MINUTE;
const BUSY_MS = 15 * MINUTE;

interface Schedule {
  readonly text: string;
  readonly dueAt: Instant;
  fired: boolean;
  readonly lost: boolean;
}

export class Scheduler {
  readonly #world: World;
  readonly #timers: Queue;
  readonly #schedules = new Map<string, Schedule>();

  constructor(world: World, timers: Queue) {
    this.#world = world;
    this.#timers = timers;
  }

  /** The names of the timers that stand: nobody sees of one that it is lost before it is due. */
  standing(): readonly string[] {
    const { now } = this.#world.agenda;
    const waiting = [...this.#schedules].filter(
      ([, { fired, lost, dueAt }]) => !fired && !(lost && dueAt < now),
    );
    return waiting.map(([name]) => name);
  }

  /** Throws what Scheduler refuses. */
  create({ Name: name = '', ScheduleExpression: at = '', Target }: CreateScheduleCommandInput) {
    const dueAt = Date.parse(`${at.slice('at('.length, -1)}Z`);
    const { agenda } = this.#world;
    const told = { message: `${name} at ${at}`, Message: `${name} at ${at}`, $metadata: {} };
    if (this.#schedules.has(name)) throw new ConflictException(told);
    if (Number.isNaN(dueAt) || dueAt < agenda.now) throw new ValidationException(told);

    const lost = this.#world.happens('timer-lost');
    const schedule = { text: Target?.Input ?? '', dueAt, fired: false, lost };
    this.#schedules.set(name, schedule);
    const random = this.#world.random('firing');
    const late = this.#world.happens('timer-late') ? LATE_MAX_MS : PRECISION_MS;
    agenda.at(dueAt + random.within(0, late), () => this.#fire(name, schedule));
    if (this.#world.happens('timer-twice')) {
      agenda.at(dueAt + random.within(0, LATE_MAX_MS), () => this.#fire(name, schedule));
    }
  }

  /** Throws what Scheduler refuses. */
  remove(name: string) {
    const schedule = this.#schedules.get(name);
    if (schedule === undefined) {
      throw new ResourceNotFoundException({ message: name, Message: name, $metadata: {} });
    }
    this.#schedules.delete(name);
    const firesYet = !schedule.fired && this.#world.happens('timer-after-removal');
    if (firesYet) this.#timers.send(schedule.text);
  }

  #fire(name: string, schedule: Schedule): void {
    if (schedule.lost || (!schedule.fired && this.#schedules.get(name) !== schedule)) return;
    this.#world.log(`fires ${name}`);
    schedule.fired = true;
    this.#timers.send(schedule.text);
    const busy = this.#world.happens('timer-name-busy') ? BUSY_MS : 0;
    this.#world.agenda.after(busy, () => {
      if (this.#schedules.get(name) === schedule) this.#schedules.delete(name);
    });
  }
}
