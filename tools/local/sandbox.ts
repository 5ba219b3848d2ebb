/**
 * Runs one function as Lambda runs it: in a thread of its own with an environment of its own, one
 * invocation at a time, under a timeout. A crash, a timeout or a kill fails the invocation under
 * way, and the next one starts in a fresh thread.
 */
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { REGION } from './resources.ts';
import type { Invocation, Report, ThreadStart } from './sandbox-thread.ts';

/** The timeout of an invocation, in milliseconds, and of a start. */
export const INVOCATION_MS_MAX = 30_000;
const START_MS_MAX = 30_000;
/** A function's heap, as in a Lambda of 256 MB: with more, V8 is in no hurry to collect garbage. */
const HEAP_MB_MAX = 192;
const YOUNG_MB_MAX = 8;

export interface SandboxOptions {
  readonly name: string;
  /** The module that exports `handler`: a `.ts` source or a bundled `.mjs`. */
  readonly module: URL;
  readonly environment: Readonly<Record<string, string>>;
  /** What it signs its AWS calls with. */
  readonly accessKeyId: string;
  /** The gateway's URL. */
  readonly endpoint: string;
  /** The virtual clock's offset, shared between threads. */
  readonly clock: SharedArrayBuffer;
  /** Takes each line that the function prints. */
  readonly log: (line: string) => void;
  readonly timeoutMs?: number;
}

export interface Sandbox {
  /** Loads the function; throws one line when it does not start. */
  start(): Promise<void>;
  /** The function's result; throws one line when it fails, crashes or times out. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends the thread at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Invocations under way or waiting for their turn. */
  pending(): number;
  /** Bytes in use of the thread's heap, garbage not yet collected among them. */
  heapBytes(): Promise<number>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  let thread: Promise<Worker> | undefined;
  let lastTurn: Promise<unknown> = Promise.resolve();
  let pending = 0;

  const running = (): Promise<Worker> => {
    thread ??= startThread(options, () => {
      thread = undefined;
    });
    return thread;
  };
  const invoke = async (event: unknown): Promise<unknown> =>
    invokeIn(await running(), event, options);

  return {
    start: async () => {
      await running();
    },
    invoke: async (event) => {
      pending += 1;
      const turn = lastTurn.then(() => invoke(event));
      lastTurn = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        pending -= 1;
      }
    },
    kill: async () => {
      const killed = await thread?.catch(() => undefined);
      await killed?.terminate();
    },
    pending: () => pending,
    heapBytes: async () => (await (await running()).getHeapStatistics()).used_heap_size,
  };
}

async function startThread(options: SandboxOptions, ended: () => void): Promise<Worker> {
  const { name, module, clock } = options;
  const worker = new Worker(new URL('./sandbox-thread.ts', import.meta.url), {
    workerData: { functionName: name, module: module.href, clock } satisfies ThreadStart,
    env: environmentOf(options),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX, maxYoungGenerationSizeMb: YOUNG_MB_MAX },
    stdout: true,
    stderr: true,
  });
  worker.once('exit', ended);
  // A thread may also crash between two invocations, with nobody waiting for it.
  worker.on('error', (error) => options.log(`function ${name} crashed: ${messageOf(error)}`));
  for (const output of [worker.stdout, worker.stderr]) {
    createInterface({ input: output }).on('line', options.log);
  }

  try {
    const first = await nextReport(worker, START_MS_MAX);
    if (first.kind !== 'ready') throw new Error(`it said "${first.kind}" first`);
    return worker;
  } catch (error) {
    await worker.terminate();
    throw new Error(`function ${name} does not start: ${messageOf(error)}`);
  }
}

async function invokeIn(
  worker: Worker,
  event: unknown,
  { name, timeoutMs = INVOCATION_MS_MAX }: SandboxOptions,
): Promise<unknown> {
  worker.postMessage({ event, timeoutMs } satisfies Invocation);
  const report = await nextReport(worker, timeoutMs).catch(async (error: unknown) => {
    // The next invocation must not meet a thread that is about to end.
    await worker.terminate();
    return { kind: 'failed', why: messageOf(error) } as const;
  });
  if (report.kind === 'returned') return report.result;
  throw new Error(`function ${name} ${report.kind === 'failed' ? report.why : 'started twice'}`);
}

/** The thread's next report; throws when the thread crashes or takes too long. */
async function nextReport(worker: Worker, withinMs: number): Promise<Report> {
  const listening = new AbortController();
  try {
    return await new Promise<Report>((resolve, reject) => {
      const stopWaiting = setTimeout(() => {
        reject(new Error(`timed out after ${withinMs / 1_000} s`));
      }, withinMs);
      const crashed = (error: unknown) => reject(new Error(`crashed: ${messageOf(error)}`));
      const exited = (code: number) => reject(new Error(`ended (exit code ${code})`));
      worker.once('message', resolve);
      worker.once('error', crashed);
      worker.once('exit', exited);
      listening.signal.addEventListener('abort', () => {
        clearTimeout(stopWaiting);
        worker.off('message', resolve);
        worker.off('error', crashed);
        worker.off('exit', exited);
      });
    });
  } finally {
    listening.abort();
  }
}

/** What Lambda sets, and nothing of this process's own environment. */
function environmentOf(options: SandboxOptions): Record<string, string> {
  const { name, environment, endpoint, accessKeyId } = options;
  return {
    POWERTOOLS_SERVICE_NAME: 'consent-lifecycle-worker',
    ...environment,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_LAMBDA_FUNCTION_NAME: name,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
