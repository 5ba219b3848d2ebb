/** What callers report, grants and withdrawals: the queue `bank-call-results`. */
import { readResult } from '../shared/intake/read-result.ts';
import { parseEnvironment } from '../shared/runtime/environment.ts';
import { sqsBatch } from '../shared/runtime/sqs-batch.ts';
import { createWorker } from '../shared/worker/worker.ts';

const name = 'bank-call-results';
const environment = parseEnvironment(name, process.env);
const worker = createWorker(name, environment);

export const handler = sqsBatch(worker.reading(readResult, environment.BANK_CALL_RESULTS_DLQ_URL));
