/**
 * The worker and all of AWS that it needs, in one process: SQS, SNS, DynamoDB and EventBridge
 * Scheduler behind one endpoint, the three functions fed as Lambda feeds them, and a clock that can
 * be moved. All state is in memory, and no other machine can reach it.
 */
import type { FunctionName } from '../../shared/runtime/environment.ts';
import { viewConsent } from './consent-view.ts';
import { answerControl, type Controlled } from './control.ts';
import { createResources } from './create-resources.ts';
import { type Dynamo, startDynamo } from './dynamo.ts';
import { type Caller, type Gateway, type Services, startGateway } from './gateway.ts';
import { letTimePass } from './passing-time.ts';
import { startPump } from './pump.ts';
import { type Queues, startQueues } from './queues.ts';
import { environmentsAt, REGION, WORKER_QUEUES } from './resources.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
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
  /** Takes each line that a function prints, and what goes wrong around it. */
  readonly log?: (line: string) => void;
}

export interface LocalAws {
  /** The endpoint, without a final slash. */
  readonly url: string;
  /** What an SDK client of the local AWS is made with. */
  readonly client: ClientSettings;
  readonly clock: VirtualClock;
  readonly functions: Readonly<Record<FunctionName, Sandbox>>;
  /** Waits at most 10 s for rest; answers what is still in flight, nothing when settled. */
  settle(): Promise<readonly string[]>;
  /** Moves the clock to `toMs` through every timer on the way; throws why it could not. */
  advance(toMs: number): Promise<{ readonly now: number; readonly fired: number }>;
  /** AWS calls since the last reset, like `dynamodb:PutItem`; the functions' unless said. */
  calls(by?: Caller): Readonly<Record<string, number>>;
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
  const { clockStart, log = () => undefined } = options;
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
    services: servicesOf(queues, dynamo, scheduler, () => urlOf(gateway)),
    control: (request) => answerControl(local, request),
  });
  started.push(gateway.stop);
  await createResources(queues, dynamo.client, scheduler);

  const functions = sandboxesOf(urlOf(gateway), clock.shared, options.functions, log);
  started.push(async () => {
    await Promise.all(Object.values(functions).map((sandbox) => sandbox.kill()));
  });
  await Promise.all(Object.values(functions).map((sandbox) => sandbox.start()));
  for (const queue of WORKER_QUEUES) {
    const sandbox = functions[queue];
    started.push(startPump({ queue, queues, sandbox, offsetMs: clock.offsetMs, log }).stop);
  }
  const surroundings = { queues, dynamo: dynamo.client, functions, now: clock.now };
  const time = letTimePass({ clock, timers: scheduler, surroundings, log });
  started.push(time.stop);

  const rest = () => settle(surroundings, SETTLE_MS_MAX);
  const consent = (consentId: string) => viewConsent(dynamo.client, consentId);
  local = { now: clock.now, move: time.move, settle: rest, consent };
  return {
    url: urlOf(gateway),
    client: { endpoint: urlOf(gateway), region: REGION, credentials: CLIENT_CREDENTIALS },
    clock,
    functions,
    settle: rest,
    advance: async (toMs) => {
      const move = await time.move(toMs);
      if (move.kind === 'moved') return { now: move.now, fired: move.fired };
      throw new Error(move.why);
    },
    calls: (by = 'functions') => gateway.calls(by),
    resetCalls: gateway.resetCalls,
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
  endpoint: string,
  clock: SharedArrayBuffer,
  modules: LocalAwsOptions['functions'],
  log: (line: string) => void,
): Readonly<Record<FunctionName, Sandbox>> {
  const environments = environmentsAt(endpoint);
  const sandbox = (name: FunctionName) =>
    createSandbox({
      name,
      module: modules?.[name] ?? FUNCTIONS[name],
      environment: environments[name],
      endpoint,
      clock,
      log,
    });
  return {
    'bank-call-results': sandbox('bank-call-results'),
    'due-timers': sandbox('due-timers'),
    sweep: sandbox('sweep'),
  };
}
