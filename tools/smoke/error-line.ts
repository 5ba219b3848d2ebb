/**
 * Errors as one line for the terminal, in AWS's own words where AWS refused: they name who asked
 * for what. Nothing that the smoke test sends or reads holds a token.
 */
import type { Names } from './names.ts';

const DENIED = /Denied|AuthorizationError/;

export function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n', 1);
  // Where several addresses refused a connection, only the code says so.
  const said = line === '' && 'code' in error ? String(error.code) : line;
  return error.name === 'Error' ? said : `${error.name}: ${said}`;
}

/** What is asked of the results queue; throws, where it was denied, to whom it is granted. */
export async function forProducers<T>({ results }: Names, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Error) || !DENIED.test(error.name)) throw error;
    const expected = `expected a role that is among the named producers of queue ${results}`;
    throw new Error(`${lineOf(error)}; ${expected}`);
  }
}
