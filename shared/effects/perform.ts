/**
 * Leads each effect to its performer. A kind of effect without one does not compile.
 */
import type { Effect, EffectKind } from '../consent/effect.ts';
import type { AccountCache, Perform } from '../lifecycle/ports.ts';
import { cancelTimer } from './cancel-timer.ts';
import { publishNotice, type Topics } from './publish-notice.ts';
import { purgeAccounts } from './purge-accounts.ts';
import { type HistoryTable, remember } from './remember.ts';
import { type ResultQueue, replaceConsent } from './replace-consent.ts';
import { type RequestQueue, requestCall } from './request-call.ts';
import { setTimer, type TimerSetting } from './set-timer.ts';

/** Everything that effects reach: clients, where they send, the clock. */
export interface Reach extends TimerSetting, RequestQueue, Topics, ResultQueue, HistoryTable {
  readonly accounts: AccountCache;
}

type EffectOf<Kind extends EffectKind = EffectKind> = {
  [One in Kind]: Extract<Effect, { readonly do: One }> & { readonly do: One };
}[Kind];

type Performers = {
  readonly [Kind in EffectKind]: (
    effect: EffectOf<Kind>,
    consentId: string,
    reach: Reach,
  ) => Promise<void>;
};

const PERFORMERS = {
  SetTimer: setTimer,
  CancelTimer: (effect, _consentId, reach) => cancelTimer(effect, reach),
  RequestCall: requestCall,
  PublishNotice: (effect, _consentId, reach) => publishNotice(effect, reach),
  PurgeAccounts: (effect, consentId, reach) => purgeAccounts(effect, consentId, reach.accounts),
  ReplaceConsent: (effect, _consentId, reach) => replaceConsent(effect, reach),
  Remember: remember,
} as const satisfies Performers;

function performOne<Kind extends EffectKind>(
  performers: Performers,
  effect: EffectOf<Kind>,
  consentId: string,
  reach: Reach,
): Promise<void> {
  return performers[effect.do](effect, consentId, reach);
}

/** Each performed effect throws what AWS refused, and is safe to repeat. */
export function performWith(reach: Reach): Perform {
  return (effect, consentId) => performOne(PERFORMERS, effect, consentId, reach);
}
