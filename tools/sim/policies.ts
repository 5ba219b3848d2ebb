/**
 * The policies of the simulated workers: the ones that ship, but for the brake's measure. Ten
 * consents of a bank, called at hours of their own, never end by twenties within an hour; that
 * three of them end within a day is as unusual. (rule 20)
 */
import { DAY, MINUTE } from '../../shared/consent/instant.ts';
import { POLICIES, type Policies } from '../../shared/consent/policy.ts';

const MEASURE = { brakeEndingsMin: 3, brakeWindowMinutes: DAY / MINUTE } as const;

export const SIMULATED_POLICIES: Policies = Object.fromEntries(
  Object.entries(POLICIES).map(([provider, policy]) => [provider, { ...policy, ...MEASURE }]),
) as unknown as Policies;
