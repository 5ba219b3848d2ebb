/**
 * Reads a record of the queue `bank-call-results`: the message by its schema, the bank's answer in
 * it by the dialect that the message names. Nothing is guessed from a body, and what cannot be read
 * gives up its token first.
 */
import type { BankCallCompleted, ConsentEvent, ConsentGranted } from '../consent/event.ts';
import type { Instant } from '../consent/instant.ts';
import { Secret } from '../consent/secret.ts';
import { DIALECTS } from '../dialects/registry.ts';
import type { BankCallCompletedMessage } from '../messages/bank-call-completed.ts';
import type { ConsentGrantedMessage } from '../messages/consent-granted.ts';
import { type ResultMessage, readResultMessage } from '../messages/read-message.ts';
import { type Happening, happeningOf, isTooLong, TOKEN_BYTES_MAX, tokenOf } from './happening.ts';
import { withKnownZone } from './known-bank.ts';
import type { IntakeNote, QueueRecord, Reading } from './reading.ts';
import { rescueToken } from './rescue-token.ts';

const TOKEN_TOO_LONG: Reading = {
  kind: 'unreadable',
  reason: `the consent token is refused; expected at most ${TOKEN_BYTES_MAX} bytes`,
};

/** Eight of them are kept beside everything else. */
export const TRANSFER_BYTES_MAX = 4_096;
const TRANSFER_TOO_LONG: IntakeNote = 'transfer-token-too-long';

function readCompleted(message: BankCallCompletedMessage, happening: Happening): Reading {
  const { provider, call, response, failure, usedTokenFingerprint, requestId } = message.data;
  const { transferToken, ...rest } = DIALECTS[provider].translate({
    call,
    response: response === null ? null : { ...response, body: response.body },
    ...(response === null && failure !== undefined ? { failure } : {}),
  });
  // Without room for it in the record, it must not cost the consent's own token its place.
  const tooLong = transferToken !== undefined && isTooLong(transferToken, TRANSFER_BYTES_MAX);
  const finding = transferToken === undefined || tooLong ? rest : { ...rest, transferToken };
  const secret = finding.consentToken;
  if (secret !== undefined && isTooLong(secret)) return TOKEN_TOO_LONG;

  const told = message.data.bank === undefined ? undefined : withKnownZone(message.data.bank);
  const event: BankCallCompleted = {
    type: 'BankCallCompleted',
    ...happening,
    provider,
    ...(told === undefined ? {} : { bank: told.bank }),
    call,
    ...(usedTokenFingerprint === undefined ? {} : { usedFingerprint: usedTokenFingerprint }),
    ...(requestId === undefined ? {} : { requestId }),
    finding,
    ...(secret === undefined ? {} : { token: tokenOf(secret) }),
  };
  const notes = [...(told?.notes ?? []), ...(tooLong ? [TRANSFER_TOO_LONG] : [])];
  return { kind: 'event', event, notes };
}

function readGranted(message: ConsentGrantedMessage, happening: Happening): Reading {
  const { provider, consentToken, validUntil, supersedes } = message.data;
  const secret = consentToken ? new Secret(consentToken) : undefined;
  if (secret !== undefined && isTooLong(secret)) return TOKEN_TOO_LONG;

  const told = message.data.bank === undefined ? undefined : withKnownZone(message.data.bank);
  const event: ConsentGranted = {
    type: 'ConsentGranted',
    ...happening,
    provider,
    ...(told === undefined ? {} : { bank: told.bank }),
    ...(secret === undefined ? {} : { token: tokenOf(secret) }),
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(supersedes === undefined ? {} : { supersedes }),
  };
  return { kind: 'event', event, notes: told?.notes ?? [] };
}

type EndMessage = Exclude<ResultMessage, BankCallCompletedMessage | ConsentGrantedMessage>;

function readEnd(message: EndMessage, happening: Happening): Reading {
  return { kind: 'event', event: endIn(message, happening), notes: [] };
}

function endIn({ type, data }: EndMessage, happening: Happening): ConsentEvent {
  switch (type) {
    case 'consent-lifecycle.consent.withdrawn.v1':
      return { type: 'ConsentWithdrawn', ...happening, by: data.by };
    case 'consent-lifecycle.consent.replaced.v1':
      return { type: 'ConsentReplaced', ...happening, by: data.by };
    default:
      return { type: 'EndingDecided', ...happening, decision: data.decision };
  }
}

/** `now` is when the result is judged. Never throws. */
export function readResult(record: QueueRecord, now: Instant): Reading {
  const read = readResultMessage(record.body);
  if (read.kind === 'refused') {
    const rescued = rescueToken(read.json, record, now);
    return {
      kind: 'unreadable',
      reason: read.reason,
      ...(rescued === undefined ? {} : { rescued }),
    };
  }

  const { message } = read;
  const told = { id: message.id, consentId: message.subject, at: message.time };
  const happening = happeningOf(told, record, now);
  switch (message.type) {
    case 'consent-lifecycle.bank-call.completed.v1':
      return readCompleted(message, happening);
    case 'consent-lifecycle.consent.granted.v1':
      return readGranted(message, happening);
    default:
      return readEnd(message, happening);
  }
}
