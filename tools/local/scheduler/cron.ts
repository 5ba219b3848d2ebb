/**
 * Cron expressions as EventBridge Scheduler reads them: six fields, Sunday is 1, exactly one of
 * the day fields is `?`, with lists, ranges, steps, names, and `L`, `W`, `#` for days. A local time
 * that the clocks skip in spring is skipped, one they show twice in autumn fires once.
 */
import { instantOfMinute, localMinuteOf } from './local-time.ts';

export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly years: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly isDay: (day: Day) => boolean;
}

/** A day of the calendar; weekdays count from Sunday, 1. */
interface Day {
  readonly day: number;
  readonly weekday: number;
  readonly daysInMonth: number;
}

const YEAR_MAX = 2199;
const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** Reads the six fields between the parentheses; `undefined` if they are not valid. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year, surplus] = fields;
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year) return undefined;
  if (surplus !== undefined || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;

  const minutes = numbersOf(minute, 0, 59);
  const hours = numbersOf(hour, 0, 23);
  const months = numbersOf(month, 1, 12, MONTHS);
  const years = numbersOf(year, 1970, YEAR_MAX);
  const isDay = dayOfWeek === '?' ? dayOfMonthRule(dayOfMonth) : dayOfWeekRule(dayOfWeek);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  return { minutes, hours, months: new Set(months), years: new Set(years), isDay };
}

/** The first instant (ms) at or after `from`; `undefined` if no year up to 2199 has one. */
export function nextOfCron(cron: Cron, zone: string, from: number): number | undefined {
  const start = localMinuteOf(from, zone);
  const startMinute = start.hour * 60 + start.minute;
  for (let offset = 0; ; offset += 1) {
    const date = new Date(Date.UTC(start.year, start.month - 1, start.day + offset));
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (year > YEAR_MAX) return undefined;
    if (!cron.years.has(year) || !cron.months.has(month)) continue;
    const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (!cron.isDay({ day, weekday: date.getUTCDay() + 1, daysInMonth })) continue;

    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        if (offset === 0 && hour * 60 + minute < startMinute) continue;
        const at = instantOfMinute({ year, month, day, hour, minute }, zone);
        if (at !== undefined && at >= from) return at;
      }
    }
  }
}

/** A list of values, ranges and steps, ascending; `undefined` if a part is not valid. */
function numbersOf(
  field: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): readonly number[] | undefined {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const [, first, last, step] = match;
    const from = first === undefined ? min : numberOf(first, names);
    const isOpen = first === undefined || (last === undefined && step !== undefined);
    const to = isOpen ? max : numberOf(last ?? first, names);
    const by = Number(step ?? 1);
    if (!(from >= min && to <= max && from <= to && by >= 1)) return undefined;
    for (let value = from; value <= to; value += by) numbers.add(value);
  }
  return [...numbers].sort((a, b) => a - b);
}

function numberOf(text: string, names: readonly string[]): number {
  const index = names.indexOf(text);
  if (index >= 0) return index + 1;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function dayOfMonthRule(field: string): Cron['isDay'] | undefined {
  if (field === 'L') return ({ day, daysInMonth }) => day === daysInMonth;
  if (field === 'LW') return (day) => isNearestWeekday(day, day.daysInMonth);

  const nearest = /^(\d+)W$/.exec(field)?.[1];
  if (nearest !== undefined) {
    const target = Number(nearest);
    return target >= 1 && target <= 31 ? (day) => isNearestWeekday(day, target) : undefined;
  }
  const days = numbersOf(field, 1, 31);
  return days && (({ day }) => days.includes(day));
}

function dayOfWeekRule(field: string): Cron['isDay'] | undefined {
  if (field === 'L') return ({ weekday }) => weekday === WEEKDAYS.length;

  const [, name, mark, nth] = /^(\w+?)(?:(L)|#([1-5]))$/.exec(field) ?? [];
  if (name !== undefined) {
    const wanted = numberOf(name, WEEKDAYS);
    if (!(wanted >= 1 && wanted <= WEEKDAYS.length)) return undefined;
    return ({ day, weekday, daysInMonth }) =>
      weekday === wanted &&
      (mark === 'L' ? day + 7 > daysInMonth : Math.ceil(day / 7) === Number(nth));
  }
  const weekdays = numbersOf(field, 1, 7, WEEKDAYS);
  return weekdays && (({ weekday }) => weekdays.includes(weekday));
}

/** Whether `day` is the weekday nearest to the target, within the same month. */
function isNearestWeekday({ day, weekday, daysInMonth }: Day, target: number): boolean {
  const isWeekday = weekday > 1 && weekday < 7;
  if (target > daysInMonth || !isWeekday) return false;
  if (day === target) return true;

  const isMonday = weekday === 2;
  const isFriday = weekday === 6;
  return (
    (isMonday && (day === target + 1 || (target === 1 && day === 3))) ||
    (isFriday && (day === target - 1 || (target === daysInMonth && day === target - 2)))
  );
}
