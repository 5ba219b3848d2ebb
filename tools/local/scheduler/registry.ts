/**
 * The emulator's whole state: groups, their schedules, and the agenda of what fires next. A
 * schedule that has completed and is to be deleted keeps its name for a while, as in AWS, so that a
 * client which reuses a name too early learns it here.
 */
import { Agenda, type Appointment } from './agenda.ts';
import type { ScheduleInput, Target } from './inputs.ts';
import { Refusal } from './refusal.ts';
import { firstOccurrence, type Span, type Timing } from './timing.ts';

export type Definition = Readonly<Omit<ScheduleInput, 'ClientToken'>>;

/** Instants in ms. */
export interface Schedule {
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  definition: Definition;
  timing: Timing;
  upcoming: Appointment<Invocation> | undefined;
  /** Invocations begun and neither delivered nor given up. */
  open: number;
}

/** One occurrence of a schedule on its way to the target; a change of the schedule leaves it be. */
export interface Invocation {
  readonly schedule: Schedule;
  readonly target: Target;
  readonly scheduledAt: number;
  readonly attempt: number;
  readonly firstAttemptAt?: number;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  modifiedAt: number;
  readonly tags: Map<string, string>;
  readonly schedules: Map<string, Schedule>;
}

const SCHEDULES_MAX = 1_000_000;
const GROUPS_MAX = 500;
/** How long a completed schedule with ActionAfterCompletion DELETE keeps its name. */
const DELETE_LAG_MS = 60_000;

const MINUTE_MS = 60_000;
const ARN_PREFIX = 'arn:aws:scheduler:eu-central-1:000000000000';

export class Registry {
  readonly clock: () => number;
  /** In [0, 1); without it, flexible windows fire at their start and nothing is delivered twice. */
  readonly entropy: (() => number) | undefined;
  readonly groups = new Map<string, Group>();
  readonly agenda = new Agenda<Invocation>();
  readonly #leaving: { readonly schedule: Schedule; readonly at: number }[] = [];
  #schedules = 0;

  constructor(clock: () => number, entropy: (() => number) | undefined) {
    this.clock = clock;
    this.entropy = entropy;
    this.addGroup('default', new Map());
  }

  addGroup(name: string, tags: Map<string, string>): Group {
    if (this.groups.has(name)) {
      throw new Refusal('ConflictException', `Schedule group ${name} already exists.`);
    }
    if (this.groups.size >= GROUPS_MAX) {
      throw new Refusal('ServiceQuotaExceededException', `At most ${GROUPS_MAX} schedule groups.`);
    }
    const [createdAt, schedules] = [this.clock(), new Map()];
    const arn = `${ARN_PREFIX}:schedule-group/${name}`;
    const group = { name, arn, createdAt, modifiedAt: createdAt, tags, schedules };
    this.groups.set(name, group);
    return group;
  }

  /** Throws a Refusal if there is none. */
  group(name: string): Group {
    const group = this.groups.get(name);
    if (group !== undefined) return group;
    throw new Refusal('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
  }

  removeGroup(group: Group): void {
    for (const schedule of group.schedules.values()) this.remove(schedule);
    this.groups.delete(group.name);
  }

  add(definition: Definition, timing: Timing): Schedule {
    const { schedules } = this.group(definition.GroupName);
    if (schedules.has(definition.Name)) {
      throw new Refusal('ConflictException', `Schedule ${definition.Name} already exists.`);
    }
    if (this.#schedules >= SCHEDULES_MAX) {
      throw new Refusal('ServiceQuotaExceededException', `At most ${SCHEDULES_MAX} schedules.`);
    }
    const schedule: Schedule = {
      arn: `${ARN_PREFIX}:schedule/${definition.GroupName}/${definition.Name}`,
      createdAt: this.clock(),
      modifiedAt: this.clock(),
      definition,
      timing,
      upcoming: undefined,
      open: 0,
    };
    schedules.set(definition.Name, schedule);
    this.#schedules += 1;
    this.#start(schedule);
    return schedule;
  }

  /** Throws a Refusal if the group or the schedule does not exist. */
  schedule(groupName: string, name: string): Schedule {
    const schedule = this.group(groupName).schedules.get(name);
    if (schedule !== undefined) return schedule;
    throw new Refusal('ResourceNotFoundException', `Schedule ${name} does not exist.`);
  }

  change(schedule: Schedule, definition: Definition, timing: Timing): void {
    this.#cancel(schedule);
    schedule.definition = definition;
    schedule.timing = timing;
    schedule.modifiedAt = this.clock();
    this.#start(schedule);
  }

  /** What has begun goes on: a deletion recalls no message. */
  remove(schedule: Schedule): void {
    this.#cancel(schedule);
    const { GroupName, Name } = schedule.definition;
    if (this.groups.get(GroupName)?.schedules.delete(Name)) this.#schedules -= 1;
  }

  /** Puts the occurrence at `scheduledAt` on the agenda, somewhere in its window. */
  appoint(schedule: Schedule, scheduledAt: number | undefined): void {
    if (scheduledAt === undefined) {
      schedule.upcoming = undefined;
      return;
    }
    const { FlexibleTimeWindow, Target } = schedule.definition;
    const { Mode, MaximumWindowInMinutes = 0 } = FlexibleTimeWindow;
    const windowMs = Mode === 'FLEXIBLE' ? MaximumWindowInMinutes * MINUTE_MS : 0;
    const delay = Math.floor((this.entropy?.() ?? 0) * windowMs);
    const invocation = { schedule, target: Target, scheduledAt, attempt: 1 };
    schedule.upcoming = this.agenda.add(scheduledAt + delay, schedule.arn, invocation);
  }

  /** One invocation less is open; the last one of all completes the schedule. */
  close(schedule: Schedule): void {
    schedule.open -= 1;
    const { State, ActionAfterCompletion } = schedule.definition;
    const isOver = schedule.open === 0 && schedule.upcoming === undefined;
    if (isOver && State === 'ENABLED' && ActionAfterCompletion === 'DELETE') {
      this.#leaving.push({ schedule, at: this.clock() + DELETE_LAG_MS });
    }
  }

  /** Deletes the completed schedules whose lag is over. Due before every look at the state. */
  tidy(): void {
    const now = this.clock();
    const staying = this.#leaving.findIndex(({ at }) => at > now);
    const gone = this.#leaving.splice(0, staying < 0 ? this.#leaving.length : staying);
    for (const { schedule } of gone) {
      const { GroupName, Name } = schedule.definition;
      const isCurrent = this.groups.get(GroupName)?.schedules.get(Name) === schedule;
      if (isCurrent && schedule.upcoming === undefined && schedule.open === 0)
        this.remove(schedule);
    }
  }

  #start(schedule: Schedule): void {
    if (schedule.definition.State === 'DISABLED') return;
    const first = firstOccurrence(schedule.timing, spanOf(schedule.definition), this.clock());
    this.appoint(schedule, first);
  }

  #cancel(schedule: Schedule): void {
    if (schedule.upcoming !== undefined) this.agenda.remove(schedule.upcoming);
    schedule.upcoming = undefined;
  }
}

export function spanOf({ StartDate, EndDate }: Definition): Span {
  return { start: inMs(StartDate), end: inMs(EndDate) };
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}
