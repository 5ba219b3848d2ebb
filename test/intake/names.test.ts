import { describe, expect, it } from 'vitest';
import { fingerprintOf, keyOf, refOf } from '../../shared/intake/names.ts';

// The SHA-256 of "abc" as FIPS 180-4 prints it, in unpadded base64url.
const ABC = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';

describe('a name', () => {
  it('of a token is sha256: and 43 characters', () => {
    expect(fingerprintOf('abc')).toBe(`sha256:${ABC}`);
  });

  it('of a consent is the first 22 characters, of a message the first 16', () => {
    expect(refOf('abc')).toBe(ABC.slice(0, 22));
    expect(keyOf('abc')).toBe(ABC.slice(0, 16));
  });

  it('is made of UTF-8 bytes', () => {
    // printf 'é' | openssl dgst -sha256
    expect(
      Buffer.from(fingerprintOf('é').slice('sha256:'.length), 'base64url').toString('hex'),
    ).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });
});
