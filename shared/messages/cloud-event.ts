/**
 * The envelope of every message: CloudEvents 1.0, structured mode. What a message does not name is
 * accepted and ignored, so a producer may add fields before we read them. A change
 * that would break readers makes a new type, with a higher version.
 */
import * as z from 'zod/mini';
import type { Instant } from '../consent/instant.ts';
import { consentId, instant, name, nameWithin, rfc3339 } from './wire.ts';

const SOURCE = '/consent-lifecycle-worker';
const SOURCE_BYTES_MAX = 1_000;

export type MessageType<Name extends string> = `consent-lifecycle.${Name}.v1`;

export function typeOf<Name extends string>(messageName: Name): MessageType<Name> {
  return `consent-lifecycle.${messageName}.v1`;
}

/** Who tells: a path or a URI. */
export const source: z.ZodMiniString = nameWithin(SOURCE_BYTES_MAX);

const envelope = {
  specversion: z.literal('1.0'),
  id: name,
  source,
  subject: consentId,
  time: instant,
  datacontenttype: z.exactOptional(z.string('text')),
} as const;

/** The schema of the message `consent-lifecycle.<messageName>.v1`; its subject is the consent. */
export function message<Name extends string, Data extends z.ZodMiniType>(
  messageName: Name,
  data: Data,
): z.ZodMiniObject<
  typeof envelope & { readonly type: z.ZodMiniLiteral<MessageType<Name>>; readonly data: Data },
  z.core.$strip
> {
  return z.object({ ...envelope, type: z.literal(typeOf(messageName)), data }, 'an object');
}

export interface Head {
  readonly id: string;
  readonly consentId: string;
  readonly at: Instant;
}

/** What the worker sends. */
export interface OutgoingMessage<Name extends string, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: MessageType<Name>;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data;
}

/** Throws a RangeError for a time that is no date; every instant that was read is one. */
export function outgoing<Name extends string, Data>(
  messageName: Name,
  head: Head,
  data: Data,
): OutgoingMessage<Name, Data> {
  return {
    specversion: '1.0',
    id: head.id,
    source: SOURCE,
    type: typeOf(messageName),
    subject: head.consentId,
    time: rfc3339(head.at),
    datacontenttype: 'application/json',
    data,
  };
}

/**
 * The message as text that every outlet takes unchanged. SQS refuses U+FFFE and U+FFFF where they
 * stand as themselves, and Scheduler replaces `<aws.scheduler.…>` in what it delivers: both are
 * written as JSON escapes.
 */
export function textOf(outgoingMessage: OutgoingMessage<string, unknown>): string {
  return JSON.stringify(outgoingMessage).replace(
    /[<\uFFFE\uFFFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
