import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../shared/consent/secret.ts';

describe('a secret', () => {
  const secret = new Secret('canary');

  it.each([
    ['in a text', `${secret}`],
    ['in JSON', JSON.parse(JSON.stringify(secret))],
    ['on a terminal', inspect(secret)],
  ])('says nothing of itself %s', (_, shown) => {
    expect(shown).toBe('[redacted]');
  });

  it('is told to whoever asks for it', () => {
    expect(secret.reveal()).toBe('canary');
  });
});
