/**
 * The brake's twin in memory, for tests: the same counts, no network.
 */
import {
  activeSpans,
  type BankDecision,
  endingSpans,
  isToBeHeld,
  type Spans,
} from '../consent/brake.ts';
import type { Instant } from '../consent/instant.ts';
import type { Brake, CountedConsent } from '../lifecycle/ports.ts';

export class MemoryBrake implements Brake {
  readonly #counts = new Map<string, number>();
  readonly #decided = new Map<string, BankDecision>();

  /** What a person decided for the bank; it takes the place of what was decided before. */
  decide(bankId: string, decision: BankDecision): void {
    this.#decided.set(bankId, decision);
  }

  /** Counts once more when it is repeated. Never throws. */
  async hold({ bankId, at, policy }: CountedConsent): Promise<boolean> {
    const endings = endingSpans(at, policy);
    this.#count(bankId, 'ending', endings.current);
    const seen = {
      endings: this.#counted(bankId, 'ending', endings),
      active: this.#counted(bankId, 'active', activeSpans(at, policy)),
      ...this.#decided.get(bankId),
    };
    return isToBeHeld(seen, at, policy);
  }

  /** Counts once more when it is repeated. Never throws. */
  async active({ bankId, at, policy }: CountedConsent): Promise<void> {
    this.#count(bankId, 'active', activeSpans(at, policy).current);
  }

  #count(bankId: string, what: string, begun: Instant): void {
    const key = `${bankId} ${what} ${begun}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  #counted(bankId: string, what: string, { current, previous }: Spans) {
    const of = (begun: Instant) => this.#counts.get(`${bankId} ${what} ${begun}`) ?? 0;
    return { current: of(current), previous: of(previous) };
  }
}
