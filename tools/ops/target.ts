/**
 * Where the command works: a deployed stage, whose names begin with the stage, or the local AWS,
 * whose names are bare. Whoever names neither is asked, so that no command ever reaches a stage
 * that was not meant.
 */
import { deployedName, isStage } from '../../infra/deployed-name.ts';

export const LOCAL_ENDPOINT = 'http://127.0.0.1:4566';

export interface TargetOptions {
  readonly stage?: string;
  readonly local?: boolean;
}

export interface Target {
  /** For people: `stage "prod"`, or the local AWS and where it is. */
  readonly said: string;
  readonly named: (name: string) => string;
  /** Of the local AWS, without a final slash; a stage is where the environment says. */
  readonly endpoint?: string;
}

/** Throws one line if the options name no target, or two. */
export function targetOf(
  { stage, local = false }: TargetOptions,
  env: Readonly<Record<string, string | undefined>>,
): Target {
  if (stage !== undefined && local) {
    throw new Error(`--stage "${stage}" and --local are two places; expected one of them`);
  }
  if (stage !== undefined) {
    if (!isStage(stage)) {
      const expected = 'a small letter, then at most 19 small letters, digits or hyphens';
      throw new Error(`--stage ${JSON.stringify(stage)} is none; expected ${expected}`);
    }
    return { said: `stage "${stage}"`, named: (name) => deployedName(stage, name) };
  }
  const told = env.AWS_ENDPOINT_URL || undefined;
  if (!local && told === undefined) {
    throw new Error('--stage is missing; expected --stage <stage>, such as prod, or --local');
  }
  const endpoint = (told ?? LOCAL_ENDPOINT).replace(/\/+$/, '');
  return { said: `the local AWS at ${endpoint}`, named: (name) => name, endpoint };
}
