/** Timers that have fired: the queue `due-timers`. */
import { readTimer } from '../shared/intake/read-timer.ts';
import { parseEnvironment } from '../shared/runtime/environment.ts';
import { sqsBatch } from '../shared/runtime/sqs-batch.ts';
import { createWorker } from '../shared/worker/worker.ts';

const name = 'due-timers';
const environment = parseEnvironment(name, process.env);
const worker = createWorker(name, environment);

export const handler = sqsBatch(worker.reading(readTimer, environment.DUE_TIMERS_DLQ_URL));
