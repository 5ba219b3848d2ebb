/**
 * A batch of messages: one read for all their consents, one consent's messages in order, different
 * consents side by side. A message that cannot be read is set aside with its reason once its token
 * is safe; it holds up nobody. What time does not allow is reported, so that it comes again.
 */
import type { ConsentEvent, TokenRescued } from '../consent/event.ts';
import { Failure } from '../runtime/failure.ts';
import { advance, type Deps, type Result } from './advance.ts';
import { asFailure } from './as-failure.ts';
import type { ConsentStore, Held } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

/** What was made of a message. */
export type Reading =
  | { readonly kind: 'event'; readonly event: ConsentEvent }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly rescued?: TokenRescued };

export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly reading: Reading;
}

export interface BatchDeps extends Deps {
  /** Takes an unreadable message out of the way. Repeating it makes a copy and loses nothing. */
  readonly setAside: (message: Message, reason: string) => Promise<void>;
  /** True when there is time to begin with one more consent. */
  readonly hasTime: () => boolean;
  readonly failed: (message: Message, cause: unknown) => void;
}

/** The ids of the messages to come again. Throws a Failure when the store cannot be read. */
export async function takeBatch(
  messages: readonly Message[],
  deps: BatchDeps,
): Promise<readonly string[]> {
  const byConsent = Map.groupBy(messages.flatMap(workOf), ({ event }) => event.consentId);
  const heldOf = await loadAll([...byConsent.keys()], deps.store);

  const failed = new Map<string, unknown>();
  await sideBySide([...byConsent], async ([consentId, group]) => {
    const events = group.map(({ event }) => event);
    const results = await advanceIfTime(() => heldOf(consentId), events, deps);
    results.forEach((result, index) => {
      const messageId = group[index]?.messageId;
      if (messageId !== undefined && !result.done) failed.set(messageId, result.cause);
    });
  });
  await setUnreadableAside(messages, failed, deps);

  for (const message of messages) {
    if (failed.has(message.messageId)) deps.failed(message, failed.get(message.messageId));
  }
  return [...failed.keys()];
}

export type HeldOf = (consentId: string) => Promise<Held | undefined>;

/**
 * One read for all. What that leaves unread, a throttled key for one, is read by itself when its
 * turn comes, and so is each if one record cannot be made sense of: it fails its own messages only.
 */
export async function loadAll(ids: readonly string[], store: ConsentStore): Promise<HeldOf> {
  if (ids.length === 0) return async () => undefined;
  try {
    const held = await store.load(ids);
    return async (id) => (held.has(id) ? held : await store.load([id])).get(id);
  } catch (cause) {
    if (asFailure(cause) !== cause) throw asFailure(cause);
    return async (id) => (await store.load([id])).get(id);
  }
}

async function advanceIfTime(
  load: () => Promise<Held | undefined>,
  events: readonly ConsentEvent[],
  deps: BatchDeps,
): Promise<readonly Result[]> {
  const failed = (cause: unknown) => events.map((): Result => ({ done: false, cause }));
  if (!deps.hasTime()) return failed(new Failure('OUT_OF_TIME'));
  try {
    return await advance(await load(), events, deps);
  } catch (cause) {
    return failed(asFailure(cause));
  }
}

/** Only when its token is kept, if it had one: until then the message is all there is of it. */
async function setUnreadableAside(
  messages: readonly Message[],
  failed: Map<string, unknown>,
  deps: BatchDeps,
): Promise<void> {
  for (const message of messages) {
    const { messageId, reading } = message;
    if (reading.kind !== 'unreadable' || failed.has(messageId)) continue;
    try {
      await deps.setAside(message, reading.reason);
    } catch (cause) {
      failed.set(messageId, new Failure('DEAD_LETTER_UNAVAILABLE', cause));
    }
  }
}

interface Work {
  readonly messageId: string;
  readonly event: ConsentEvent;
}

function workOf({ messageId, reading }: Message): readonly Work[] {
  const event = eventOf(reading);
  return event === undefined ? [] : [{ messageId, event }];
}

/** What a message means for a consent: of an unreadable one its token, if it could be found. */
export function eventOf(reading: Reading): ConsentEvent | undefined {
  return reading.kind === 'event' ? reading.event : reading.rescued;
}
