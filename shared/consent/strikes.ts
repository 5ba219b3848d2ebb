/**
 * Strikes: errors by which a bank calls the consent over. How many it takes is the policy's; those
 * of one half hour are one. Times are the bank's response times. (rule 5)
 */
import type { Category } from './category.ts';
import type { Consent, Strike, StrikeError } from './consent.ts';
import type { Call } from './finding.ts';
import { DAY, type Instant, MINUTE } from './instant.ts';
import type { ConsentError, EndReason } from './notice.ts';
import type { Policy } from './policy.ts';

/** More than a consent gathers before it ends, unless that is held: then the latest are kept. */
export const STRIKES_MAX = 8;
export const ERRORS_PER_STRIKE_MAX = 8;

/** An error joins the latest strike, or is the next one. */
export function withError(
  strikes: readonly Strike[],
  error: StrikeError,
  call: Call,
  fresh: boolean,
  policy: Policy,
): readonly Strike[] {
  const latest = strikes.at(-1);
  if (latest !== undefined && error.at - latest.at < policy.strikeWindowMinutes * MINUTE) {
    const errors = [...latest.errors, error];
    const kept = errors.length > ERRORS_PER_STRIKE_MAX ? errors.toSpliced(1, 1) : errors;
    const joined = { category: categoryOf(kept), errors: kept, fresh: latest.fresh || fresh };
    return [...strikes.slice(0, -1), { ...latest, ...joined }];
  }
  const strike = {
    at: error.at,
    category: error.category,
    errors: [error],
    call,
    fresh,
    reprieved: false,
  };
  // The first one stays, for the span is counted from it.
  const earlier = strikes.length >= STRIKES_MAX ? strikes.toSpliced(1, 1) : strikes;
  return [...earlier, strike];
}

/**
 * A success voids what was said before it, and what was said to the token that it used up, whenever
 * that was: the call lost a race, as is now known. What stands after it makes its own strike.
 */
export function without(
  strikes: readonly Strike[],
  successAt: Instant,
  usedUp?: string,
): readonly Strike[] {
  const isVoid = ({ at, used }: StrikeError) =>
    at < successAt || (used !== undefined && used === usedUp);
  if (!strikes.some(({ errors }) => errors.some(isVoid))) return strikes;

  return strikes.flatMap((strike) => {
    const errors = strike.errors.filter((error) => !isVoid(error));
    const first = errors[0];
    if (first === undefined) return [];
    if (errors.length === strike.errors.length) return [strike];
    return [{ ...strike, at: first.at, category: categoryOf(errors), errors }];
  });
}

/** Whether these strikes end the consent. */
export function areFinal(strikes: readonly Strike[], policy: Policy): boolean {
  const [first, newest] = [strikes[0], strikes.at(-1)];
  if (first === undefined || newest === undefined || newest.reprieved) return false;

  const rule = policy.finality[isDefinite(newest.category) ? newest.category : 'CONSENT'];
  return strikes.length >= rule.strikes && newest.at - first.at >= rule.spanDays * DAY;
}

/** The last `EXPIRED` or `REVOKED` that the bank said, else `CONSENT`. */
export function reasonOf(strikes: readonly Strike[]): EndReason {
  const definite = strikes.map(({ category }) => category).findLast(isDefinite);
  return definite ?? 'CONSENT';
}

export function errorsOf(strikes: Consent['strikes']): readonly ConsentError[] {
  return strikes.flatMap(({ errors }) => errors.map(({ at, category }) => ({ at, category })));
}

function categoryOf(errors: readonly ConsentError[]): Category {
  const categories = errors.map(({ category }) => category);
  return categories.findLast(isDefinite) ?? categories[0] ?? 'CONSENT';
}

function isDefinite(category: Category): category is 'CONSENT.EXPIRED' | 'CONSENT.REVOKED' {
  return category === 'CONSENT.EXPIRED' || category === 'CONSENT.REVOKED';
}
