/**
 * EventBridge Scheduler: what it takes, keeps and refuses is the local emulator's; when it fires is
 * this world's. So it may be at its worst: late, twice, after a removal, never, its name taken for
 * longer. Where no fault is drawn it keeps the contract that the emulator keeps.
 */
import {
  ConflictException,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  ServiceQuotaExceededException,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import type { Action, Request } from '../local/scheduler/action.ts';
import type { Appointment } from '../local/scheduler/agenda.ts';
import { type Answer, ClientTokens } from '../local/scheduler/client-tokens.ts';
import * as groups from '../local/scheduler/group-actions.ts';
import { Refusal } from '../local/scheduler/refusal.ts';
import { type Invocation, Registry, type Schedule, spanOf } from '../local/scheduler/registry.ts';
import * as schedules from '../local/scheduler/schedule-actions.ts';
import { type Delivery, deliveryOf, payloadOf } from '../local/scheduler/target.ts';
import { occurrenceAfter } from '../local/scheduler/timing.ts';
import type { World } from './world.ts';

const PRECISION_MS = MINUTE;
const LATE_MAX_MS = 10 * MINUTE;
const BUSY_MS = 15 * MINUTE;

const ACTIONS: ReadonlyMap<string, Action> = new Map(
  Object.entries<Action>({ ...schedules, ...groups }),
);

const EXCEPTIONS = {
  ConflictException,
  ResourceNotFoundException,
  SerializationException: undefined,
  ServiceQuotaExceededException,
  UnknownOperationException: undefined,
  ValidationException,
} as const satisfies Readonly<Record<Refusal['code'], unknown>>;

interface Command {
  readonly input: object;
}

export class Scheduler {
  readonly #world: World;
  readonly #deliver: (delivery: Delivery) => void;
  readonly #registry: Registry;
  readonly #tokens = new ClientTokens();
  readonly #lost = new Set<Schedule>();
  /** Removed before they were set, by a worker that was faster. Nobody does so again. */
  readonly #removed = new Set<string>();
  #wakesAt: Instant = Infinity;

  constructor(world: World, deliver: (delivery: Delivery) => void) {
    this.#world = world;
    this.#deliver = deliver;
    this.#registry = new Registry(() => world.agenda.now, undefined);
  }

  /** The names of the timers that stand: nobody sees of one that it is lost before it is due. */
  standing(): readonly string[] {
    const all = [...this.#registry.groups.values()].flatMap((group) => [
      ...group.schedules.values(),
    ]);
    return all
      .filter((schedule) => schedule.upcoming !== undefined && !this.#lost.has(schedule))
      .map(({ definition }) => definition.Name)
      .filter((name) => !this.#removed.has(name));
  }

  /** Nothing for a command that is not Scheduler's. Throws, as the SDK does, what is refused. */
  answer(command: Command): Answer | undefined {
    const action = ACTIONS.get(actionName(command));
    if (action === undefined) return undefined;

    const request = requestOf(command.input);
    const removed = command instanceof DeleteScheduleCommand ? this.#upcoming(request) : undefined;
    this.#registry.tidy();
    try {
      const answer = action({ registry: this.#registry, tokens: this.#tokens }, request);
      this.#wakeInTime();
      if (removed !== undefined && this.#world.happens('timer-after-removal')) this.#send(removed);
      return { ...withDates(answer), $metadata: { httpStatusCode: 200 } };
    } catch (error) {
      if (command instanceof DeleteScheduleCommand) this.#removed.add(request.name);
      throw exceptionOf(error);
    }
  }

  #upcoming({ name, query }: Request): Invocation | undefined {
    const group = this.#registry.groups.get(query.get('groupName') ?? 'default');
    return group?.schedules.get(name)?.upcoming?.item;
  }

  #wakeInTime(): void {
    const at = this.#registry.agenda.first()?.at ?? Infinity;
    if (at >= this.#wakesAt) return;
    this.#wakesAt = at;
    this.#world.agenda.at(at, () => this.#wake());
  }

  #wake(): void {
    const { agenda } = this.#registry;
    const { now } = this.#world.agenda;
    for (let due = agenda.takeDue(now); due !== undefined; due = agenda.takeDue(now)) {
      this.#begin(due);
    }
    this.#wakesAt = Infinity;
    this.#wakeInTime();
  }

  #begin(due: Appointment<Invocation>): void {
    const world = this.#world;
    if (world.happens('timer-lost')) {
      this.#lost.add(due.item.schedule);
      return;
    }
    const random = world.random('firing');
    const late = world.happens('timer-late') ? LATE_MAX_MS : PRECISION_MS;
    world.agenda.after(random.within(0, late), () => this.#fire(due));
  }

  /** Not if it was removed or changed in the meantime. */
  #fire(due: Appointment<Invocation>): void {
    const world = this.#world;
    const { schedule, scheduledAt } = due.item;
    if (schedule.upcoming !== due) return;
    schedule.open += 1;
    const next = occurrenceAfter(schedule.timing, spanOf(schedule.definition), scheduledAt);
    this.#registry.appoint(schedule, next);
    this.#wakeInTime();
    this.#send(due.item);
    if (world.happens('timer-twice')) {
      world.agenda.after(world.random('firing').within(0, LATE_MAX_MS), () => this.#send(due.item));
    }
    const busy = world.happens('timer-name-busy') ? BUSY_MS : 0;
    world.agenda.after(busy, () => this.#registry.close(schedule));
  }

  #send({ schedule, target, scheduledAt, attempt }: Invocation): void {
    this.#world.log(`fires ${schedule.definition.Name}`);
    const { arn: scheduleArn } = schedule;
    const executionId = `${scheduleArn} ${scheduledAt}`;
    const payload = payloadOf(target, { scheduleArn, scheduledAt, executionId, attempt });
    this.#deliver(deliveryOf(target, payload));
  }
}

/** `CreateScheduleCommand` is the emulator's `createSchedule`. */
function actionName({ constructor: { name } }: Command): string {
  return name.charAt(0).toLowerCase() + name.slice(1, -'Command'.length);
}

/** What the SDK would send: each action finds its members in the path, the query or the body. */
function requestOf(input: object): Request {
  const body: Readonly<Record<string, unknown>> = { ...input, ...secondsOf(input) };
  const query = new URLSearchParams();
  for (const [member, value] of Object.entries(body)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (typeof one === 'string' || typeof one === 'number') query.append(member, String(one));
    }
  }
  const { GroupName, ClientToken, Name, ResourceArn } = body;
  if (typeof GroupName === 'string') {
    query.set('groupName', GroupName);
    query.set('ScheduleGroup', GroupName);
  }
  if (typeof ClientToken === 'string') query.set('clientToken', ClientToken);
  return { name: String(Name ?? ResourceArn ?? ''), query, body };
}

function secondsOf(input: object): object {
  const dates = Object.entries(input).filter(([, value]) => value instanceof Date);
  return Object.fromEntries(dates.map(([member, date]) => [member, date.getTime() / SECOND]));
}

/** Instants are seconds in the API's JSON, and Dates in what the SDK makes of it. */
function withDates(answer: Answer): Answer {
  const dated = (member: string, value: unknown) =>
    member.endsWith('Date') && typeof value === 'number' ? new Date(value * SECOND) : value;
  return JSON.parse(JSON.stringify(answer), dated);
}

function exceptionOf(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error;
  const { code, message, status } = error;
  const Exception = EXCEPTIONS[code];
  const told = { message, Message: message, $metadata: { httpStatusCode: status } };
  return Exception === undefined ? error : new Exception(told);
}
