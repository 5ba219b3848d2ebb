/**
 * An EventBridge Scheduler in memory that really fires: the REST API as the SDKs speak it, on a
 * clock that is given. It opens no port and starts no timer: whoever owns it hands it requests,
 * asks when it is due next, and lets it fire. What differs from AWS stands in differences.md.
 */
import { randomUUID } from 'node:crypto';
import type { Action } from './action.ts';
import { ClientTokens } from './client-tokens.ts';
import { Firing, type Outcomes } from './firing.ts';
import * as groups from './group-actions.ts';
import { Refusal } from './refusal.ts';
import { type Definition, Registry } from './registry.ts';
import * as schedules from './schedule-actions.ts';
import type { Delivery } from './target.ts';

export type { Delivery };

export interface HttpRequest {
  readonly method: string;
  /** As it came, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** JSON, or empty. */
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A schedule as it stands. Instants in ms. */
export interface ScheduleView {
  readonly arn: string;
  readonly definition: Definition;
  /** When it fires next, in its flexible window; nothing when it has completed or is disabled. */
  readonly dueAt: number | undefined;
}

export interface Scheduler {
  /** One API request. Never throws. */
  handle(request: HttpRequest): HttpResponse;
  /** The instant (ms) of the next firing or retry; it may be past until `fireDue` is called. */
  nextDueAt(): number | undefined;
  /**
   * Sends everything that is due, by time, then by name, and answers how often targets were called.
   * Makes at most `INVOCATIONS_PER_CALL_MAX` invocations: call it until nothing is due. Safe to
   * repeat: what has been delivered is no longer due. Never throws.
   */
  fireDue(): Promise<number>;
  /** For inspection, in no particular order. */
  schedules(): readonly ScheduleView[];
  outcomes(): Outcomes;
}

type Route = readonly [method: string, resource: string, action: Action];

const ON_LISTS: readonly Route[] = [
  ['GET', 'schedules', schedules.listSchedules],
  ['GET', 'schedule-groups', groups.listScheduleGroups],
];

const ON_NAMES: readonly Route[] = [
  ['POST', 'schedules', schedules.createSchedule],
  ['GET', 'schedules', schedules.getSchedule],
  ['PUT', 'schedules', schedules.updateSchedule],
  ['DELETE', 'schedules', schedules.deleteSchedule],
  ['POST', 'schedule-groups', groups.createScheduleGroup],
  ['GET', 'schedule-groups', groups.getScheduleGroup],
  ['DELETE', 'schedule-groups', groups.deleteScheduleGroup],
  ['POST', 'tags', groups.tagResource],
  ['GET', 'tags', groups.listTagsForResource],
  ['DELETE', 'tags', groups.untagResource],
];

/**
 * `clock` answers ms and never runs backwards. `deliver` sends one message to SQS and throws if it
 * was not accepted. `entropy` answers numbers in [0, 1): with it, flexible windows are spread and
 * a few messages are delivered twice, as AWS may do.
 */
export function createScheduler(options: {
  readonly clock: () => number;
  readonly deliver: (delivery: Delivery) => Promise<void>;
  readonly entropy?: () => number;
}): Scheduler {
  const registry = new Registry(options.clock, options.entropy);
  const tokens = new ClientTokens();
  const firing = new Firing(registry, options.deliver);
  return {
    handle: (request) => {
      registry.tidy();
      try {
        const { action, name } = routeOf(request);
        const parsed = { name, query: request.query, body: bodyOf(request.body) };
        return respond(200, action({ registry, tokens }, parsed));
      } catch (error) {
        return failed(error);
      }
    },
    nextDueAt: () => registry.agenda.first()?.at,
    fireDue: () => firing.fireDue(),
    schedules: () => {
      registry.tidy();
      const all = [...registry.groups.values()].flatMap((group) => [...group.schedules.values()]);
      return all.map(({ arn, definition, upcoming }) => ({ arn, definition, dueAt: upcoming?.at }));
    },
    outcomes: () => firing.outcomes,
  };
}

function routeOf({ method, path }: HttpRequest): {
  readonly action: Action;
  readonly name: string;
} {
  const [, resource = '', rest = ''] = /^\/([^/]*)(?:\/(.*))?$/.exec(path) ?? [];
  const routes = rest === '' ? ON_LISTS : ON_NAMES;
  const route = routes.find(([verb, noun]) => verb === method && noun === resource);
  if (route === undefined) {
    throw new Refusal(
      'UnknownOperationException',
      `${method} ${path} is no action of EventBridge Scheduler.`,
    );
  }
  try {
    return { action: route[2], name: decodeURIComponent(rest) };
  } catch {
    throw new Refusal('SerializationException', `The path ${path} is not percent-encoded UTF-8.`);
  }
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  } catch {
    // Answered below: a body that cannot be parsed is as bad as one that is no object.
  }
  throw new Refusal('SerializationException', 'The request body must be a JSON object.');
}

function failed(error: unknown): HttpResponse {
  if (error instanceof Refusal) {
    return respond(error.status, { Message: error.message }, error.code);
  }
  const Message = error instanceof Error ? error.message : String(error);
  return respond(500, { Message }, 'InternalServerException');
}

function respond(status: number, answer: object, errorType?: string): HttpResponse {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': randomUUID(),
      ...(errorType !== undefined && { 'x-amzn-errortype': errorType }),
    },
    body: JSON.stringify(answer),
  };
}
