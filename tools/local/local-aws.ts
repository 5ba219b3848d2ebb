/**
 * The worker and all of AWS that it needs, in one process: SQS, SNS, DynamoDB and EventBridge
 * Scheduler behind one endpoint, the three functions fed as Lambda feeds them, and a clock that can
 * be moved. All state is in memory, and no other machine can reach it.
 */
import type { FunctionName } from '../../shared/runtime/environment.ts';
import type { Call, Callers } from './call-log.ts';
import { viewConsent } from './consent-view.ts';
import { answerControl, type Controlled } from './control.ts';
import { createResources } from './create-resources.ts';
import { type Dynamo, startDynamo } from './dynamo.ts';
import { type Gateway, type Services, startGateway } from './gateway.ts';
import { letTimePass } from './passing-time.ts';
import { startPump } from './pump.ts';
import { type Queues, startQueues } from './queues.ts';
import {
  ACCESS_KEY_IDS,
  environmentsAt,
  type Named,
  REGION,
  TABLE,
  WORKER_QUEUES,
} from './resources.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { createScheduler, type Delivery, type Scheduler } from './scheduler/scheduler.ts';
import { SETTLE_MS_MAX, settle } from './settling.ts';
import { answerSqs } from './sqs-endpoint.ts';
import { startVirtualClock, type VirtualClock } from './virtual-clock.ts';

const FUNCTIONS: Readonly<Record<FunctionName, URL>> = {
  'bank-call-results': new URL('../../functions/bank-call-results.ts', import.meta.url),
  'due-timers': new URL('../../functions/due-timers.ts', import.meta.url),
  sweep: new URL('../../functions/sweep.ts', import.meta.url),
};

/** Any will do but the functions' own. */
const CLIENT_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface LocalAwsOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the clock begins, in ms since the epoch; the wall clock's time by default. */
  readonly clockStart?: number;
  /** Modules to run in place of the worker's own functions. */
  readonly functions?: Readonly<Partial<Record<FunctionName, URL>>>;
  /** The variables of each function, from the endpoint's URL; by default those that it needs. */
  readonly environments?: (endpoint: string) => Readonly<Record<FunctionName, Variables>>;
  /** What every resource's name begins with, e.g. `dev-`; nothing by default. */
  readonly prefix?: string;
  /** Takes each line that a function prints, and what goes wrong around it. */
  readonly log?: (line: string) => void;
  /** Stands between the gateway and the services, and sees what is asked and answered. */
  readonly meter?: (services: Services) => Services;
}

type Variables = Readonly<Record<string, string>>;

export interface LocalAws {
  /** The endpoint, without a final slash. */
  readonly url: string;
  readonly named: Named;
  /** What an SDK client of the local AWS is made with. */
  readonly client: ClientSettings;
  readonly clock: VirtualClock;
  readonly functions: Readonly<Record<FunctionName, Sandbox>>;
  /** Waits at most 10 s for rest; answers what is still in flight, nothing when settled. */
  settle(): Promise<readonly string[]>;
  /** Moves the clock to `toMs` through every timer on the way; throws why it could not. */
  advance(toMs: number): Promise<{ readonly now: number; readonly fired: number }>;
  /** AWS calls since the last reset, like `dynamodb:PutItem`; the functions' unless said. */
  calls(by?: Callers): Readonly<Record<string, number>>;
  /** Each distinct call since the last reset; throws when there are more than 10,000. */
  distinctCalls(): readonly Call[];
  resetCalls(): void;
  stop(): Promise<void>;
}

export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Throws one clear error when the port is taken or a function does not start. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const started: Stop[] = [];
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne();
  };
  try {
    return await start(options, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

type Stop = () => Promise<void>;

async function start(
  options: LocalAwsOptions,
  started: Stop[],
  stop: () => Promise<void>,
): Promise<LocalAws> {
  const { clockStart, prefix = '', log = () => undefined, meter = (same) => same } = options;
  const named: Named = (resource) => prefix + resource;
  const clock = startVirtualClock({
    wall: () => Date.now(),
    ...(clockStart === undefined ? {} : { start: clockStart }),
  });
  const queues = await startQueues();
  started.push(queues.stop);
  const dynamo = await startDynamo();
  started.push(dynamo.stop);
  const scheduler = createScheduler({ clock: clock.now, deliver: deliverTo(queues) });

  let local: Controlled | undefined;
  const gateway = await startGateway({
    port: options.port,
    services: meter(servicesOf(queues, dynamo, scheduler, () => urlOf(gateway))),
    control: (request) => answerControl(local, request),
  });
  started.push(gateway.stop);
  await createResources(queues, dynamo.client, scheduler, named);

  const endpoint = urlOf(gateway);
  const environments = options.environments?.(endpoint) ?? environmentsAt(endpoint, named);
  const shared = { endpoint, clock: clock.shared, log };
  const functions = sandboxesOf(options.functions, environments, shared);
  started.push(async () => {
    await Promise.all(Object.values(functions).map((sandbox) => sandbox.kill()));
  });
  await Promise.all(Object.values(functions).map((sandbox) => sandbox.start()));
  for (const queue of WORKER_QUEUES) {
    const sandbox = functions[queue];
    const pumped = { queue: named(queue), queues, sandbox, offsetMs: clock.offsetMs, log };
    started.push(startPump(pumped).stop);
  }
  const surroundings = { queues, dynamo: dynamo.client, functions, named, now: clock.now };
  const time = letTimePass({ clock, timers: scheduler, surroundings, log });
  started.push(time.stop);

  const rest = () => settle(surroundings, SETTLE_MS_MAX);
  const consent = (consentId: string) => viewConsent(dynamo.client, named(TABLE), consentId);
  local = { now: clock.now, move: time.move, settle: rest, consent };
  return {
    url: endpoint,
    named,
    client: { endpoint, region: REGION, credentials: CLIENT_CREDENTIALS },
    clock,
    functions,
    settle: rest,
    advance: async (toMs) => {
      const move = await time.move(toMs);
      if (move.kind === 'moved') return { now: move.now, fired: move.fired };
      throw new Error(move.why);
    },
    calls: (by = 'functions') => gateway.calls.counts(by),
    distinctCalls: gateway.calls.distinct,
    resetCalls: gateway.calls.reset,
    stop,
  };
}

function urlOf({ port }: Gateway): string {
  return `http://127.0.0.1:${port}`;
}

function deliverTo(queues: Queues): (delivery: Delivery) => Promise<void> {
  return ({ targetArn, input, messageGroupId, attributes }) =>
    queues.send({
      queue: targetArn.split(':').at(-1) ?? targetArn,
      body: input,
      ...(messageGroupId === undefined ? {} : { messageGroupId }),
      ...(attributes === undefined ? {} : { attributes }),
    });
}

function servicesOf(
  queues: Queues,
  dynamo: Dynamo,
  scheduler: Scheduler,
  url: () => string,
): Services {
  return {
    dynamodb: dynamo.answer,
    sqs: (request, action) => answerSqs(queues, url(), action, request),
    sns: ({ headers, body }) => queues.answer(headers, body),
    sts: ({ headers, body }) => queues.answer(headers, body),
    scheduler: async ({ method, target, body }) => {
      const { pathname, searchParams } = new URL(target, url());
      return scheduler.handle({ method, path: pathname, query: searchParams, body });
    },
  };
}

function sandboxesOf(
  modules: LocalAwsOptions['functions'],
  environments: Readonly<Record<FunctionName, Variables>>,
  shared: Pick<SandboxOptions, 'endpoint' | 'clock' | 'log'>,
): Readonly<Record<FunctionName, Sandbox>> {
  const sandbox = (name: FunctionName) =>
    createSandbox({
      name,
      module: modules?.[name] ?? FUNCTIONS[name],
      environment: environments[name],
      accessKeyId: ACCESS_KEY_IDS[name],
      ...shared,
    });
  return {
    'bank-call-results': sandbox('bank-call-results'),
    'due-timers': sandbox('due-timers'),
    sweep: sandbox('sweep'),
  };
}
