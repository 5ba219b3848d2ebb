/**
 * The code of a page as a reader would copy it: a block whose first line is a comment with a file's
 * name becomes that file, in a folder in which packages are found and the worker is linked, as npm
 * links a workspace.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The blocks of one language on the page, in their order. */
export function blocksOf(page: string, language: string): readonly string[] {
  return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, named]) => named === language)
    .map(([, , block = '']) => block);
}

/** The folder with these files of the page; throws the name of one that it does not have. */
export function copied(page: string, files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'copied-'));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  symlinkSync(ROOT, join(folder, 'node_modules/consent-lifecycle-worker'));
  const blocks = [...blocksOf(page, 'ts'), ...blocksOf(page, 'python')];
  for (const file of files) {
    const block = blocks.find((text) => /^(?:\/\/|#) (.*)/.exec(text)?.[1] === file);
    if (block === undefined) throw new Error(`the page has no block that begins with ${file}`);
    writeFileSync(join(folder, file), block);
  }
  const settings = { extends: join(ROOT, 'tsconfig.json'), include: ['*.ts'] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  return folder;
}

/** What the compiler says of the folder, by our own options: nothing if all is well. */
export async function typeErrorsIn(folder: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(process.execPath, [TSC, '-p', folder], folder);
  return exitCode === 0 ? '' : `${stdout}${stderr}`;
}

export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never throws: a program that cannot be started ends with -1. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd, env }, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
