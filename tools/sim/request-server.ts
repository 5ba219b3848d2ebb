/**
 * The owner's server for requested calls, as a consumer of a FIFO queue: it takes, makes the call,
 * deletes. While it is slow or has died over one request, the requests of that consent behind it
 * wait; what it never manages goes to the queue's dead letters.
 */
import { HOUR, SECOND } from '../../shared/consent/instant.ts';
import type { Queue, QueuedMessage } from './queue.ts';
import type { World } from './world.ts';

const SERVES_MS = 5 * SECOND;
const LATE_MAX_MS = 10 * HOUR;

/** Whether the request is done. */
export type Serve = (text: string) => Promise<boolean>;

export class RequestServer {
  readonly #world: World;
  readonly #requests: Queue;
  readonly #serve: Serve;
  readonly #missed: (text: string) => void;
  readonly #fatal = new Set<string>();

  /** `missed` hears of each request that comes to nothing. */
  constructor(world: World, requests: Queue, serve: Serve, missed: (text: string) => void) {
    this.#world = world;
    this.#requests = requests;
    this.#serve = serve;
    this.#missed = missed;
    requests.onMessage = () => {
      for (const message of requests.take()) this.#take(message);
    };
  }

  #take(message: QueuedMessage): void {
    const world = this.#world;
    const { messageId, body, receives } = message;
    if (receives === 1 && world.happens('request-unserved')) this.#fatal.add(messageId);
    if (this.#fatal.has(messageId)) return this.#missed(body);

    const isLate = world.happens('request-late');
    const ms = world.random('server').within(10, isLate ? LATE_MAX_MS : SERVES_MS);
    // Whoever takes longer says so, or SQS gives the request to another.
    if (isLate) this.#requests.hide(message, ms + SERVES_MS);
    world.agenda.after(ms, async () => {
      const done = await this.#serve(body);
      const diesBeforeItDeletes = world.happens('request-twice');
      if (done && !diesBeforeItDeletes) this.#requests.acknowledge(message);
    });
  }
}
