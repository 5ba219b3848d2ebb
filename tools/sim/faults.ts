/**
 * What can go wrong, and how often: each seed draws its own rates, up to the ones named here. A
 * third of them is not drawn at all, so that one fault is also seen without another.
 */
import { streamOf } from './random.ts';

/** The highest rate of each fault, and of what. */
export const FAULTS = {
  'call-refused': [0.01, 'calls of a worker to AWS'],
  'answer-lost': [0.006, 'calls of a worker to AWS, made all the same'],
  'call-slow': [0.01, 'calls of a worker to AWS'],
  'worker-dies': [0.002, 'calls of a worker to AWS'],
  'message-twice': [0.03, 'messages'],
  'message-late': [0.03, 'messages'],
  'timer-late': [0.2, 'timers'],
  'timer-twice': [0.1, 'timers'],
  'timer-lost': [0.02, 'timers'],
  'timer-after-removal': [0.05, 'removals'],
  'timer-name-busy': [0.5, 'timers that fired'],
  'response-lost': [0.001, 'bank calls'],
  'report-late': [0.02, 'bank calls'],
  'report-broken': [0.004, 'bank calls'],
  'request-late': [0.1, 'requests'],
  'request-twice': [0.05, 'requests'],
  'request-unserved': [0.08, 'requests'],
  'bank-lies': [0.03, 'consents and days'],
  'bank-ends': [0.01, 'consents and days'],
  'accounts-renamed': [0.01, 'consents and days'],
  'second-sync': [0.2, 'consents and days'],
  'bank-out': [0.1, 'banks and days'],
  withdrawal: [0.003, 'consents and days'],
  'clock-off-by-days': [0.0005, 'bank calls'],
} as const satisfies Readonly<Record<string, readonly [rate: number, of: string]>>;

export type Fault = keyof typeof FAULTS;

export type Rates = Readonly<Record<Fault, number>>;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

const NOT_DRAWN = 1 / 3;

export function ratesOf(seed: number): Rates {
  const random = streamOf(seed, 'rates');
  const drawn = FAULT_NAMES.map((fault) => {
    const [drawnAtAll, share] = [!random.chance(NOT_DRAWN), random.next()];
    return [fault, drawnAtAll ? FAULTS[fault][0] * share : 0];
  });
  return Object.fromEntries(drawn);
}
