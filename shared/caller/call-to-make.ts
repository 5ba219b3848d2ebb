/** The call that a program wants to make, read before anything is spent on it. */
import * as z from 'zod/mini';
import type { Call } from '../consent/finding.ts';
import { refusalOf } from '../messages/refusal.ts';
import { call, consentId, optionalName } from '../messages/wire.ts';

/** A call, in the words of the message `bank-call.completed`. */
export interface CallToMake {
  readonly operation: string;
  readonly accountId?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Names a payment, so that a repeated one is known for the same. */
  readonly instructionId?: string;
  /** The PSU is actively present; false where it is not said. */
  readonly attended?: boolean;
  /** The request that the call answers. */
  readonly requestId?: string;
}

const wanted = z.object({ consentId, call, requestId: optionalName });

/** Throws a TypeError of one line that quotes what is wrong. */
export function readCall(
  id: string,
  { requestId, ...given }: CallToMake,
): { readonly call: Call; readonly requestId?: string } {
  const json = { consentId: id, call: given, ...(requestId !== undefined && { requestId }) };
  const read = wanted.safeParse(json);
  if (!read.success) throw new TypeError(refusalOf(read.error, json));
  const { consentId: _, ...rest } = read.data;
  return rest;
}
