/**
 * The environment of each function, declared once: the function parses it at cold start, and who
 * supplies it (the local AWS) has exactly these keys or does not compile. There are no defaults,
 * so nothing is silently missing.
 */
import * as z from 'zod/mini';

const nonEmpty = z.string().check(z.minLength(1));

const worker = {
  TABLE_NAME: nonEmpty,
  BANK_CALL_RESULTS_URL: nonEmpty,
  BANK_CALL_REQUESTS_URL: nonEmpty,
  DUE_TIMERS_URL: nonEmpty,
  DUE_TIMERS_ARN: nonEmpty,
  RE_CONSENT_TOPIC_ARN: nonEmpty,
  CONSENT_NOTICES_TOPIC_ARN: nonEmpty,
  SCHEDULE_GROUP: nonEmpty,
  SCHEDULER_ROLE_ARN: nonEmpty,
  SCHEDULER_DLQ_ARN: nonEmpty,
  METRICS_NAMESPACE: nonEmpty,
} as const;

const ENVIRONMENTS = {
  'bank-call-results': z.object({ ...worker, BANK_CALL_RESULTS_DLQ_URL: nonEmpty }),
  'due-timers': z.object({ ...worker, DUE_TIMERS_DLQ_URL: nonEmpty }),
  sweep: z.object(worker),
} as const;

export type FunctionName = keyof typeof ENVIRONMENTS;

export const FUNCTION_NAMES = [
  'bank-call-results',
  'due-timers',
  'sweep',
] as const satisfies readonly FunctionName[];

export type EnvironmentOf<Name extends FunctionName> = z.infer<(typeof ENVIRONMENTS)[Name]>;

/** Throws one line that names every missing variable; it quotes no value. */
export function parseEnvironment<Name extends FunctionName>(
  name: Name,
  variables: Readonly<Record<string, string | undefined>>,
): EnvironmentOf<Name> {
  const parsed = ENVIRONMENTS[name].safeParse(variables);
  if (parsed.success) return parsed.data as EnvironmentOf<Name>;

  const missing = parsed.error.issues.map((issue) => issue.path.join('.'));
  throw new Error(`function ${name} lacks environment variables: ${missing.join(', ')}`);
}
