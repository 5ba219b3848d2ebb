/**
 * Everything that the outside world does in the month, in the order of time: the acts of the
 * stories and the runs of the owner's jobs. What happens at one moment happens side by side, as
 * different people do not wait for each other; one consent's acts keep their order.
 */
import { DAY, type Instant } from '../../shared/consent/instant.ts';
import { type Act, consentIdOf, type Job, type Story, type World } from './stories.ts';

export interface Moment {
  readonly at: Instant;
  readonly acts: readonly { readonly consentId: string; readonly do: Act['do'] }[];
}

const SATURDAY = 6;
const SUNDAY = 0;

export function agendaOf(stories: readonly Story[], end: Instant): readonly Moment[] {
  const all = stories.flatMap((story) => {
    const consentId = consentIdOf(story);
    const acts = [...story.acts, ...runsOf(story.job, end)];
    return acts.map((act) => ({ at: act.at, consentId, do: act.do }));
  });
  const byTime = Map.groupBy(all, ({ at }) => at);
  return [...byTime].map(([at, acts]) => ({ at, acts })).sort((a, b) => a.at - b.at);
}

/** Does what is to be done at a moment; throws what an act throws. */
export async function live(moment: Moment, world: World): Promise<void> {
  const byConsent = Map.groupBy(moment.acts, ({ consentId }) => consentId);
  await Promise.all(
    [...byConsent].map(async ([consentId, acts]) => {
      for (const act of acts) await act.do(world, consentId);
    }),
  );
}

function runsOf({ first, weekends }: Job, end: Instant): readonly Act[] {
  const runs: Act[] = [];
  for (let at = first; at < end; at += DAY) {
    const day = new Date(at).getUTCDay();
    if (weekends || (day !== SATURDAY && day !== SUNDAY)) runs.push({ at, do: runJob });
  }
  return runs;
}

async function runJob({ caller }: World, consentId: string): Promise<void> {
  const report = await caller.call(consentId);
  await report?.();
}
