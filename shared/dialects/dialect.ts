/**
 * How one provider's answers are to be understood: a table of what its codes and statuses mean,
 * and the function that makes a finding of an answer. It is pure and never throws on what a bank
 * sends. The table is data, so that tests and the docs read the same rows as the code.
 */
import type { Category, Scope } from '../consent/category.ts';
import type { Call, Finding, RawResponse } from '../consent/finding.ts';
import type { Provider } from '../consent/provider.ts';
import type { Secret } from '../consent/secret.ts';

/** One call and what came of it. `response` is null when none arrived. */
export interface Answer {
  readonly call: Call;
  readonly response: RawResponse | null;
  readonly failure?: 'timeout' | 'connection';
}

export interface Tokens {
  readonly consentToken?: Secret;
  readonly transferToken?: Secret;
}

/** One line of a dialect's table. */
export interface Row {
  /** What is matched, such as `code CONSENT.EXPIRED` or `status 502`; `Finding.row` says it. */
  readonly match: string;
  readonly category: Category;
  /** The category instead, when the call names an account. */
  readonly onAccount?: Category;
  /** Where it differs from the category's own scope. */
  readonly scope?: Scope;
  /** The document and its section, or `ours` where no document says it. */
  readonly source: string;
}

export type Dialect = {
  readonly provider: Provider;
  readonly rows: readonly Row[];
  /** Never throws. */
  translate(answer: Answer): Finding;
  /** The tokens in a body, whatever else is wrong with it. Never throws. */
  tokensIn(body: unknown): Tokens;
};
