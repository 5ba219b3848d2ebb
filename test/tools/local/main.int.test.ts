/** `npm start` as its user sees it: a process, its lines and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../tools/local/main.ts', import.meta.url));

let child: ChildProcess;

afterEach(() => {
  child.kill('SIGKILL');
});

function start(env: Record<string, string>): readonly string[] {
  child = spawn(process.execPath, [MAIN], { env });
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    if (output !== null) createInterface({ input: output }).on('line', (line) => lines.push(line));
  }
  return lines;
}

async function ended(): Promise<number> {
  const [code]: unknown[] = await once(child, 'close');
  return Number(code);
}

describe('npm start', () => {
  it('says where it is, works at once, and ends cleanly on Ctrl-C', async () => {
    const lines = start({ PORT: '0', CLOCK_START: '2030-01-01T00:00:00Z' });
    const url = () => /ready at (http:\S+)/.exec(lines.join('\n'))?.[1];
    await expect.poll(url, { timeout: 30_000 }).toBeDefined();

    const health = await fetch(`${url()}/_local/health`);
    const clock = await fetch(`${url()}/_local/clock`);
    child.kill('SIGINT');

    expect(await health.json()).toEqual({ status: 'ready' });
    expect(await clock.text()).toContain('2030-01-01T00:0');
    expect(await ended()).toBe(0);
  });

  it('says in one line that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo; // A TCP server that listens has one.

    const lines = start({ PORT: String(port) });
    const code = await ended();
    other.close();

    expect(code).toBe(1);
    expect(lines).toEqual([`port ${port} is taken: free it, or set PORT to another`]);
  });

  it.each([
    [{ PORT: '99999' }, 'PORT "99999" is not a port; expected 0 (any free one) to 65535'],
    [{ PORT: 'http' }, 'PORT "http" is not a port; expected 0 (any free one) to 65535'],
    [
      { CLOCK_START: 'tomorrow' },
      'CLOCK_START: "tomorrow" is not an RFC 3339 time with its offset, like 2026-11-23T00:20:00Z',
    ],
  ])('refuses %j in one line', async (env, why) => {
    const lines = start({ PORT: '0', ...env });
    const code = await ended();

    expect(code).toBe(1);
    expect(lines).toEqual([why]);
  });
});
