/** `show`: the consent as it stands in the table, in JSON, as the local AWS shows it too. */
import { viewConsent } from '../local/consent-view.ts';
import { TABLE } from '../local/resources.ts';
import { quoted } from './error-line.ts';
import type { ExitCode, World } from './world.ts';

export async function show(
  { consentId }: { readonly consentId: string },
  { clients, target, answer, tell }: World,
): Promise<ExitCode> {
  const shown = await viewConsent(clients.dynamo, target.named(TABLE), consentId);
  if (shown === undefined) {
    tell(`consent ${quoted(consentId)} is unknown: no message about it has been judged`);
    return 1;
  }
  answer(shown, () => JSON.stringify(shown, null, 2));
  return 0;
}
