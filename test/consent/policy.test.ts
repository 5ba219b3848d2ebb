/** No category falls through: for each provider it is written down what is done about it. */
import { describe, expect, it } from 'vitest';
import { CATEGORIES, longestPrefix } from '../../shared/consent/category.ts';
import { POLICIES, reactionTo } from '../../shared/consent/policy.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';

describe.each(PROVIDERS)('the policy of %s', (provider) => {
  it.each(CATEGORIES)('has a row for %s', (category) => {
    const row = longestPrefix(POLICIES[provider].reactions, category);

    expect(row).toBeDefined();
    expect(reactionTo(POLICIES[provider], category)).toBe(row);
  });
});
