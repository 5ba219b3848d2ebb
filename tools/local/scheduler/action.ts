/** An API action: a request, already taken apart, to the members of its answer. */
import type { Answer, ClientTokens } from './client-tokens.ts';
import type { Registry } from './registry.ts';

export interface Context {
  readonly registry: Registry;
  readonly tokens: ClientTokens;
}

export interface Request {
  /** The resource in the path, decoded: a name, or the ARN of what is tagged. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Throws a Refusal for what the API would refuse. */
export type Action = (context: Context, request: Request) => Answer;
