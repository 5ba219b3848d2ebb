/** Messages as their producers send them, each complete and readable. */
export const COMPLETED = {
  specversion: '1.0',
  id: '01JDA4Q8',
  source: '/callers/account-sync',
  type: 'consent-lifecycle.bank-call.completed.v1',
  subject: 'consent-8f3a',
  time: '2026-11-22T08:15:03.120Z',
  data: {
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044', timeZone: 'Europe/Berlin', unattendedCallsPerDayMax: 4 },
    call: {
      operation: 'transactions',
      accountId: 'acc-1',
      parameters: { from: '2026-11-01' },
      attended: false,
    },
    usedTokenFingerprint: `sha256:${'Z'.repeat(43)}`,
    requestId: 'request-1',
    response: {
      status: 400,
      headers: {},
      body: { error: { code: 'CONSENT.EXPIRED', message: 'x' }, consent_token: 'canary-token' },
    },
  },
} as const;

export const GRANTED = {
  ...COMPLETED,
  id: 'grant-1',
  type: 'consent-lifecycle.consent.granted.v1',
  data: {
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044' },
    consentToken: 'canary-token',
    validUntil: '2027-05-21T00:00:00+02:00',
    supersedes: 'consent-old',
  },
} as const;

export const WITHDRAWN = {
  ...COMPLETED,
  type: 'consent-lifecycle.consent.withdrawn.v1',
  data: { by: 'psu' },
} as const;

export const REPLACED = {
  ...COMPLETED,
  type: 'consent-lifecycle.consent.replaced.v1',
  data: { by: 'consent-new' },
} as const;

export const DECIDED = {
  ...COMPLETED,
  type: 'consent-lifecycle.ending.decided.v1',
  data: { decision: 'release' },
} as const;

export const TIMER = {
  ...COMPLETED,
  type: 'consent-lifecycle.timer.due.v1',
  data: { generation: 1, number: 0 },
} as const;

/** A deep copy of `message` with `value` at the dotted `path`; `undefined` removes the field. */
export function withField(message: object, path: string, value: unknown): object {
  const copy = structuredClone(message);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let place: unknown = copy;
  for (const key of keys) {
    if (typeof place !== 'object' || place === null) throw new Error(`no ${key} in the sample`);
    place = Reflect.get(place, key);
  }
  if (typeof place !== 'object' || place === null) throw new Error(`no ${path} in the sample`);
  if (value === undefined) Reflect.deleteProperty(place, last);
  else Reflect.set(place, last, value);
  return copy;
}
