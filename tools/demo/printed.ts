/**
 * The responses that the four banks print in their own error documentation, byte for byte. The
 * tests keep them as fixtures; the demo's banks answer with the same files, so what the worker
 * reads here is what the documents say, not what we make of them.
 */
import { readFileSync } from 'node:fs';
import type { RawResponse } from '../../shared/consent/finding.ts';

const FIXTURES = new URL('../../test/fixtures/', import.meta.url);

/** The response kept under `name`, e.g. `klarna-consent/consent-expired`; throws without one. */
export function printed(name: string): RawResponse {
  const kept: RawResponse = JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'));
  return { status: kept.status, headers: kept.headers, body: kept.body };
}

/** The same with a token of the bank's own where the document prints an example. */
export function printedWithToken(name: string, token: string): RawResponse {
  const { body, ...rest } = printed(name);
  return { ...rest, body: { ...JSON.parse(String(body)), consent_token: token } };
}
