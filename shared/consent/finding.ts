/**
 * What a bank's answer comes down to, whoever the provider: the core decides by these fields and
 * never by a bank's own codes or statuses. No free text of the bank is in it; tokens are secrets.
 */
import type { Category, Scope } from './category.ts';
import type { Instant } from './instant.ts';
import type { Secret } from './secret.ts';

/** When the bank says to come back: after a while, or at a time. */
export type RetryHint =
  | { readonly afterMs: number; readonly at?: never }
  | { readonly at: Instant; readonly afterMs?: never };

export interface Account {
  readonly id: string;
  readonly iban?: string;
  readonly currency?: string;
  /** Where there is no IBAN: a hash of what else the bank names the account by. */
  readonly reference?: string;
}

/** One of the details a bank gives beside its error: what is wrong, and where in the request. */
export interface ErrorDetail {
  readonly code?: string;
  readonly location?: string;
}

export interface Finding {
  readonly category: Category;
  readonly scope: Scope;
  /** The row of the dialect's table that matched, e.g. `code consent_expired` or `status 502`. */
  readonly row: string;
  readonly consentToken?: Secret;
  readonly transferToken?: Secret;
  readonly retry?: RetryHint;
  /** What the bank listed, where the call was `accounts` and succeeded. */
  readonly accounts?: readonly Account[];
  /** Ids by which the bank finds this call again, for the audit trail. At most 8 of 128 chars. */
  readonly correlation?: Readonly<Record<string, string>>;
  /** At most 8, of 128 characters; never the bank's own sentences. */
  readonly details?: readonly ErrorDetail[];
}

/** What the caller did. `attended`: the PSU is actively present. */
export interface Call {
  readonly operation: string;
  readonly accountId?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly instructionId?: string;
  readonly attended: boolean;
}

/** A bank's answer as it came; `body` is parsed JSON or a string. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
