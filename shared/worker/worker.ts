/**
 * The worker, put together: clients, store, effects and spine, made once per process. The functions
 * are what AWS calls; this is what they share.
 */
import { randomUUID } from 'node:crypto';
import { POLICIES } from '../consent/policy.ts';
import type { Reach } from '../effects/perform.ts';
import type { IntakeNote, QueueRecord, Reading } from '../intake/reading.ts';
import type { Deps } from '../lifecycle/advance.ts';
import { eventOf, takeBatch } from '../lifecycle/batch.ts';
import { type Swept, sweep } from '../lifecycle/sweep.ts';
import { type Clients, createClients } from '../runtime/clients.ts';
import type { DeadLetterQueue } from '../runtime/dead-letters.ts';
import type { EnvironmentOf } from '../runtime/environment.ts';
import { Failure } from '../runtime/failure.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { type Counts, createCounts } from '../runtime/metrics.ts';
import type { SqsWork } from '../runtime/sqs-batch.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { DynamoAccountCache } from '../store/dynamo-account-cache.ts';
import { DynamoBrake } from '../store/dynamo-brake.ts';
import { DynamoConsentStore } from '../store/dynamo-consent-store.ts';
import { journalOf, LOG_FIELDS } from './journal.ts';
import type { ComeAgainCode, MetricName } from './metric-names.ts';

export interface Worker {
  readonly log: Log;
  readonly counts: Counts<MetricName>;
  /** The work of a function that a queue feeds. */
  readonly reading: (read: Read, deadLetterQueueUrl: string) => SqsWork;
  readonly sweep: (hasTime: () => boolean) => Promise<Swept>;
}

type Read = (record: QueueRecord, now: number) => Reading;

export function createWorker(name: string, environment: EnvironmentOf<'sweep'>): Worker {
  const log = createLog(name, LOG_FIELDS);
  const counts = createCounts<MetricName>(name, environment.METRICS_NAMESPACE);
  const clients = createClients();
  const deps = depsOf(environment, clients, log, counts);
  return {
    log,
    counts,
    reading: (read, deadLetterQueueUrl) => ({
      log,
      counts,
      clock: systemClock,
      take: taking(read, { sqs: clients.sqs, deadLetterQueueUrl }, deps, { log, counts }),
    }),
    sweep: (hasTime) => sweep({ ...deps, hasTime }),
  };
}

/** Most messages owe nothing: what performs effects is loaded with the first one. */
function performing(reach: Reach): Deps['perform'] {
  return async (effect, consentId) => {
    const { performWith } = await import('../effects/perform.ts');
    await performWith(reach)(effect, consentId);
  };
}

function depsOf(
  environment: EnvironmentOf<'sweep'>,
  clients: Clients,
  log: Log,
  counts: Counts<MetricName>,
): Deps {
  const accounts = new DynamoAccountCache(clients.dynamo, environment.TABLE_NAME);
  return {
    store: new DynamoConsentStore(clients.dynamo, environment.TABLE_NAME, randomUUID),
    cache: accounts,
    brake: new DynamoBrake(clients.dynamo, environment.TABLE_NAME),
    journal: journalOf(log, counts),
    policies: POLICIES,
    clock: systemClock,
    perform: performing({
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
  deadLetters: DeadLetterQueue,
  deps: Deps,
  { log, counts }: { readonly log: Log; readonly counts: Counts<MetricName> },
): SqsWork['take'] {
  const warned = new Set<string>();
  const tellOnce = (note: IntakeNote) => {
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
        const { setAside } = await import('../runtime/dead-letters.ts');
        await setAside(message, reason, deadLetters);
      },
      failed: ({ messageId, reading }, cause) => {
        const code: ComeAgainCode = cause instanceof Failure ? cause.code : 'BROKEN';
        counts.count('to-come-again', { code });
        log.error('to come again', cause, { messageId, consentRef: eventOf(reading)?.ref });
      },
    });
  };
}
