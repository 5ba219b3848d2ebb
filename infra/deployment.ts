/**
 * One stage as we deploy it: three stacks, so that what is deployed often cannot touch what must
 * stay, and cdk-nag's rules over all of them. Whatever breaks a rule does not synthesise.
 */
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ConsentLifecycle } from './consent-lifecycle.ts';
import type { Stage } from './stages.ts';

const PARTS = {
  state: 'Consents, their queues, topics and timers',
  worker: 'The functions of the consent lifecycle worker',
  watch: 'Alarms and dashboard of the consent lifecycle worker',
} as const;

/** Adds the stage's stacks to the app, e.g. `dev-consent-lifecycle-state`. */
export function addStage(app: App, { name, ...stage }: Stage): ConsentLifecycle {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  const stack = (part: keyof typeof PARTS) =>
    new Stack(app, `${name}-consent-lifecycle-${part}`, {
      description: PARTS[part],
      terminationProtection: stage.keepsData && part === 'state',
      tags: { stage: name },
    });
  return new ConsentLifecycle(app, 'ConsentLifecycle', {
    ...stage,
    stage: name,
    stacks: { state: stack('state'), worker: stack('worker'), watch: stack('watch') },
  });
}
