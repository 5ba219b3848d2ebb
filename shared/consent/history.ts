/**
 * The entry that a decision leaves in a consent's history: what was heard, what it met, what became
 * of it. It is enough for whoever asks why, and to decide the same again with later rules. Tokens
 * are named by the start of their fingerprints, and no secret is in it. (rule 18)
 */
import type { Consent } from './consent.ts';
import type { Draft } from './draft.ts';
import type { Effect, Heard, HistoryEntry, Met, Owed } from './effect.ts';
import type { BankCallCompleted, ConsentEvent } from './event.ts';
import type { Call } from './finding.ts';
import { hash32 } from './hash32.ts';
import { printOf } from './lineage.ts';
import { callKey, waitingFor } from './waiting.ts';

/** `state`: the consent before the decision. */
export function entryOf(draft: Draft, state: Consent | undefined): HistoryEntry {
  const { consent, event, effects, notes } = draft;
  const result = event.type === 'BankCallCompleted' ? event : undefined;
  const heard = heardOf(event, state);
  return {
    version: consent.version,
    at: event.at,
    event: event.type,
    eventId: event.id,
    ...(state && { from: state.status }),
    to: consent.status,
    generation: consent.generation,
    ...(result && {
      operation: result.call.operation,
      category: result.finding.category,
      row: result.finding.row,
    }),
    ...(result?.finding.correlation && { correlation: result.finding.correlation }),
    ...(result?.finding.details && { details: result.finding.details }),
    notes: [...notes],
    effects: effects.map((effect) => effect.do),
    heard,
    ...(state && { met: metBy(state, heard) }),
    ...(effects.length > 0 && { owed: owedBy(effects) }),
  };
}

function heardOf(event: ConsentEvent, state: Consent | undefined): Heard {
  const token = 'token' in event ? event.token : undefined;
  const used = 'usedFingerprint' in event ? event.usedFingerprint : undefined;
  const validUntil = 'validUntil' in event ? event.validUntil : undefined;
  const told = state?.foretold?.findLast(({ key }) => key === event.key);
  const { key: _, requestId: __, ...foretold } = told ?? {};
  return {
    ...(event.now !== event.at && { lag: event.now - event.at }),
    ...(event.type === 'BankCallCompleted' && callHeard(event, state)),
    ...(used !== undefined && { used: printOf(used) }),
    ...(token !== undefined && { brought: printOf(token.fingerprint) }),
    ...(validUntil !== undefined && { validUntil }),
    ...(told !== undefined && { foretold }),
  };
}

function callHeard(event: BankCallCompleted, state: Consent | undefined): Heard {
  const { call, requestId, at, finding } = event;
  const request = state && waitingFor(state, event)?.request;
  const { retry } = finding;
  return {
    call: callHash(call),
    ...(call.attended && { attended: true }),
    ...(request !== undefined && request.id === requestId && { requested: true }),
    ...(retry !== undefined && { retryAt: retry.at ?? at + retry.afterMs }),
  };
}

/** Names a call among its consent's in a few characters; account and parameters are not told. */
export function callHash(call: Call): string {
  return hash32(callKey(call)).toString(36);
}

function metBy(
  { lastSuccessAt: successAt, token, lineage }: Consent,
  { used, brought }: Heard,
): Met {
  const held = token && printOf(token.fingerprint);
  const knew = lineage.filter(
    ({ print }) => print !== held && (print === used || print === brought),
  );
  return {
    ...(successAt !== undefined && { successAt }),
    ...(held !== undefined && { held }),
    ...(token && token.receivedAt !== successAt && { heldSince: token.receivedAt }),
    ...(knew.length > 0 && { knew }),
  };
}

function owedBy(effects: readonly Effect[]): Owed {
  const timer = effects.find((one) => one.do === 'SetTimer');
  const request = effects.find((one) => one.do === 'RequestCall');
  const notices = effects.flatMap((one) =>
    one.do === 'PublishNotice' ? [one.key.slice('notice:'.length)] : [],
  );
  return {
    ...(timer && { timerAt: timer.dueAt }),
    ...(request && { request: Number(request.id.split('.r')[1]) }),
    ...(notices.length > 0 && { notices }),
  };
}
