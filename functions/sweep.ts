/** Looks, every now and then, for what was owed and forgotten. */
import { parseEnvironment } from '../shared/runtime/environment.ts';
import { onSchedule } from '../shared/runtime/on-schedule.ts';
import { createWorker } from '../shared/worker/worker.ts';

const name = 'sweep';
const worker = createWorker(name, parseEnvironment(name, process.env));

export const handler = onSchedule({ ...worker, run: worker.sweep });
