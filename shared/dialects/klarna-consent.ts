/**
 * Open banking by Klarna, Consent API (002): background calls with a consent. Its tokens rotate:
 * each answer may bring the token for the next call, which the decider keeps.
 */
import type { Dialect } from './dialect.ts';
import { klarnaDialect } from './klarna.ts';

export const klarnaConsent: Dialect = klarnaDialect('klarna-consent');
