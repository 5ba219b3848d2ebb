/**
 * Sends one result and follows it the whole way: queue, worker, table, topic. Each step says what
 * it found and how long it took; whatever goes wrong, what the run has made is removed again.
 */
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';
import { forProducers, lineOf } from './error-line.ts';
import { hear, listen } from './listener.ts';
import { LOCAL, type Names } from './names.ts';
import { idle, type Patience, waitFor } from './patience.ts';
import { find, type Places } from './places.ts';
import { complaintAbout, resultOf } from './probe.ts';
import { type Removal, removeAll } from './removal.ts';
import { deleteItems, readState, type State } from './state.ts';

const LOOK_EVERY_MS = 500;
/** On AWS, a new subscription may miss what is published sooner. */
const SUBSCRIPTION_SPREADS_MS = 10_000;

export interface Run {
  readonly names: Names;
  readonly clients: Clients;
  readonly patience: Patience;
  /** Takes a line for each step that is done. */
  readonly say: (line: string) => void;
}

/** What went wrong, a line each; nothing when all is well. Never throws. */
export async function smoke(run: Run): Promise<readonly string[]> {
  const removals: Removal[] = [];
  const wrong: string[] = [];
  try {
    await prove(run, removals);
  } catch (error) {
    wrong.push(lineOf(error));
  }
  if (removals.length === 0) return wrong;
  const left = await step(run, 'tidy', removeAll(removals), (found) => {
    return `${removals.length - found.length} of ${removals.length} removed`;
  });
  return [...wrong, ...left.map((line) => `tidy: ${line}`)];
}

async function prove(run: Run, removals: Removal[]): Promise<void> {
  const { names, clients } = run;
  const { probe, results, reConsent, notices, table, temporary } = names;
  const places = await step(run, 'find', find(clients, names), () => {
    return `queue ${results}, topics ${reConsent} and ${notices}, table ${table}`;
  });
  const earsUrl = await step(run, 'listen', startListening(run, places, removals), () => {
    return `queue ${temporary}, subscribed to ${notices}`;
  });
  await step(run, 'send', send(run, places, removals), () => `one result of consent ${probe}`);
  try {
    await follow(run, earsUrl);
  } catch (error) {
    const may = `the worker may still write items of consent ${probe}`;
    throw new Error(`${lineOf(error)}; ${may}`);
  }
}

async function follow(run: Run, earsUrl: string): Promise<void> {
  const state = await step(run, 'table', arrivalOf(run), ({ version, status }) => {
    return `version ${version}, ${status}`;
  });
  await step(run, 'notice', noticeOf(run, earsUrl, state), () => {
    return `action-required, sequence ${state.version}`;
  });
  await step(run, 'rest', restOf(run), () => 'nothing is owed, no timer is set');
}

async function step<T>(
  { say }: Run,
  name: string,
  work: Promise<T>,
  told: (done: T) => string,
): Promise<T> {
  const begun = performance.now();
  try {
    const done = await work;
    const seconds = inSeconds(performance.now() - begun);
    say(`${name.padEnd(6)} ${seconds.padStart(7)}  ${told(done)}`);
    return done;
  } catch (error) {
    throw new Error(`${name}: ${lineOf(error)}`);
  }
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

async function startListening(
  { clients, names, patience }: Run,
  places: Places,
  removals: Removal[],
): Promise<string> {
  const url = await listen(clients, names, places, removals);
  if (names.stage !== LOCAL) await idle(SUBSCRIPTION_SPREADS_MS, patience.interrupted);
  return url;
}

async function send(
  { clients, names }: Run,
  { resultsUrl }: Places,
  removals: Removal[],
): Promise<void> {
  const { dynamo, sqs } = clients;
  const { probe, table } = names;
  const sending = new SendMessageCommand({
    QueueUrl: resultsUrl,
    MessageGroupId: probe,
    MessageBody: JSON.stringify(resultOf(probe, new Date())),
  });
  // Sent, perhaps, even if the answer is lost.
  removals.push({
    what: `items of consent ${probe} in table ${table}`,
    remove: () => deleteItems(dynamo, table, probe),
  });
  await forProducers(names, sqs.send(sending));
}

async function arrivalOf({ clients, names, patience }: Run): Promise<State> {
  const { probe, table, results } = names;
  const look = (over: AbortSignal) => readState(clients.dynamo, table, probe, over);
  const state = await waitFor(look, LOOK_EVERY_MS, patience);
  if (state !== undefined) return state;
  const where = `see the worker's log and the dead letters of queue ${results}`;
  throw new Error(`no consent ${probe} in table ${table} ${after(patience)}: ${where}`);
}

async function noticeOf(run: Run, earsUrl: string, state: State): Promise<void> {
  const { clients, names, patience } = run;
  const text = await hear(clients.sqs, earsUrl, patience);
  if (text === undefined) {
    const why = "see the worker's log; if it published, the subscription was too young: run again";
    throw new Error(`nothing came on topic ${names.notices} ${after(patience)}: ${why}`);
  }
  const complaint = complaintAbout(JSON.parse(text), names.probe, state);
  if (complaint !== undefined) throw new Error(complaint);
}

/** The worker still writes, until it has cleared what it owed. */
async function restOf({ clients, names, patience }: Run): Promise<void> {
  const { probe, table } = names;
  const look = async (over: AbortSignal) => {
    const state = await readState(clients.dynamo, table, probe, over);
    return state !== undefined && state.owedAt === undefined ? state : undefined;
  };
  if ((await waitFor(look, LOOK_EVERY_MS, patience)) === undefined) {
    throw new Error(`consent ${probe} still owes an effect or has a timer ${after(patience)}`);
  }
}

function after({ waitMs }: Patience): string {
  return `after ${inSeconds(waitMs)}`;
}
