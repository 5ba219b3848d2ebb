/**
 * A queue as SQS promises it and no better. A standard queue: at least once, in any order. A FIFO
 * queue: once within five minutes, a group in its order, and nothing more of a group of which a
 * message is in flight. In both a message is back when nobody has deleted it in time, and goes to
 * the dead letters after so many receives.
 */
import { type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import type { World } from './world.ts';

const DELAY_MAX_MS = 2 * SECOND;
const LATE_MAX_MS = 20 * MINUTE;
const BATCH_MAX = 10;
/** A FIFO queue drops what is sent again within this. */
const DEDUPLICATION_MS = 5 * MINUTE;

export interface QueueTraits {
  readonly name: string;
  readonly visibilityMs: number;
  readonly isFifo?: boolean;
  readonly deadLetters?: { readonly queue: Queue; readonly receivesMax: number };
}

export interface Sending {
  readonly group?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delayMs?: number | undefined;
}

export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly group: string | undefined;
  readonly sentAt: Instant;
  /** From a queue that has given it up. */
  readonly isDead: boolean;
  receives: number;
  visibleAt: Instant;
}

export class Queue {
  readonly traits: QueueTraits;
  /** Called whenever a message may be there to be taken. */
  onMessage: () => void = () => {};
  readonly #world: World;
  /** In the order in which they were sent. */
  readonly #messages = new Set<QueuedMessage>();
  readonly #known = new Map<string, { readonly messageId: string; readonly until: Instant }>();
  #sent = 0;

  constructor(world: World, traits: QueueTraits) {
    this.#world = world;
    this.traits = traits;
  }

  get name(): string {
    return this.traits.name;
  }

  get length(): number {
    return this.#messages.size;
  }

  /** The message's id; that of the first one where a FIFO queue drops a second. */
  send(body: string, { group, deduplicationId, delayMs = 0 }: Sending = {}): string {
    const { now } = this.#world.agenda;
    const { isFifo = false } = this.traits;
    const key = `${group} ${deduplicationId}`;
    const known = this.#known.get(key);
    if (isFifo && known !== undefined && known.until > now) return known.messageId;

    this.#sent += 1;
    const messageId = `${this.name}-${this.#sent}`;
    if (isFifo) this.#known.set(key, { messageId, until: now + DEDUPLICATION_MS });
    const visibleAt = () => now + delayMs + this.#delay();
    const message = { messageId, body, group, sentAt: now, isDead: false, receives: 0 };
    this.#put({ ...message, visibleAt: visibleAt() });
    if (!isFifo && this.#world.happens('message-twice')) {
      this.#put({ ...message, visibleAt: visibleAt() });
    }
    return messageId;
  }

  /** Some of what can be seen now, at most ten; hidden until its visibility timeout is over. */
  take(countMax: number = BATCH_MAX): readonly QueuedMessage[] {
    const { now } = this.#world.agenda;
    const count = this.#world.random(this.name).within(1, countMax);
    const blocked = this.#groupsInFlight(now);
    const taken: QueuedMessage[] = [];
    for (const message of this.#messages) {
      if (taken.length === count) break;
      if (blocked.has(message.group)) continue;
      if (message.visibleAt > now) {
        if (this.traits.isFifo) blocked.add(message.group);
        continue;
      }
      if (this.#givesUp(message)) continue;
      message.receives += 1;
      this.hide(message, this.traits.visibilityMs);
      taken.push(message);
    }
    return taken;
  }

  /** Nobody sees the message for so long, from now on. */
  hide(message: QueuedMessage, ms: number): void {
    const { agenda } = this.#world;
    message.visibleAt = agenda.now + ms;
    agenda.at(message.visibleAt, () => this.onMessage());
  }

  /** Safe to repeat. */
  acknowledge(message: QueuedMessage): void {
    this.#messages.delete(message);
    if (this.traits.isFifo) this.#world.agenda.after(0, () => this.onMessage());
  }

  /** What failed too often is sent again, as an operator would; what cannot be read stays. */
  redrive(): void {
    const letters = this.traits.deadLetters?.queue;
    if (letters === undefined) return;
    for (const letter of letters.#messages) {
      if (!letter.isDead) continue;
      letters.acknowledge(letter);
      this.send(letter.body, { group: letter.group, deduplicationId: letter.messageId });
    }
  }

  #groupsInFlight(now: Instant): Set<string | undefined> {
    if (!this.traits.isFifo) return new Set();
    const inFlight = [...this.#messages].filter((one) => one.receives > 0 && one.visibleAt > now);
    return new Set(inFlight.map(({ group }) => group));
  }

  #givesUp(message: QueuedMessage): boolean {
    const { deadLetters } = this.traits;
    if (deadLetters === undefined || message.receives < deadLetters.receivesMax) return false;
    this.#messages.delete(message);
    this.#world.count('dead-lettered');
    const visibleAt = this.#world.agenda.now;
    deadLetters.queue.#put({ ...message, isDead: true, receives: 0, visibleAt });
    return true;
  }

  #put(message: QueuedMessage): void {
    this.#messages.add(message);
    this.#world.agenda.at(message.visibleAt, () => this.onMessage());
  }

  #delay(): number {
    const random = this.#world.random(`${this.name}-delay`);
    return random.within(10, this.#world.happens('message-late') ? LATE_MAX_MS : DELAY_MAX_MS);
  }
}
