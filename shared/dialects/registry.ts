/**
 * Every provider's dialect. The provider comes from the message, never from a look at the body; a
 * provider without a dialect does not compile.
 */
import type { Provider } from '../consent/provider.ts';
import type { Dialect } from './dialect.ts';
import { hamsterbank } from './hamsterbank.ts';
import { keybank } from './keybank.ts';
import { klarnaConsent } from './klarna-consent.ts';
import { klarnaXs2a } from './klarna-xs2a.ts';

export const DIALECTS = {
  'klarna-consent': klarnaConsent,
  'klarna-xs2a': klarnaXs2a,
  keybank,
  hamsterbank,
} as const satisfies Record<Provider, Dialect>;
