/**
 * Finds the token in a message whose rest cannot be read: a bank gives each token once, so losing
 * the message must not lose it. What is readable beside it is taken along. (rule 1)
 */
import type { TokenRescued } from '../consent/event.ts';
import type { Instant } from '../consent/instant.ts';
import type { Provider } from '../consent/provider.ts';
import { Secret } from '../consent/secret.ts';
import { readBody } from '../dialects/body.ts';
import { DIALECTS } from '../dialects/registry.ts';
import { fingerprint } from '../messages/bank-call-completed.ts';
import { consentId, instant, name, provider } from '../messages/wire.ts';
import { happeningOf, isTooLong, tokenOf } from './happening.ts';
import type { QueueRecord } from './reading.ts';

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function secretIn(data: unknown, from: Provider | undefined): Secret | undefined {
  const granted = field(data, 'consentToken');
  if (typeof granted === 'string' && granted !== '') return new Secret(granted);

  // Klarna's consent API is the one that rotates tokens, so an unknown provider is read as it.
  const dialect = DIALECTS[from ?? 'klarna-consent'];
  return dialect.tokensIn(field(field(data, 'response'), 'body')).consentToken;
}

/** Nothing when there is no token, or no consent to keep it for. Never throws. */
export function rescueToken(
  json: unknown,
  record: QueueRecord,
  now: Instant,
): TokenRescued | undefined {
  const subject = consentId.safeParse(field(json, 'subject'));
  if (!subject.success) return undefined;

  // Some producers write their data as JSON in a string: refused, but its token is not lost.
  const data = readBody(field(json, 'data'));
  const from = provider.safeParse(field(data, 'provider'));
  const secret = secretIn(data, from.data);
  if (secret === undefined || isTooLong(secret)) return undefined;

  const id = name.safeParse(field(json, 'id'));
  const time = instant.safeParse(field(json, 'time'));
  const used = fingerprint.safeParse(field(data, 'usedTokenFingerprint'));
  const told = {
    id: id.success ? id.data : record.messageId,
    consentId: subject.data,
    at: time.success ? time.data : record.sentAt,
  };
  return {
    type: 'TokenRescued',
    ...happeningOf(told, record, now),
    ...(from.success ? { provider: from.data } : {}),
    ...(used.success ? { usedFingerprint: used.data } : {}),
    token: tokenOf(secret),
  };
}
