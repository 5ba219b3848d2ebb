/**
 * A queue as SQS promises it and no better: at least once, in any order, back again when nobody has
 * acknowledged in time, and put aside after so many receives.
 */
import { type Instant, MINUTE, SECOND } from '../../shared/consent/instant.ts';
import type { World } from './world.ts';

const VISIBILITY_MS = 3 * MINUTE;
const DELAY_MAX_MS = 2 * SECOND;
const LATE_MAX_MS = 20 * MINUTE;
const BATCH_MAX = 10;

export interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: Instant;
  receives: number;
  visibleAt: Instant;
}

export class Queue {
  readonly name: string;
  readonly deadLetters: { readonly body: string; readonly readable: boolean }[] = [];
  /** Called whenever a message may be there to be taken. */
  onMessage: () => void = () => {};
  readonly #world: World;
  readonly #receivesMax: number;
  readonly #messages = new Set<QueuedMessage>();
  #sent = 0;

  constructor(world: World, name: string, receivesMax: number) {
    this.#world = world;
    this.name = name;
    this.#receivesMax = receivesMax;
  }

  get length(): number {
    return this.#messages.size;
  }

  send(body: string): void {
    this.#sent += 1;
    const { agenda } = this.#world;
    const messageId = `${this.name}-${this.#sent}`;
    const sentAt = agenda.now;
    this.#put({ messageId, body, sentAt, receives: 0, visibleAt: sentAt + this.#delay() });
    if (this.#world.happens('message-twice')) {
      this.#put({ messageId, body, sentAt, receives: 0, visibleAt: sentAt + this.#delay() });
    }
  }

  /** Some of what can be seen now; hidden until the visibility timeout is over. */
  take(): readonly QueuedMessage[] {
    const { now } = this.#world.agenda;
    const visible = [...this.#messages].filter(({ visibleAt }) => visibleAt <= now);
    const taken = visible.slice(0, this.#world.random(this.name).within(1, BATCH_MAX));
    return taken.filter((message) => {
      if (message.receives >= this.#receivesMax) {
        this.#messages.delete(message);
        this.#world.count('dead-lettered');
        this.deadLetters.push({ body: message.body, readable: true });
        return false;
      }
      message.receives += 1;
      message.visibleAt = now + VISIBILITY_MS;
      this.#world.agenda.at(message.visibleAt, () => this.onMessage());
      return true;
    });
  }

  acknowledge(message: QueuedMessage): void {
    this.#messages.delete(message);
  }

  /** What failed too often is sent again, as an operator would. */
  redrive(): void {
    const mended = this.deadLetters.splice(0);
    for (const letter of mended) {
      if (letter.readable) this.send(letter.body);
      else this.deadLetters.push(letter);
    }
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
