/** What the journal hears of a decision: names and counts, nothing that a bank or caller wrote. */
import type { Consent } from '../consent/consent.ts';
import type { Decision } from '../consent/decide.ts';
import type { ConsentEvent } from '../consent/event.ts';
import { callsLeft } from '../consent/ledger.ts';
import type { Policies } from '../consent/policy.ts';
import type { JournalLine } from './ports.ts';

interface Circumstances {
  /** The consent that the decision was made on, for where it changed nothing. */
  readonly before: Consent | undefined;
  readonly notCached: boolean;
  readonly notCounted: boolean;
  readonly policies: Policies;
}

export function lineOf(
  event: ConsentEvent,
  decision: Decision,
  { before, notCached, notCounted, policies }: Circumstances,
): JournalLine {
  const advanced = decision.outcome === 'advanced' ? decision : undefined;
  const consent = advanced ? advanced.next : before;
  const tooLarge = advanced?.cache !== undefined && notCached;
  const result = event.type === 'BankCallCompleted' ? event : undefined;
  const provider = result?.provider ?? consent?.provider;
  const left =
    result &&
    advanced &&
    callsLeft(advanced.next, policies[result.provider], result.call, event.at);
  return {
    consentRef: event.ref,
    event: event.type,
    eventId: event.id,
    outcome: decision.outcome,
    ...(decision.outcome === 'ignored' && { reason: decision.reason }),
    ...(provider && { provider }),
    ...(consent?.bank.id !== undefined && { bankId: consent.bank.id }),
    ...(result && { operation: result.call.operation, category: result.finding.category }),
    ...(consent && {
      status: consent.status,
      generation: consent.generation,
      version: consent.version,
    }),
    notes: [
      ...(advanced?.notes ?? []),
      ...(tooLarge ? (['accounts-too-large'] as const) : []),
      ...(notCounted ? (['activity-not-counted'] as const) : []),
    ],
    effects: advanced?.effects.map((effect) => effect.do) ?? [],
    ...(left !== undefined && { callsLeft: left }),
  };
}
