/**
 * What a stage's resources are called: as in docs/messages.md and docs/state.md, with the stage
 * before it. The local AWS, stage `local`, has the names without a prefix.
 */
import { deployedName } from '../../infra/deployed-name.ts';

export const LOCAL = 'local';

export interface Names {
  readonly stage: string;
  readonly results: string;
  readonly reConsent: string;
  readonly notices: string;
  readonly table: string;
  /** The consent of this run and its bank, which nothing else is called by. */
  readonly probe: string;
  /** The queue that exists for this run only. */
  readonly temporary: string;
}

export function namesOf(stage: string, probe: string): Names {
  const named = (name: string) => (stage === LOCAL ? name : deployedName(stage, name));
  return {
    stage,
    results: named('bank-call-results'),
    reConsent: named('re-consent'),
    notices: named('consent-notices'),
    table: named('consents'),
    probe,
    temporary: named(probe),
  };
}
