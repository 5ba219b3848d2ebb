/**
 * The worker, put together: clients, store, effects and spine, made once per process. The functions
 * are what AWS calls; this is what they share.
 */
import { randomUUID } from 'node:crypto';
import { POLICIES } from '../consent/policy.ts';
import { performWith } from '../effects/perform.ts';
import type { QueueRecord, Reading } from '../intake/reading.ts';
import type { Deps } from '../lifecycle/advance.ts';
import { takeBatch } from '../lifecycle/batch.ts';
import { type Swept, sweep } from '../lifecycle/sweep.ts';
import { type Clients, createClients } from '../runtime/clients.ts';
import { deadLettersTo } from '../runtime/dead-letters.ts';
import type { EnvironmentOf } from '../runtime/environment.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { type Counts, createCounts } from '../runtime/metrics.ts';
import type { SqsWork } from '../runtime/sqs-batch.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { DynamoAccountCache } from '../store/dynamo-account-cache.ts';
import { DynamoConsentStore } from '../store/dynamo-consent-store.ts';
import { journalOf, LOG_FIELDS } from './journal.ts';

export interface Worker {
  readonly log: Log;
  readonly counts: Counts;
  /** The work of a function that a queue feeds. */
  readonly reading: (read: Read, deadLetterQueueUrl: string) => SqsWork;
  readonly sweep: (hasTime: () => boolean) => Promise<Swept>;
}

type Read = (record: QueueRecord, now: number) => Reading;

export function createWorker(name: string, environment: EnvironmentOf<'sweep'>): Worker {
  const log = createLog(name, LOG_FIELDS);
  const counts = createCounts(name);
  const clients = createClients();
  const deps = depsOf(environment, clients, log, counts);
  return {
    log,
    counts,
    reading: (read, deadLetterQueueUrl) => ({
      log,
      counts,
      take: taking(read, deadLettersTo(clients.sqs, deadLetterQueueUrl), deps, { log, counts }),
    }),
    sweep: (hasTime) => sweep({ ...deps, hasTime }),
  };
}

function depsOf(
  environment: EnvironmentOf<'sweep'>,
  clients: Clients,
  log: Log,
  counts: Counts,
): Deps {
  const accounts = new DynamoAccountCache(clients.dynamo, environment.TABLE_NAME);
  return {
    store: new DynamoConsentStore(clients.dynamo, environment.TABLE_NAME, randomUUID),
    cache: accounts,
    journal: journalOf(log, counts),
    policies: POLICIES,
    clock: systemClock,
    perform: performWith({
      ...clients,
      accounts,
      clock: systemClock,
      tableName: environment.TABLE_NAME,
      bankCallResultsUrl: environment.BANK_CALL_RESULTS_URL,
      bankCallRequestsUrl: environment.BANK_CALL_REQUESTS_URL,
      dueTimersUrl: environment.DUE_TIMERS_URL,
      dueTimersArn: environment.DUE_TIMERS_ARN,
      reConsentTopicArn: environment.RE_CONSENT_TOPIC_ARN,
      consentNoticesTopicArn: environment.CONSENT_NOTICES_TOPIC_ARN,
      scheduleGroup: environment.SCHEDULE_GROUP,
      schedulerRoleArn: environment.SCHEDULER_ROLE_ARN,
      schedulerDlqArn: environment.SCHEDULER_DLQ_ARN,
    }),
  };
}

function taking(
  read: Read,
  setAside: ReturnType<typeof deadLettersTo>,
  deps: Deps,
  { log, counts }: { readonly log: Log; readonly counts: Counts },
): SqsWork['take'] {
  const warned = new Set<string>();
  const tellOnce = (note: string) => {
    counts.count(note);
    if (!warned.has(note)) log.warn(note);
    warned.add(note);
  };
  return async (records, hasTime) => {
    const now = deps.clock();
    const messages = records.map((record) => ({ ...record, reading: read(record, now) }));
    for (const { reading } of messages) {
      if (reading.kind === 'event') reading.notes.forEach(tellOnce);
    }
    return takeBatch(messages, {
      ...deps,
      hasTime,
      setAside: async (message, reason) => {
        counts.count('unreadable');
        log.warn('unreadable', { messageId: message.messageId, reason });
        await setAside(message, reason);
      },
      failed: (messageId, cause) => log.error('to come again', cause, { messageId }),
    });
  };
}
