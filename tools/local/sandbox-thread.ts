/**
 * What runs inside a sandbox's thread: makes `Date` follow the virtual clock, and only then imports
 * the function, so that nothing it loads keeps the real one. One invocation at a time; whatever
 * else goes wrong in here ends the thread, as it would end a Lambda environment.
 */
import { randomUUID } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { sharedOffsetMs } from './virtual-clock.ts';

export interface ThreadStart {
  readonly functionName: string;
  /** `file:` URL of the module that exports `handler`. */
  readonly module: string;
  readonly clock: SharedArrayBuffer;
}

export interface Invocation {
  readonly event: unknown;
  readonly timeoutMs: number;
}

export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'returned'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly why: string };

const port = parentPort;
if (port === null) throw new Error('sandbox-thread runs in a worker thread only');
const start: ThreadStart = workerData;

followClock(start.clock);
const handler = await load(start.module);
port.on('message', (invocation: Invocation) => void invoke(invocation));
report({ kind: 'ready' });

function report(what: Report): void {
  port?.postMessage(what);
}

function followClock(clock: SharedArrayBuffer): void {
  const RealDate = globalThis.Date;
  const now = () => RealDate.now() + sharedOffsetMs(clock);
  globalThis.Date = new Proxy(RealDate, {
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
}

async function load(module: string): Promise<(event: unknown, context: unknown) => unknown> {
  const loaded: { readonly handler?: unknown } = await import(module);
  const { handler: exported } = loaded;
  if (typeof exported !== 'function') throw new Error('it exports no function named "handler"');
  return (event, context) => exported(event, context);
}

async function invoke({ event, timeoutMs }: Invocation): Promise<void> {
  try {
    const result = await handler(event, contextOf(timeoutMs));
    // What Lambda cannot write as JSON, it does not return either.
    report({ kind: 'returned', result: JSON.parse(JSON.stringify(result ?? null)) });
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    report({ kind: 'failed', why: `failed: ${why}` });
  }
}

/** The context that Lambda passes; time remaining is real time, as everything inside a call. */
function contextOf(timeoutMs: number): Omit<Context, 'done' | 'fail' | 'succeed'> {
  const deadline = performance.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${start.functionName}`,
    memoryLimitInMB: '256',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${start.functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
  };
}
