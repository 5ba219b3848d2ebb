/**
 * Reads the text of a queue's message into one of the messages that the queue takes, or says in
 * one line why it cannot. The type is looked at first: a message of an unknown type is refused for
 * its type, whatever else is wrong with it.
 */
import type * as z from 'zod/mini';
import { withoutNulls } from './absent.ts';
import { bankCallCompleted } from './bank-call-completed.ts';
import { typeOf } from './cloud-event.ts';
import { consentGranted } from './consent-granted.ts';
import { consentReplaced } from './consent-replaced.ts';
import { consentWithdrawn } from './consent-withdrawn.ts';
import { endingDecided } from './ending-decided.ts';
import { quote, refusalOf } from './refusal.ts';
import { timerDue } from './timer-due.ts';

export type Read<Message> =
  | { readonly kind: 'message'; readonly message: Message }
  /** `json` is the parsed text, where it could be parsed. */
  | { readonly kind: 'refused'; readonly reason: string; readonly json: unknown };

const RESULTS = {
  [typeOf('bank-call.completed')]: bankCallCompleted,
  [typeOf('consent.granted')]: consentGranted,
  [typeOf('consent.withdrawn')]: consentWithdrawn,
  [typeOf('consent.replaced')]: consentReplaced,
  [typeOf('ending.decided')]: endingDecided,
} as const;

const TIMERS = { [typeOf('timer.due')]: timerDue } as const;

export type ResultMessage = z.output<(typeof RESULTS)[keyof typeof RESULTS]>;
export type TimerMessage = z.output<typeof timerDue>;

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    // `trim` also removes a byte order mark, which JSON.parse would refuse.
    return { json: JSON.parse(text.trim()) };
  } catch {
    // What the parser says quotes the text, and the text may hold a token.
    return undefined;
  }
}

function typeIn(json: object): unknown {
  return Reflect.get(json, 'type');
}

/** Reads a message of one of the types that `schemas` names. Never throws. */
export function readMessage<Message>(
  text: string,
  schemas: Readonly<Record<string, z.ZodMiniType<Message>>>,
): Read<Message> {
  const content = parsed(text);
  if (content === undefined) {
    const reason = `message (${text.length} characters) is refused; expected JSON`;
    return { kind: 'refused', reason, json: undefined };
  }

  const { json } = content;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const reason = `message (${text.length} characters) is refused; expected an object`;
    return { kind: 'refused', reason, json };
  }
  const type = typeIn(json);
  const schema =
    typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (schema === undefined) {
    const found = typeof type === 'string' ? `${quote(type)} is unknown` : 'is missing or no text';
    const reason = `type ${found}; known: ${Object.keys(schemas).join(', ')}`;
    return { kind: 'refused', reason, json };
  }

  const outcome = schema.safeParse(withoutNulls(json));
  if (outcome.success) return { kind: 'message', message: outcome.data };
  return { kind: 'refused', reason: refusalOf(outcome.error, json), json };
}

/** Reads a message of the queue `bank-call-results`. Never throws. */
export function readResultMessage(text: string): Read<ResultMessage> {
  return readMessage<ResultMessage>(text, RESULTS);
}

/** Reads a message of the queue `due-timers`. Never throws. */
export function readTimerMessage(text: string): Read<TimerMessage> {
  return readMessage<TimerMessage>(text, TIMERS);
}
