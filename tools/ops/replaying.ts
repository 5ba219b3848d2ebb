/**
 * Decides a history again with the rules of this version, entry after entry, each upon what this
 * version made of those before it; and says where it would decide differently. Plain successes
 * leave no entries: what they did to token and evidence is taken from the next entry. Pure.
 */
import { type Consent, STATUSES } from '../../shared/consent/consent.ts';
import { type Decision, decide } from '../../shared/consent/decide.ts';
import type { HistoryEntry, Met, Remember } from '../../shared/consent/effect.ts';
import type { Policies } from '../../shared/consent/policy.ts';
import { type Ancestor, Secret } from '../../shared/consent/secret.ts';
import { keyOf } from '../../shared/intake/names.ts';
import type { Entry } from './history.ts';
import { categoryNow, eventOf, fingerprintOf, type Whose } from './replay-events.ts';
import { tombstoneOf } from './tombstone.ts';

export interface Replayed {
  readonly number: number;
  readonly version: number;
  readonly at: number;
  readonly event: string;
  /** Decisions before it, since the entry before, that left no entry. */
  readonly unseen: number;
  /** Why it could not be decided again. */
  readonly skipped?: string;
  /** What differs, told and now; nothing when it is decided the same. */
  readonly differs: readonly Difference[];
}

export interface Difference {
  readonly what: string;
  readonly told: string;
  readonly now: string;
}

export function replayed(
  entries: readonly Entry[],
  subject: Whose,
  policies: Policies,
): readonly Replayed[] {
  const lines: Replayed[] = [];
  let state: Consent | undefined;
  for (const [index, entry] of entries.entries()) {
    const unseen = entry.version - 1 - (entries[index - 1]?.version ?? 0);
    const line = lineOf(entry, Math.max(0, unseen));
    const begun: Consent | undefined = state ?? beginning(entry, subject);
    if (begun === undefined && entry.version > 1) {
      const why = `what it met (${entry.from ?? 'unknown'}) is not in the history`;
      lines.push({ ...line, skipped: why });
      continue;
    }
    const before = begun && caughtUp(begun, entry);
    const made = eventOf(entry, subject, before);
    if (made.event === undefined) {
      lines.push({ ...line, skipped: made.why });
      state = before;
      continue;
    }
    const brake = entry.notes.includes('ending-held') ? 'hold' : undefined;
    const decision = decide(foretelling(before, entry), made.event, policies, brake);
    lines.push({ ...line, differs: differences(entry, decision, subject) });
    state = decision.outcome === 'advanced' ? decision.next : before;
  }
  return lines;
}

/** With what its caller had written down of the result. */
function foretelling(state: Consent | undefined, { eventId, heard }: Entry): Consent | undefined {
  if (state === undefined || heard?.foretold === undefined) return state;
  return { ...state, foretold: [{ key: keyOf(eventId), ...heard.foretold }] };
}

function lineOf({ number, version, at, event }: Entry, unseen: number): Replayed {
  return { number, version, at, event, unseen, differs: [] };
}

/** The state that the first entry met, where the entry alone tells enough: strikes it does not. */
function beginning(entry: Entry, whose: Whose): Consent | undefined {
  const { version, generation, event, at } = entry;
  const { consentId, ref, provider, bank } = whose;
  const from = STATUSES.find((status) => status === entry.from);
  if (from === undefined || from === 'suspect') return undefined;
  const isGrant = event === 'ConsentGranted' && generation > 1;
  const life = isGrant ? generation - 1 : generation;
  const { end, ...empty } = tombstoneOf({ consentId, ref, version, generation: life }, at - 1);
  const alive = { ...empty, status: from, provider, bank };
  if (from === 'valid' || from === 'received') return alive;
  // A grant asks of an end no more than when it was.
  return isGrant && end ? { ...alive, end } : undefined;
}

/** With what the plain successes before this entry made of the token and the evidence. */
function caughtUp(state: Consent, { version, met = {} }: Entry): Consent {
  const { successAt } = met;
  const isLater = successAt !== undefined && successAt > (state.lastSuccessAt ?? -Infinity);
  const { failingSince, ...rest } = withToken(state, met);
  const next = { ...rest, version: version - 1 };
  if (!isLater) return failingSince === undefined ? next : { ...next, failingSince };

  const failsSince = failingSince !== undefined && failingSince > successAt;
  return {
    ...next,
    status: state.status === 'received' ? 'valid' : state.status,
    lastSuccessAt: successAt,
    evidenceAt: Math.max(successAt, state.evidenceAt ?? successAt),
    ...(failsSince && { failingSince }),
  };
}

function withToken(
  state: Consent,
  { successAt, held, heldSince = successAt, knew = [] }: Met,
): Consent {
  const { generation, end, token: before } = state;
  const lineage = knew.reduce(remembering, state.lineage);
  if (held === undefined || heldSince === undefined || end !== undefined) {
    return { ...state, lineage };
  }
  const fingerprint = fingerprintOf(held);
  if (before?.fingerprint === fingerprint) return { ...state, lineage };
  const token = { secret: new Secret(''), fingerprint, receivedAt: heldSince, renewed: true };
  return { ...state, token, lineage: remembering(lineage, { print: held, generation }) };
}

function remembering(lineage: readonly Ancestor[], known: Ancestor): readonly Ancestor[] {
  return [...lineage.filter(({ print }) => print !== known.print), known];
}

function differences(entry: Entry, decision: Decision, { provider }: Whose): readonly Difference[] {
  if (decision.outcome === 'ignored') {
    return [
      { what: 'outcome', told: `advanced to ${entry.to}`, now: `ignored: ${decision.reason}` },
    ];
  }
  const now = rememberedBy(decision);
  const read = entry.category === undefined ? undefined : categoryNow(entry, provider);
  const facts: readonly (readonly [string, string, string])[] = [
    ['category', entry.category ?? '', read ?? ''],
    ['status', entry.to, decision.next.status],
    ['generation', String(entry.generation), String(decision.next.generation)],
    ['notes', listed(entry.notes), listed(decision.notes)],
    ['effects', listed(entry.effects), listed(now?.effects ?? [])],
    ...(entry.owed === undefined ? [] : owedFacts(entry, now)),
  ];
  return facts
    .filter(([, told, is]) => told !== is)
    .map(([what, told, is]) => ({ what, told: told || 'none', now: is || 'none' }));
}

/** A plain success by this version's rules leaves no entry. */
function rememberedBy(decision: Decision & { readonly outcome: 'advanced' }) {
  const line = decision.effects.find((one): one is Remember => one.do === 'Remember');
  return line?.entry;
}

function owedFacts(entry: HistoryEntry, now: HistoryEntry | undefined) {
  const timer = ({ owed }: HistoryEntry) =>
    owed?.timerAt === undefined ? '' : new Date(owed.timerAt).toISOString();
  const notices = ({ owed }: HistoryEntry) => listed(owed?.notices ?? []);
  return [
    ['timer', timer(entry), now ? timer(now) : ''],
    ['notices', notices(entry), now ? notices(now) : ''],
  ] as const;
}

/** In any order: of one decision, none comes first. */
function listed(words: readonly string[]): string {
  return [...words].sort().join(', ');
}
