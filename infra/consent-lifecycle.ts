/**
 * The whole worker as one construct, for any CDK app: state, functions, alarms and published names.
 * By default all of it stands in the scope that it is given; our own app spreads it over three
 * stacks, so that what is deployed often cannot touch what must stay.
 */

import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { PublishedNames } from './published-names.ts';
import { ConsentState } from './state.ts';
import { ConsentWatch } from './watch.ts';
import { ConsentWorker } from './worker.ts';

export interface ConsentLifecycleProps {
  /** The prefix of every name: `prod` makes the topic `prod-re-consent`. */
  readonly stage: string;
  /** ARNs of the roles and users that may send results; nobody else may. */
  readonly producers: readonly string[];
  /** Whether tables, queues, topics and key stay when their stack is deleted; `true` by default. */
  readonly keepsData?: boolean;
  /** How long the functions' logs are kept; half a year by default. */
  readonly logsKept?: RetentionDays;
  /** Who is written to when an alarm goes off; others may subscribe to `alarms`. */
  readonly alarmEmail?: string;
  /** Where the three parts stand; in this construct by default. */
  readonly stacks?: {
    readonly state: Construct;
    readonly worker: Construct;
    readonly watch: Construct;
  };
}

export class ConsentLifecycle extends Construct {
  readonly state: ConsentState;
  readonly worker: ConsentWorker;
  /** Each alarm is published here. */
  readonly alarms: ITopic;

  constructor(scope: Construct, id: string, props: ConsentLifecycleProps) {
    super(scope, id);
    const { stage, producers, keepsData = true, alarmEmail } = props;
    const { logsKept = RetentionDays.SIX_MONTHS } = props;
    const stacks = props.stacks ?? { state: this, worker: this, watch: this };

    this.state = new ConsentState(stacks.state, 'State', { stage, producers, keepsData });
    new PublishedNames(stacks.state, 'Names', this.state);
    this.worker = new ConsentWorker(stacks.worker, 'Worker', { state: this.state, logsKept });
    const watch = new ConsentWatch(stacks.watch, 'Watch', {
      state: this.state,
      worker: this.worker,
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
    });
    this.alarms = watch.alarms;
  }
}
