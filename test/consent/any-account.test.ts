import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../shared/consent/hash32.ts';

describe('the hash of an account', () => {
  it('is another for each of a hundred thousand numbers in a row', () => {
    const hashes = Array.from({ length: 100_000 }, (_, n) =>
      fingerprintOf(`DE0212030000${String(n).padStart(10, '0')}`),
    );

    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
