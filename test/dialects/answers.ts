/**
 * Builds answers for the dialects' tests: an unattended balances call unless said otherwise. It
 * names no account, so a test that is about an account says so itself.
 */
import type { Call } from '../../shared/consent/finding.ts';
import type { Answer } from '../../shared/dialects/dialect.ts';

export function answer(
  status: number,
  body: unknown,
  call: Partial<Call> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    call: { operation: 'balances', attended: false, ...call },
    response: { status, headers, body },
  };
}

export function klarnaError(code: unknown, rest: object = {}): object {
  return { error: { code, message: 'free text of the bank' }, ...rest };
}
