/**
 * The actions on schedules: create, get, update, delete, list. Everything is checked before
 * anything is changed. Dates go out as seconds since the epoch, as the REST JSON protocol has them.
 */
import type { Action, Context } from './action.ts';
import type { Answer } from './client-tokens.ts';
import { parseInput, scheduleFilter, scheduleInput, scheduleName } from './inputs.ts';
import { pageOf } from './page.ts';
import { invalid } from './refusal.ts';
import { type Definition, type Schedule, spanOf } from './registry.ts';
import { checkTarget } from './target.ts';
import { checkSpan, parseTiming, type Timing } from './timing.ts';

/** Safe to repeat with the same ClientToken; otherwise the name is taken: ConflictException. */
export const createSchedule: Action = (context, { name, body }) => {
  const input = parseInput(scheduleInput, { ...body, Name: name });
  return context.tokens.once('CreateSchedule', input, () => {
    const { definition, timing } = checked(input, context);
    return { ScheduleArn: context.registry.add(definition, timing).arn };
  });
};

/** Replaces the whole definition: what the request omits gets its default. Safe to repeat. */
export const updateSchedule: Action = (context, { name, body }) => {
  const input = parseInput(scheduleInput, { ...body, Name: name });
  return context.tokens.once('UpdateSchedule', input, () => {
    const schedule = context.registry.schedule(input.GroupName, input.Name);
    const { definition, timing } = checked(input, context);
    context.registry.change(schedule, definition, timing);
    return { ScheduleArn: schedule.arn };
  });
};

export const getSchedule: Action = ({ registry }, { name, query }) => {
  const input = { Name: name, GroupName: query.get('groupName') ?? undefined };
  const { GroupName, Name } = parseInput(scheduleName, input);
  const schedule = registry.schedule(GroupName, Name);
  return { ...schedule.definition, Arn: schedule.arn, ...datesOf(schedule) };
};

/** Safe to repeat with the same ClientToken; otherwise a second one finds nothing. */
export const deleteSchedule: Action = ({ registry, tokens }, { name, query }) => {
  const input = parseInput(scheduleName, {
    Name: name,
    GroupName: query.get('groupName') ?? undefined,
    ClientToken: query.get('clientToken') ?? undefined,
  });
  return tokens.once('DeleteSchedule', input, () => {
    registry.remove(registry.schedule(input.GroupName, input.Name));
    return {};
  });
};

export const listSchedules: Action = ({ registry }, { query }) => {
  const filter = parseInput(scheduleFilter, {
    GroupName: query.get('ScheduleGroup') ?? undefined,
    NamePrefix: query.get('NamePrefix') ?? undefined,
    State: query.get('State') ?? undefined,
    MaxResults: query.has('MaxResults') ? Number(query.get('MaxResults')) : undefined,
    NextToken: query.get('NextToken') ?? undefined,
  });
  const { GroupName, NamePrefix = '', State } = filter;
  const groups = GroupName === undefined ? registry.groups.values() : [registry.group(GroupName)];
  const matching = [...groups]
    .flatMap((group) => [...group.schedules.values()])
    .filter(({ definition }) => definition.Name.startsWith(NamePrefix))
    .filter(({ definition }) => State === undefined || definition.State === State);
  const keyOf = ({ definition }: Schedule) => `${definition.GroupName}/${definition.Name}`;
  const { items, nextToken } = pageOf(matching, keyOf, filter);
  return { Schedules: items.map(summaryOf), NextToken: nextToken };
};

function checked(
  { ClientToken: _, ...definition }: Definition & { readonly ClientToken?: string | undefined },
  { registry }: Context,
): { readonly definition: Definition; readonly timing: Timing } {
  const { Mode, MaximumWindowInMinutes } = definition.FlexibleTimeWindow;
  if (Mode === 'FLEXIBLE' && MaximumWindowInMinutes === undefined) {
    throw invalid('FlexibleTimeWindow.MaximumWindowInMinutes is required when Mode is FLEXIBLE.');
  }
  const timing = parseTiming(definition.ScheduleExpression, definition.ScheduleExpressionTimezone);
  checkSpan(timing, spanOf(definition), registry.clock());
  checkTarget(definition.Target);
  return { definition, timing };
}

function summaryOf(schedule: Schedule): Answer {
  const { Name, GroupName, State, Target } = schedule.definition;
  const target = { Arn: Target.Arn };
  return { Name, GroupName, State, Target: target, Arn: schedule.arn, ...datesOf(schedule) };
}

function datesOf({ createdAt, modifiedAt }: Schedule): Answer {
  return { CreationDate: createdAt / 1_000, LastModificationDate: modifiedAt / 1_000 };
}
