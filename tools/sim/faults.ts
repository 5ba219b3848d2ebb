/**
 * What can go wrong, and how often: each seed draws its own rates, up to the ones named here. Most
 * are low, as in life; a third is not drawn at all, so that one fault is seen without another.
 */
import { MINUTE } from '../../shared/consent/instant.ts';
import { streamOf } from './random.ts';

/** How far a producer's clock may be off all the time: that is no fault. */
export const CLOCK_OFF_MAX_MS: number = 2 * MINUTE;

/** The highest rate of each fault, and of what. */
export const FAULTS = {
  'call-refused': [0.3, 'calls to AWS'],
  'answer-lost': [0.1, 'calls to AWS, made all the same'],
  'call-slow': [0.1, 'calls to AWS'],
  'worker-dies': [0.05, 'calls to AWS'],
  'message-twice': [0.2, 'messages'],
  'message-late': [0.2, 'messages'],
  'timer-late': [0.5, 'timers'],
  'timer-twice': [0.3, 'timers'],
  'timer-lost': [0.1, 'timers'],
  'timer-after-removal': [0.3, 'removals'],
  'timer-name-busy': [0.5, 'timers that fired'],
  'response-lost': [0.004, 'bank calls'],
  'bank-slow': [0.02, 'calls through the library'],
  'report-late': [0.1, 'bank calls'],
  'report-broken': [0.02, 'bank calls'],
  'request-late': [0.4, 'requests'],
  'request-twice': [0.3, 'requests'],
  'request-unserved': [0.4, 'requests'],
  'bank-lies': [0.1, 'consents and days'],
  'bank-ends': [0.03, 'consents and days'],
  'accounts-renamed': [0.05, 'consents and days'],
  'second-sync': [0.5, 'consents and days'],
  'psu-visit': [0.5, 'consents and days'],
  payment: [0.5, 'consents and days'],
  'bank-out': [0.3, 'banks and days'],
  'quota-used-up': [0.05, 'banks and days'],
  withdrawal: [0.01, 'consents and days'],
  'clock-off-by-days': [0.005, 'bank calls'],
  'bank-in-trouble': [0.1, 'banks and days'],
  'operator-errs': [0.5, 'decisions'],
  renewal: [0.05, 'consents and days'],
  'visit-at-once': [0.5, 'grants'],
} as const satisfies Readonly<Record<string, readonly [rate: number, of: string]>>;

export type Fault = keyof typeof FAULTS;

export type Rates = Readonly<Record<Fault, number>>;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly Fault[];

const NOT_DRAWN = 1 / 3;

export function ratesOf(seed: number): Rates {
  const random = streamOf(seed, 'rates');
  const drawn = FAULT_NAMES.map((fault) => {
    const [drawnAtAll, share] = [!random.chance(NOT_DRAWN), random.next()];
    return [fault, drawnAtAll ? FAULTS[fault][0] * share ** 3 : 0];
  });
  return Object.fromEntries(drawn);
}
