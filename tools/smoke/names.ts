/**
 * What a stage's resources are called: as in docs/messages.md and docs/state.md, with the stage
 * before it. The local AWS, stage `local`, has the names without a prefix.
 */
export const LOCAL = 'local';

const STAGE = /^[a-z][a-z0-9-]{0,19}$/;

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

export function isStage(text: string): boolean {
  return STAGE.test(text);
}

export function namesOf(stage: string, probe: string): Names {
  const prefix = stage === LOCAL ? '' : `${stage}-`;
  return {
    stage,
    results: `${prefix}bank-call-results`,
    reConsent: `${prefix}re-consent`,
    notices: `${prefix}consent-notices`,
    table: `${prefix}consents`,
    probe,
    temporary: `${prefix}${probe}`,
  };
}
