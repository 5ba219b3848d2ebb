/**
 * The client of Scheduler, in a file of its own so that it can be loaded when it is first needed.
 */
import { SchedulerClient, type SchedulerClientConfig } from '@aws-sdk/client-scheduler';

export function schedulerClient(settings: SchedulerClientConfig): SchedulerClient {
  return new SchedulerClient(settings);
}
