/**
 * The table's twin in memory, for tests: the same answers, the same bounds, no network. What is
 * stored is immutable, so it is kept as it came.
 */
import type { Instant } from '../consent/instant.ts';
import type { ConsentStore, Held, Save } from '../lifecycle/ports.ts';
import { LOAD_MAX, storedForm } from './consent-item.ts';
import { owedSince } from './owed-index.ts';

interface Row {
  readonly held: Held;
  readonly owedAt: Instant | undefined;
}

export class MemoryConsentStore implements ConsentStore {
  readonly #rows = new Map<string, Row>();
  #writes = 0;

  /** Throws over 100 different ids, like the table. */
  async load(consentIds: readonly string[]): Promise<ReadonlyMap<string, Held | undefined>> {
    const held = new Map(consentIds.map((id) => [id, this.#rows.get(id)?.held]));
    if (held.size > LOAD_MAX) {
      throw new RangeError(`expected at most ${LOAD_MAX} consents to load, got ${held.size}`);
    }
    return held;
  }

  /** Throws if the consent is too large for the table. */
  async save(next: Save, revision: string | undefined): Promise<Held | 'conflict'> {
    const { consent, outbox } = next;
    const written = `r${this.#writes + 1}`;
    // Only the bounds are wanted of it.
    storedForm(next, written);
    if (this.#rows.get(consent.consentId)?.held.revision !== revision) return 'conflict';

    this.#writes += 1;
    const held: Held = { consent, outbox, revision: written };
    this.#rows.set(consent.consentId, { held, owedAt: owedSince(next) });
    return held;
  }

  /** Never throws. */
  async overdue(before: Instant, countMax: number): Promise<readonly string[]> {
    const owed: { readonly consentId: string; readonly owedAt: Instant }[] = [];
    for (const [consentId, { owedAt }] of this.#rows) {
      if (owedAt !== undefined && owedAt < before) owed.push({ consentId, owedAt });
    }
    return owed
      .sort((a, b) => a.owedAt - b.owedAt)
      .slice(0, countMax)
      .map(({ consentId }) => consentId);
  }
}
