/** A function's life in its thread, and the local AWS when something does not start. */
import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../../tools/local/sandbox.ts';
import { startVirtualClock } from '../../../tools/local/virtual-clock.ts';
import { SCRIPTED_FUNCTIONS, startScriptedAws } from '../../support/scripted-aws.ts';

const BROKEN = new URL('../../support/functions/broken.ts', import.meta.url);
const NO_HANDLER = new URL('../../support/scripted-aws.ts', import.meta.url);
const MISSING = new URL('../../support/functions/nowhere.ts', import.meta.url);
const PLAIN = new URL('../../support/functions/plain.ts', import.meta.url);

let sandbox: Sandbox;

afterEach(() => sandbox?.kill());

function sandboxOf(module: URL, more: Partial<SandboxOptions> = {}): Sandbox {
  sandbox = createSandbox({
    name: 'tried',
    module,
    environment: {},
    accessKeyId: 'tried',
    endpoint: 'http://127.0.0.1:1',
    clock: startVirtualClock({ start: 0, wall: () => Date.now() }).shared,
    log: () => undefined,
    ...more,
  });
  return sandbox;
}

describe('a sandbox', () => {
  it.each([
    ['throws while it loads', BROKEN, 'its configuration is missing'],
    ['does not exist', MISSING, 'Cannot find module'],
    ['exports no handler', NO_HANDLER, 'exports no function named "handler"'],
  ])('says in one error that a module %s', async (_how, module, why) => {
    const starting = sandboxOf(module).start();

    await expect(starting).rejects.toThrow(/^function tried does not start: /);
    await expect(sandboxOf(module).start()).rejects.toThrow(why);
  });

  it('answers what the function returns', async () => {
    expect(await sandboxOf(PLAIN).invoke({ return: { some: ['value'] } })).toEqual({
      some: ['value'],
    });
  });

  it('tells the function the virtual time in every form that Date has', async () => {
    const dates = await sandboxOf(PLAIN).invoke({ dates: true });

    expect(dates).toEqual({
      now: 1970,
      constructed: 1970,
      called: true,
      given: '2020-02-02T00:00:00.000Z',
      isDate: true,
      utc: 0,
    });
  });

  it('makes one invocation at a time', async () => {
    const tried = sandboxOf(PLAIN);

    const most = await Promise.all([1, 2, 3].map(() => tried.invoke({ overlap: true })));

    expect(most).toEqual([1, 1, 1]);
  });

  it('ends a function that takes too long, and starts afresh', async () => {
    const tried = sandboxOf(PLAIN, { timeoutMs: 200 });

    await expect(tried.invoke({ hang: true })).rejects.toThrow('timed out after 0.2 s');

    expect(await tried.invoke({ return: 'alive' })).toBe('alive');
    expect(tried.pending()).toBe(0);
  });

  it('fails the invocation under way when it is killed, and starts afresh', async () => {
    const tried = sandboxOf(PLAIN);
    await tried.start();

    const invoked = tried.invoke({ hang: true }).catch((error: Error) => error.message);
    await tried.kill();

    expect(await invoked).toBe('function tried ended (exit code 1)');
    expect(await tried.invoke({ return: 'alive' })).toBe('alive');
  });

  it('survives a crash between two invocations', async () => {
    const lines = new EventEmitter();
    const crashed = once(lines, 'function tried crashed: too late');
    const tried = sandboxOf(PLAIN, { log: (line) => lines.emit(line) });
    // Its answer and the crash take different ways out of the thread: either may be the first.
    await tried.invoke({ crashLater: true }).catch(() => undefined);
    await crashed;

    const next = await tried.invoke({ return: 'alive' }).catch((error: Error) => error.message);

    expect(['alive', 'function tried ended (exit code 1)']).toContain(next);
    expect(await tried.invoke({ return: 'alive' })).toBe('alive');
  });
});

describe('the local AWS', () => {
  it('does not start with a function that does not', async () => {
    const starting = startScriptedAws({ functions: { ...SCRIPTED_FUNCTIONS, sweep: BROKEN } });

    await expect(starting).rejects.toThrow('function sweep does not start');
  });

  it('says that its port is taken', async () => {
    const first: LocalAws = await startScriptedAws();
    const { port } = new URL(first.url);

    const second = startScriptedAws({ port: Number(port) });

    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await first.stop();
  });
});
