/**
 * What everything is called once it is deployed: its plain name (docs/messages.md, docs/state.md)
 * behind the name of its stage. Nothing of the CDK is needed to know it.
 */

/** A stage's name leaves room for the longest name behind it: a role has 64 characters. */
const STAGE = /^[a-z][a-z0-9-]{0,19}$/;

export function isStage(text: string): boolean {
  return STAGE.test(text);
}

/** `dev` and `re-consent` are `dev-re-consent`. Throws one line on a stage that makes no names. */
export function deployedName(stage: string, name: string): string {
  if (isStage(stage)) return `${stage}-${name}`;
  throw new Error(
    `stage "${stage}" is refused; expected 1 to 20 of a-z, 0-9 and -, a letter first`,
  );
}
