/**
 * Whom a category concerns unless a dialect's row knows better. A success and every strike concern
 * the consent; what says nothing about any one consent is kept away from it.
 */
import { type Category, longestPrefix, type Scope } from '../consent/category.ts';

const SCOPES = {
  OK: 'consent',
  USER: 'user',
  'USER.TRANSFER_DENIED': 'call',
  BANK: 'bank',
  'BANK.TRANSFER_DENIED': 'call',
  TECHNICAL: 'provider',
  NOT_SUPPORTED: 'call',
  MAINTENANCE: 'provider',
  'MAINTENANCE.BANK': 'bank',
  CONSENT: 'consent',
  'CONSENT.RESOURCE_NOT_GRANTED': 'account',
  'CONSENT.PERMISSION_DENIED': 'call',
  REQUEST: 'call',
  CREDENTIAL: 'client',
  RATE_LIMIT: 'provider',
  'RATE_LIMIT.CLIENT_QUOTA': 'client',
  NO_RESPONSE: 'unknown',
  UNKNOWN: 'unknown',
} as const satisfies Partial<Record<Category, Scope>>;

/** The scope of the category's longest known prefix. Never throws. */
export function scopeOf(category: Category): Scope {
  return longestPrefix<Scope>(SCOPES, category) ?? 'unknown';
}
