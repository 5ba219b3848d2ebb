/**
 * The items in test/fixtures/items: what each version of the code so far has left in a table, and
 * what the three consents among them are, in whatever form they stand there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { SCHEMA_VERSION } from '../../shared/consent/retention.ts';
import type { Item } from '../../shared/store/consent-item.ts';

const ITEMS = new URL('../fixtures/items/', import.meta.url);

/** Every version that a table may hold. */
export const VERSIONS: readonly string[] = Array.from(
  { length: SCHEMA_VERSION },
  (_, at) => `v${at + 1}`,
);

/** The versions that there are items of. */
export function versionsFrozen(): readonly string[] {
  const entries = readdirSync(ITEMS, { withFileTypes: true });
  return entries.filter((one) => one.isDirectory()).map(({ name }) => name);
}

/** The names of a version's items, without `.json`. */
export function namesOf(version: string): readonly string[] {
  const files = readdirSync(new URL(`${version}/`, ITEMS));
  return files.map((file) => file.replace('.json', ''));
}

export function frozenText(version: string, name: string): string {
  return readFileSync(new URL(`${version}/${name}.json`, ITEMS), 'utf8');
}

export function frozenItem(version: string, name: string): Item {
  return JSON.parse(frozenText(version, name));
}

/** The items of every version whose names begin with `name`: version and name of each. */
export function allFrozen(name: string): readonly (readonly [string, string])[] {
  return VERSIONS.flatMap((version) =>
    namesOf(version)
      .filter((one) => one.startsWith(name))
      .map((one) => [version, one] as const),
  );
}

export const VALID = 'consent-1c07';
export const SUSPECT = 'consent-2b91';
export const ENDED = 'consent-3e55';

const at = Date.parse;

export const READ = {
  'state-valid': {
    consentId: VALID,
    ref: 'BAJlpKjAertM65RM4zOxGO',
    status: 'valid',
    version: 8,
    generation: 1,
    provider: 'klarna-consent',
    bank: { id: 'DE-37040044', timeZone: 'Europe/Berlin', unattendedCallsPerDayMax: 6 },
    grantedAt: at('2026-11-20T06:00:00Z'),
    validUntil: at('2027-05-19T00:00:00+02:00'),
    validUntilTold: true,
    expiringAt: at('2027-05-12T00:00:00+02:00'),
    supersedes: 'consent-0d44',
    token: {
      secret: 'revealed:token-v6',
      fingerprint: 'sha256:yUPlXaFquTLLvPzrtw2TcCCK_QyU1TX2yELq14t-uCE',
      receivedAt: at('2026-11-20T06:35:00Z'),
      renewed: true,
    },
    evidenceAt: at('2026-11-20T06:20:00Z'),
    lastSuccessAt: at('2026-11-20T06:20:00Z'),
    failingSince: at('2026-11-20T06:30:00Z'),
    limit: { since: at('2026-11-20T06:30:00Z'), waits: 1 },
    ledger: { dayStart: at('2026-11-20T00:00:00+01:00'), purges: 1 },
    transfers: [{ instructionId: 'payment-1', token: 'revealed:token-t1' }],
    races: [{ key: 'balances|acc-1||', lost: 1 }],
    calls: [
      { reason: 'retry', request: { id: 'BAJlpKjAertM65RM4zOxGO.g1.r2' } },
      {
        reason: 'limit-over',
        call: { parameters: { from_date: '2026-11-01', page: { size: 100 } } },
      },
      { reason: 'retry', repeated: true },
      { reason: 'stale-token', failedAt: at('2026-11-20T06:40:00Z') },
    ],
  },
  'state-suspect': {
    consentId: SUSPECT,
    status: 'suspect',
    version: 4,
    token: { secret: 'revealed:token-s2' },
    strikes: [
      {
        at: at('2026-11-21T07:00:00Z'),
        category: 'CONSENT.EXPIRED',
        errors: [{ used: 'N2lzshWtJxI' }, { used: 'bt4gljvl5_x' }],
        call: { operation: 'transactions', accountId: 'acc-7', attended: false },
        fresh: true,
        reprieved: false,
      },
    ],
    confirming: { reason: 'confirm', dueAt: at('2026-11-22T07:20:00Z') },
    calls: [{ key: 'balances|acc-7||', reason: 'resume' }],
    timer: { number: 1, dueAt: at('2026-11-22T07:20:00Z') },
  },
  'state-ended': {
    consentId: ENDED,
    status: 'revokedByPsu',
    version: 5,
    end: {
      at: at('2026-11-21T07:22:00Z'),
      by: 'bank',
      reason: 'CONSENT.REVOKED',
      required: 'C9F6081SmxTJE70pbdKTTc.g1.required',
    },
    strikes: [{ category: 'CONSENT.REVOKED' }, { category: 'CONSENT.REVOKED' }],
    calls: [],
    timersSet: 2,
    remembered: 4,
  },
} as const;

export const OWED = {
  'state-valid': ['ReplaceConsent', 'RequestCall'],
  'state-suspect': ['SetTimer'],
  'state-ended': [
    'PublishNotice',
    'PurgeAccounts',
    'PublishNotice',
    'PublishNotice',
    'CancelTimer',
    'Remember',
  ],
} as const;

export type StateName = keyof typeof READ;
export const STATES = Object.keys(READ) as StateName[];
