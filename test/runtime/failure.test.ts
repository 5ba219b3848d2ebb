import { describe, expect, it } from 'vitest';
import { FAILURE_CODES, Failure } from '../../shared/runtime/failure.ts';

describe('a failure', () => {
  it.each(FAILURE_CODES)('says what failed and nothing of its cause: %s', (code) => {
    const cause = new Error('canary-token');

    const failure = new Failure(code, cause);

    expect(failure).toMatchObject({ name: 'Failure', code, next: 'retry', message: code, cause });
    expect(`${failure}`).not.toContain('canary');
  });

  it('has no cause where there is none', () => {
    expect(new Failure('OUT_OF_TIME')).not.toHaveProperty('cause');
  });
});
