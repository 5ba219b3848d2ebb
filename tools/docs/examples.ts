/**
 * The examples of docs/messages.md. The schemas and the AsyncAPI document have the same, so that an
 * example is written once.
 */
import { readFileSync } from 'node:fs';
import { typeOf } from '../../shared/messages/cloud-event.ts';

export interface Example {
  readonly type: string;
  readonly data: {
    readonly reason?: string;
    readonly provider?: string;
    readonly bank?: { readonly id?: string };
  };
}

const PAGE = readFileSync(new URL('../../docs/messages.md', import.meta.url), 'utf8');

const EXAMPLES: readonly Example[] = [...PAGE.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => JSON.parse(text),
);

/** `name` is the type without its prefix and its version. Throws the name that has no example. */
export function exampleOf(name: string): Example {
  const found = EXAMPLES.find(({ type }) => type === typeOf(name));
  if (found === undefined) throw new Error(`docs/messages.md has no example of ${name}`);
  return found;
}
