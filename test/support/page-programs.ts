/**
 * The programs of docs/callers.md and docs/integrating.md, copied from the pages and run: against
 * the local AWS, behind a relay that sees what they ask, and a bank that answers as it is told to.
 */
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { type LocalStory, startLocalStory } from './local-story.ts';
import { blocksOf, copied, type Run, run } from './page-blocks.ts';
import { type Relay, startRelay } from './relay.ts';

export const [INTEGRATING = '', CALLERS = ''] = ['integrating', 'callers'].map((name) =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
);

export interface Report {
  readonly group: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface PagePrograms {
  readonly story: LocalStory;
  readonly relay: Relay;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the bank was asked, with the path. */
  readonly heard: readonly { readonly path: string }[];
  /** The body of the bank's answers from now on. */
  answerWith(body: unknown): void;
  reports(): readonly Report[];
  /** Runs a program to its end, which has to be a good one, and answers what it sent meanwhile. */
  reportsBy(command: readonly string[]): Promise<readonly Report[]>;
  /** Runs a piece of a program beside those of the pages. */
  runCode(code: string): Promise<Run>;
  stop(): Promise<void>;
}

/** Starts all of it at `clockStart`, with these files of the pages; the worker has to settle. */
export async function startPagePrograms(
  clockStart: string,
  files: readonly string[],
): Promise<PagePrograms> {
  const story = await startLocalStory(clockStart);
  const relay = await startRelay(story.local.url);
  const heard: { readonly path: string }[] = [];
  let answer: unknown;
  const bank = createServer(async (request, response) => {
    heard.push({ path: request.url, ...JSON.parse(await text(request)) });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(bank.listen(0, '127.0.0.1'), 'listening');
  const { port } = bank.address() as AddressInfo; // A TCP server that listens has one.
  const folder = copied(`${INTEGRATING}${CALLERS}`, files);
  const env = {
    ...(await environmentAt(relay.url, folder)),
    BANK_URL: `http://127.0.0.1:${port}`,
  };
  const reports = () => reportsIn(relay);
  const finished = async ([program = '', ...args]: readonly string[]) => {
    const ended = await run(program, args, folder, env);
    await story.local.settle();
    return ended;
  };
  return {
    ...{ story, relay, folder, env, heard, reports },
    answerWith: (body) => {
      answer = body;
    },
    reportsBy: async (command) => {
      const before = reports().length;
      const { exitCode, stderr } = await finished(command);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return reports().slice(before);
    },
    runCode: (code) => finished([process.execPath, '--input-type=module', '-e', code]),
    stop: async () => {
      bank.close();
      relay.stop();
      await story.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The shell block of the page with `part` in it, for the local AWS at `url`. */
export function shellBlock(part: string, url: string): string {
  const block = blocksOf(INTEGRATING, 'sh').find((one) => one.includes(part));
  if (block === undefined) throw new Error(`the page has no shell block with ${part}`);
  return block.replace('http://127.0.0.1:4566', url);
}

/** What the page's own lines for the local stack export. */
async function environmentAt(url: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const lines = `${shellBlock('AWS_ENDPOINT_URL=', url)}\nenv`;
  const printed = await run('sh', ['-c', lines], folder);
  const exported = [...printed.stdout.matchAll(/^([A-Z_]+)=(.*)$/gm)];
  return Object.fromEntries(exported.map(([, name, value]) => [name, value]));
}

function reportsIn(relay: Relay): readonly Report[] {
  return relay.asked
    .filter(({ action }) => action === 'sqs:SendMessage')
    .map(({ body }) => JSON.parse(body))
    .map(({ MessageGroupId, MessageBody }) => ({
      group: MessageGroupId,
      ...JSON.parse(MessageBody),
    }));
}
