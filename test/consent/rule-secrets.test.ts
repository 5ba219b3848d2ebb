/** Rule 18: what stands where a secret may stand is quoted by no refusal, whatever it is. */
import { describe, expect, it } from 'vitest';
import { readResultMessage } from '../../shared/messages/read-message.ts';
import { COMPLETED, GRANTED, withField } from '../messages/sample-messages.ts';

describe('rule 18: a refusal does not tell', () => {
  it.each([
    ['consentToken', GRANTED],
    ['usedTokenFingerprint', COMPLETED],
    ['response.headers', COMPLETED],
    ['call.parameters', COMPLETED],
  ])('a number in the place of %s', (field, message) => {
    const read = readResultMessage(JSON.stringify(withField(message, `data.${field}`, 4_711)));

    expect(read).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(read.kind === 'refused' && read.reason)).not.toContain('4711');
  });
});
