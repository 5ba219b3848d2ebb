/**
 * Open banking by Klarna, XS2A API (000): sessions and flows with the PSU present, the same error
 * language as the Consent API. It is not the API of Klarna as a bank, which bears the same name.
 */
import type { Dialect } from './dialect.ts';
import { klarnaDialect } from './klarna.ts';

export const klarnaXs2a: Dialect = klarnaDialect('klarna-xs2a');
